package dialog

import (
	"context"
	"errors"
	"sync"
)

// Repo is the restaurant's own database.
type Repo interface {
	// Full reports whether a day is sold out.
	Full(ctx context.Context, day string) (bool, error)
	// Reserve books a table, once for each id however often it is called.
	// It returns ErrFull if the day is sold out.
	Reserve(ctx context.Context, id string, b Booking) error
}

// ErrFull is returned for a day that has no table left.
var ErrFull = errors.New("booking: sold out")

// Tables is a Repo in memory. It stands for a database; a real one would have a unique index
// on the id.
type Tables struct {
	PerDay int // tables, of which each booking takes one

	mu     sync.Mutex
	booked map[string]Booking // by id
}

// Full reports whether all tables of the day are taken.
func (r *Tables) Full(_ context.Context, day string) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.taken(day) >= r.PerDay, nil
}

// Reserve takes a table.
func (r *Tables) Reserve(_ context.Context, id string, b Booking) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.booked[id]; ok {
		return nil
	}
	if r.taken(b.Day) >= r.PerDay {
		return ErrFull
	}
	if r.booked == nil {
		r.booked = make(map[string]Booking)
	}
	r.booked[id] = b
	return nil
}

func (r *Tables) taken(day string) (n int) {
	for _, b := range r.booked {
		if b.Day == day {
			n++
		}
	}
	return n
}
