package bot

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	// suspectWait is the longest delay before an event that may have crashed a process is tried
	// again, where it cannot run now; the delay is drawn between half of it and all of it.
	suspectWait = 400 * time.Millisecond
	// maxSuspects is how many events may run at once that were under way in one process that died.
	maxSuspects = 64
)

// suspects bounds the turns of suspects. A suspect is an event whose earlier attempt ended without a
// word: its process died, and the event may have killed it. An example: ten events run side by side, and
// one of them kills the process. All ten are suspects now. Nine are innocent, and their users wait, so
// all ten run side by side again (up to maxSuspects). The killer kills once more. From then on each of
// the ten runs alone: only the killer uses up its attempts, and the nine are answered. Other events run
// beside a suspect.
type suspects struct {
	mu     sync.Mutex
	beside int  // events that died once, and run
	alone  bool // an event that died twice runs
}

// enter reports whether the event may run now. If it may, leave follows.
func (s *suspects) enter(twice bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.alone, twice && s.beside > 0, s.beside >= maxSuspects:
		return false
	case twice:
		s.alone = true
	default:
		s.beside++
	}
	return true
}

func (s *suspects) leave(twice bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if twice {
		s.alone = false
	} else {
		s.beside--
	}
}

// twice reports whether two attempts or more were begun before, of which one crashed.
func (j *job) twice() bool { return j.attempt > 2 }

// waitTurn gives the session of a suspect back, and begins it again a little later. To wait with
// the lease in hand would count as an attempt when another suspect kills the process: a few deaths
// in a row, and all that waited would be set aside.
func (h *holder) waitTurn() {
	rest := suspectWait/2 + rand.N(suspectWait/2)
	h.release(rest, false)
	r, id := h.runner, h.id
	r.crew.start(func() {
		if !r.crew.sleep(rest) {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), r.o.lease)
		defer cancel()
		if err := r.wake(ctx, id); err != nil { // the sweep finds the session later
			r.o.Logger.Warn("bot: due session not begun", "session", id, "err", err)
		}
	})
}
