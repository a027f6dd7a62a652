package bot

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

const (
	strayPause = 250 * time.Millisecond
	// strayLooks is how often the store must answer before a lease is taken for one that nobody has. Once is too
	// few: when a Redis that hung goes on, it may run the Release before the Begin, which came on another connection.
	strayLooks = 2
	strayTerm  = time.Minute // how long the store is asked, if it does not answer
	strayBatch = 16          // how many leases are given back at once
	maxStrays  = 4096        // a minute of 68 events a second
)

// strays are the Begins of this process that ended without an answer, so that nobody knows whether they took a
// lease. Example: Redis hangs for 3 s. At 1.2 s a Begin ends in ErrUnavailable, and the webhook in 503. At 3 s
// Redis goes on, finds the Begin in its socket, and runs it: the event is durable, and its session has a lease
// until 6.5 s that no process knows of. So a goroutine gives the lease back as soon as the store answers, at
// about 3.2 s, and the next sweep runs the turn.
type strays struct {
	mu   sync.Mutex
	list []stray
	on   bool // a goroutine gives back what is in the list
}

type stray struct {
	id    string
	token session.LeaseToken
	until time.Time
	looks int // how often the store answered that nobody has the lease
}

// note keeps a lease that may have been taken. If there are too many, the lease runs out by itself.
func (s *strays) note(e *env, id string, token session.LeaseToken) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.list) < maxStrays {
		s.list = append(s.list, stray{id: id, token: token, until: time.Now().Add(strayTerm)})
	}
	if !s.on {
		s.on = e.crew.start(func() { s.giveBack(e) })
	}
}

// giveBack gives all leases back, and ends when none is left.
func (s *strays) giveBack(e *env) {
	for {
		on := e.crew.sleep(strayPause)
		for n := s.size(); n > 0; n -= strayBatch {
			if !s.some(e) || !on {
				break // the store is away, or Shutdown has begun
			}
		}
		s.mu.Lock()
		if s.on = on && len(s.list) > 0; !s.on {
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
	}
}

func (s *strays) size() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.list)
}

// some gives a few leases back, side by side. What must be tried again goes to the end of the list. It returns
// false if the store answered none of the calls.
func (s *strays) some(e *env) (answered bool) {
	s.mu.Lock()
	few := append([]stray(nil), s.list[:min(len(s.list), strayBatch)]...)
	s.list = append(s.list[:0], s.list[len(few):]...)
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), e.o.deliveryLease)
	defer cancel()
	var wg sync.WaitGroup
	for _, x := range few {
		wg.Go(func() {
			err := e.store.Release(ctx, &session.ReleaseRequest{ID: x.id, Token: x.token})
			if errors.Is(err, session.ErrFenced) {
				x.looks++
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			away := errors.Is(err, session.ErrUnavailable)
			answered = answered || !away
			if err != nil && x.looks < strayLooks && time.Now().Before(x.until) {
				s.list = append(s.list, x)
			}
		})
	}
	wg.Wait()
	return answered
}
