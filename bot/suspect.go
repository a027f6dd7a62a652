package bot

import (
	"context"
	"math/rand/v2"
	"time"
)

// suspectWait is the longest delay before an event that may have crashed a process is tried again;
// the delay is drawn between half of it and all of it.
const suspectWait = 400 * time.Millisecond

// A suspect is an event whose earlier attempt ended without a word: its process died, and the event may
// have killed it. Suspects of one process run one at a time, for this reason: ten events run side by
// side, and one of them kills the process. All ten are suspects now. If they ran side by side again,
// the killer would take the nine others with it each time, and after five deaths all ten would be dead
// letters. Alone, only the killer uses up its attempts. Other events run beside a suspect.

// takeAlone takes the right to run a suspect, if no other suspect runs. If it returns true, the caller
// receives from runner.alone when the turn is over, to give the right back.
func (r *runner) takeAlone() bool {
	select {
	case r.alone <- struct{}{}:
		return true
	default:
		return false
	}
}

// waitAlone gives up the lease of a suspect that cannot run alone now, and begins its session again a
// little later. It does not wait with the lease in hand: if another suspect then killed the process,
// that would count as an attempt of this one, and after five deaths it would be set aside without
// having run once.
func (h *holder) waitAlone() {
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
