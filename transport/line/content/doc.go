// Package content downloads what users send: pictures, videos, audio and files.
//
// LINE keeps it for a time that it does not document, and prepares large videos and audio first,
// which Open waits for. What a user puts elsewhere (External in line.DetailsOf) is refused: its
// address is the user's choice, and may be one inside your own network.
//
// # Errors
//
// ErrGone, ErrTooLarge, ErrFailed and ErrExternal, to be told apart with errors.Is, and
// *line.APIError for other refusals.
//
// # Concurrency
//
// The functions are safe for concurrent use. A File is for one goroutine.
package content
