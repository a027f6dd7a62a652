package bot

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	// suspectWait is the longest delay before a suspect that cannot run now is tried again; the delay
	// is drawn between half of it and all of it.
	suspectWait = 400 * time.Millisecond
	// maxSuspects is how many suspects of one death may run at once: half of the turns that a process runs
	// by default, so that a death with 100 turns of a second under way is made good in one second.
	maxSuspects = 128
)

// suspects bounds the turns of suspects: events that may have crashed a process, because their earlier
// attempt ended without a word. Nobody can tell which of the events that were under way did it.
//
// For example: ten events run side by side, and e7 kills the process. All ten are suspects. They run side
// by side once more, up to maxSuspects, because nine are innocent and their users wait. If the process
// dies again, those that were under way both times run alone, one after the other. Now e7 takes no others
// with it: it alone uses up its attempts, and becomes a dead letter. Events that are no suspects run
// beside suspects.
//
//	                        events of one death run    an event of two deaths runs
//	an event of one death   may run beside them        waits
//	an event of two deaths  waits                      waits
type suspects struct {
	mu     sync.Mutex
	beside int  // how many events of one death run
	alone  bool // an event of two deaths runs
}

// enter returns true if the event may run now. The caller then calls leave when the turn is over.
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

// leave is for an event whose turn is over, or whose action hangs: others need not wait for that.
func (s *suspects) leave(twice bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if twice {
		s.alone = false
	} else {
		s.beside--
	}
}

// twice reports whether a suspect is one of two deaths: two attempts or more were begun before, and one
// of these crashed. The other may have failed in another way.
func (j *job) twice() bool { return j.attempt > 2 }

// waitTurn gives up the lease of a suspect that cannot run now, and begins its session again a little
// later. It does not wait with the lease in hand: if another suspect then killed the process, that would
// count as an attempt of this one too. After a few deaths it would be set aside without having run.
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
			r.o.Logger.Warn("bot: due session not begun", about(id, "err", err)...)
		}
	})
}
