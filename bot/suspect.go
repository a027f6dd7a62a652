package bot

import (
	"context"
	"math/rand/v2"
	"time"
)

// suspectWait is the longest delay before an event that may have crashed a process is tried again;
// the delay is drawn between half of it and all of it.
const suspectWait = 400 * time.Millisecond

// takeAlone takes the right to run a turn that may have killed its process, if it is free. Those
// that run beside such a turn when it kills again become suspects too, so suspects run one at a
// time. If it returns true, runner.alone is received from afterwards.
func (r *runner) takeAlone() bool {
	select {
	case r.alone <- struct{}{}:
		return true
	default:
		return false
	}
}

// waitAlone gives the session of a suspect back, and begins it again a little later. To wait with
// the lease in hand would count as an attempt when another suspect kills the process: a few deaths
// in a row, and all that waited would be set aside.
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
		if err := r.wake(ctx, id); err != nil { // the sweep will find it
			r.o.Logger.Warn("bot: due session not begun", "session", id, "err", err)
		}
	})
}
