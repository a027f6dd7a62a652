package bot

import (
	"errors"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
)

// What an action may do to a turn besides returning an error or panicking.
var (
	// errExited: the action called runtime.Goexit, as t.FailNow does. It is tried again.
	errExited = errors.New("bot: an action ended its goroutine")
	// errStuck: the action ignored its context for a minute. It is not tried again, because the first
	// attempt still runs.
	errStuck = flow.Permanent(errors.New("bot: an action did not return"))
)

// faulty ends a turn whose actions left no result, as h.fault says. It runs in a new goroutine, because
// the one that called the actions has ended or hangs.
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

// abandon gives the session to a new holder, in a new goroutine, because an action of the present turn
// ignores its context. The new holder sets the event aside and goes on with the events that wait. If
// another process has the lease (lost), it does neither. The old holder stays with the action that
// hangs, and is not used again.
//
// In numbers: the session runs the event e1, and e2 waits. The action of e1 hangs. After 60 s the new
// holder makes e1 a dead letter, and e2 has its turn. If the action returns after an hour, decide
// refuses what it did.
//
// The watch calls abandon with its lock held.
func (h *holder) abandon(lost bool) {
	u := newHolder(h.runner)
	u.id, u.token, u.rev, u.state, u.memo = h.id, h.token, h.rev, h.state, h.memo
	u.job = job{event: h.job.event, attempt: h.job.attempt}
	u.fault = errStuck
	if lost {
		u.fault = session.ErrFenced
	}
	h.stats.stuck.Add(1)
	if h.job.crashed { // other suspects need not wait for an action that hangs
		h.suspects.leave(h.job.twice())
	}
	go h.crew.loop(u.work)
}
