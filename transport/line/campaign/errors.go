package campaign

import (
	"errors"
	"fmt"
)

var (
	// ErrChanged says that another campaign was begun under this name: one of another kind, or
	// with other messages or settings.
	ErrChanged = errors.New("campaign: not what was begun under this name")
	// ErrInDoubt says that all is done but for chunks of which nobody can tell whether LINE
	// accepted them: see Options.ResendInDoubt.
	ErrInDoubt = errors.New("campaign: in doubt whether some recipients have it")
)

// ChunkError says at which chunk a campaign stopped. It wraps the cause: a *line.APIError where
// LINE refused the chunk, whose MonthlyLimit tells that the account has no messages left. The
// campaign goes on when it is run again.
type ChunkError struct {
	// Chunk is the number of the chunk, from 1.
	Chunk int
	// Recipients are those of the chunk, in the order that LINE counts them by in the details
	// of a refusal. Error leaves them out.
	Recipients []string
	// Err is the cause.
	Err error
}

// Error returns the number of the chunk and the cause, and no user ids.
func (e *ChunkError) Error() string { return fmt.Sprintf("campaign: chunk %d: %v", e.Chunk, e.Err) }

// Unwrap returns the cause.
func (e *ChunkError) Unwrap() error { return e.Err }

// QuotaError says that the account has fewer messages left than Options.Need asks for. Nothing
// was sent.
type QuotaError struct{ Need, Left int64 }

// Error returns both numbers.
func (e *QuotaError) Error() string {
	return fmt.Sprintf("campaign: needs %d messages, and the account has %d left this month", e.Need, e.Left)
}

// NarrowcastError says that LINE accepted a narrowcast and then did not deliver it.
type NarrowcastError struct {
	// Code is LINE's: https://developers.line.biz/en/reference/messaging-api/#get-narrowcast-progress-status-response
	Code int
	// Description is LINE's text. Error leaves it out.
	Description string
}

var narrowcastCodes = map[int]string{
	1: "internal error of LINE", 2: "not enough recipients", 3: "accepted before",
	4: "an audience of fewer than 50", 5: "cancelled, as it would not have reached all",
}

// Error returns what the code means.
func (e *NarrowcastError) Error() string {
	why, ok := narrowcastCodes[e.Code]
	if !ok {
		why = "unknown reason"
	}
	return fmt.Sprintf("campaign: narrowcast failed: %s (code %d)", why, e.Code)
}
