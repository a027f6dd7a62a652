// Package transport is the vocabulary that the parts of kaiwa share: an event that arrived, where it
// came from, a message to be sent, and the delivery that carries messages to a chat.
//
// It knows no platform, no network and no storage. Package transport/line speaks LINE;
// package bot joins a channel, flows and a store.
//
// # Concurrency
//
// Events and messages are values that are not changed once they are made, and so are safe to
// share between goroutines.
package transport
