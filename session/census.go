package session

import (
	"context"
	"time"
)

// Census is a Store that knows how many processes share it.
type Census interface {
	// Processes notes that the process self lives, and returns how many were noted within term,
	// itself among them. A process that has ended counts until its term is over.
	Processes(ctx context.Context, self Token, term time.Duration) (int, error)
}
