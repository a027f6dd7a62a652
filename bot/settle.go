package bot

import (
	"context"
	"sync"
	"time"
)

const (
	// beforeResponse is for how long a webhook waits for its turns, with Options.ProcessBeforeResponse. LINE
	// waits for 2 s.
	beforeResponse = 1500 * time.Millisecond
	// soon is the longest wait before another attempt at a turn that a webhook waits for.
	soon = time.Second
)

// settling counts what this process does in each session: turns, the sending of outputs, calls of the store.
// Somebody may wait until nothing is left to do. It counts nothing unless it is on.
//
// For example: a webhook brings an event of session s. Begin counts 1 for s, and the turn 2. Begin returns: 1.
// LINE answers the reply with 500, so that a delivery in the background tries again: 2. The turn is over: 1.
// The second attempt succeeds, and is acknowledged: 0. Now the webhook is answered.
type settling struct {
	on   bool
	mu   sync.Mutex
	open map[string]*tasks // by the session's id
}

// tasks are what is done in one session now.
type tasks struct {
	n    int
	done chan struct{} // closed when n is 0
}

// begin counts one task more. The caller calls end when it is over.
func (s *settling) begin(id string) {
	if !s.on {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.open[id]
	if t == nil {
		t = &tasks{done: make(chan struct{})}
		s.open[id] = t
	}
	t.n++
}

func (s *settling) end(id string) {
	if !s.on {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.open[id]
	if t.n--; t.n == 0 {
		close(t.done)
		delete(s.open, id)
	}
}

// wait returns when nothing is done in the session, or when ctx ends.
func (s *settling) wait(ctx context.Context, id string) {
	s.mu.Lock()
	t := s.open[id]
	s.mu.Unlock()
	if t == nil {
		return
	}
	select {
	case <-t.done:
	case <-ctx.Done():
	}
}

// waitAll returns when nothing is done in any session, or when ctx ends.
func (s *settling) waitAll(ctx context.Context) {
	for ctx.Err() == nil {
		id := ""
		s.mu.Lock()
		for id = range s.open {
			break
		}
		s.mu.Unlock()
		if id == "" {
			return
		}
		s.wait(ctx, id)
	}
}
