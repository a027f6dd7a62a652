package bot

import (
	"errors"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
)

// What user code may do to a turn besides failing.
var (
	errExited = errors.New("bot: an action ended its goroutine")
	// An action that hangs is not tried again: the first attempt still runs.
	errStuck = flow.Permanent(errors.New("bot: an action did not return"))
)

// faulty ends a turn that user code left without a result.
func (h *holder) faulty() (session.Event, bool) {
	err := h.fault
	h.fault = nil
	if e := h.locate(); e != nil {
		err = e
	}
	if errors.Is(err, session.ErrFenced) {
		return h.notCommitted(h.job.event.ID, err)
	}
	return h.failed(err)
}

// abandon takes a session away from an action that ignores its context: the event is set aside,
// unless another process has the session by now, and the session lives on with another holder, in
// another goroutine. This holder is left to the action that hangs.
// It is called by the watch, with the watch's lock held.
func (h *holder) abandon(lost bool) {
	u := newHolder(h.runner)
	u.id, u.token, u.rev, u.state = h.id, h.token, h.rev, h.state
	u.job = job{event: h.job.event, attempt: h.job.attempt}
	u.fault = errStuck
	if lost {
		u.fault = session.ErrFenced
	}
	h.stats.stuck.Add(1)
	if h.job.crashed {
		h.suspects.leave(h.job.twice())
	}
	go h.crew.loop(u.work)
}
