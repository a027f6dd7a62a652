package campaign

import (
	"context"
	"errors"
)

// Errors of ledgers.
var (
	// ErrBusy says that another process, or another goroutine of this one, runs the campaign.
	ErrBusy = errors.New("campaign: run by another process")
	// ErrLost says that another process has taken the campaign over.
	ErrLost = errors.New("campaign: taken over by another process")
	// ErrCorrupt says that the ledger holds what no campaign wrote. Nothing is sent then.
	ErrCorrupt = errors.New("campaign: the ledger is corrupt")
)

// Ledger remembers what campaigns did, over restarts. It is safe for concurrent use.
type Ledger interface {
	// Open takes the log of a campaign for its caller alone, and makes it where there is none.
	// It returns ErrBusy while somebody else has it. The name has lower-case letters, digits,
	// '-', '_' and '.', begins with a letter or a digit, and is no longer than MaxName.
	Open(ctx context.Context, name string) (Log, error)
}

// Log is the log of one campaign, for one goroutine.
type Log interface {
	// Read calls f with each record in the order they were appended. It is called once, before
	// any Append. f keeps no part of a record.
	Read(ctx context.Context, f func(record []byte) error) error
	// Append returns once the record outlives the process. It returns ErrLost, and appends
	// nothing, if the log was taken over. After any other error the record may be there or not,
	// and the log must be opened again. A record holds no line feed. An outcome says what became
	// of a call: a ledger with a bound on its size takes it all the same, and refuses the record
	// before the next call.
	Append(ctx context.Context, record []byte, outcome bool) error
	// Close lets go of the log.
	Close() error
}
