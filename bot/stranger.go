package bot

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
)

// A build may find sessions whose flow, state, reminder or data it does not know. There are two reasons, which look
// the same: a newer build wrote the session and runs beside this one, as in a rolling deploy; or the flow was
// changed, and what the session names is gone. So the session is left to a newer process for as long as a deploy
// may take. After that it is final:
//
//	a state that is gone        what InAny declares works there: see flow.Input.Gone
//	a flow that is gone, or     the conversation is set aside as a dead letter, which Replay brings back, and the
//	data that cannot be read    user is told (Options.Lost). Data that no build can read are so at once
//	a reminder that is gone     the reminder is a dead letter
//
// For example: a build without the state topping starts at 12:00:00. At 12:00:10 a user who is in that state says
// something. The event is tried again each second. At 12:00:40 the build takes the state for gone, and what another
// user says there is answered at once.

// strangerPatience is how long a process waits for a newer one, from the moment when it found that it does not know
// something.
const strangerPatience = 30 * time.Second

// strangerWait is how long a timer is put off meanwhile. Events do not wait for it.
const strangerWait = 5 * time.Second

// stranger is what a session names and this build does not know.
type stranger struct {
	flow string
	// name is a state, or a reminder behind "·"; "·data" for data of a newer build. It is empty if the flow itself is
	// not known.
	name string
}

// strangers are those that this process has met.
type strangers struct {
	size  atomic.Int32 // len(since), to be read without the lock
	mu    sync.Mutex
	since map[stranger]time.Time
}

// meet notes that this process does not know something, and returns for how long it has known that.
func (s *strangers) meet(who stranger) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	since, met := s.since[who]
	if !met {
		if s.since == nil {
			s.since = map[stranger]time.Time{}
		}
		since = time.Now()
		s.since[who] = since
		s.size.Store(int32(len(s.since)))
	}
	return time.Since(since)
}

// isGone reports whether no newer process is waited for any more. It takes no lock if there are no strangers.
func (s *strangers) isGone(who stranger) bool {
	if s.size.Load() == 0 {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	since, met := s.since[who]
	return met && time.Since(since) >= strangerPatience
}

// unreadError is why a turn fails that needs a conversation or a reminder which this build cannot read.
type unreadError struct {
	c   *conversation // nil for the reminder of the turn
	who stranger      // what a newer build may know; zero if no build will
	err error
}

func (e *unreadError) Error() string { return e.err.Error() }
func (e *unreadError) Unwrap() error { return e.err }

// find returns which conversation of the record it is, wherever it had come in the turn that failed; -1 for none.
func (r *record) find(c *conversation) int {
	return slices.IndexFunc(r.conversations(), func(d conversation) bool { return d.flow == c.flow && d.mark == c.mark })
}

// unread returns the error of a step of a conversation, or of a reminder if c is nil, as an unreadError if the step
// could not read what is stored. name is that of the state or of the reminder.
func unread(c *conversation, flowName, name string, err error) error {
	if err == nil {
		return nil
	}
	if c != nil {
		own := *c // c is a part of what the turn changes
		c = &own
	}
	var te *flow.TurnError
	switch {
	case errors.Is(err, ErrUnknownFlow):
		return &unreadError{c, stranger{flow: flowName}, err}
	case !errors.As(err, &te) || te.Phase != flow.PhaseDecode:
		return err
	case errors.Is(err, flow.ErrUnknownState):
		return &unreadError{c, stranger{flowName, name}, err}
	case errors.Is(err, flow.ErrUnknownReminder):
		return &unreadError{c, stranger{flowName, "·" + name}, err}
	case errors.Is(err, flow.ErrNewerData):
		return &unreadError{c, stranger{flowName, "·data"}, err}
	default:
		return &unreadError{c, stranger{}, err}
	}
}

func unknownFlow(name string) error { return fmt.Errorf("%w: %q", ErrUnknownFlow, name) }

// notRead ends a turn that needs what this build cannot read.
func (h *holder) notRead(u *unreadError) (session.Event, bool) {
	if u.who != (stranger{}) {
		known := h.strangers.meet(u.who)
		if known < strangerPatience || errors.Is(u.err, flow.ErrUnknownState) { // the next attempt says that it is gone
			return h.leaveStranger(known)
		}
	}
	j := &h.job
	h.accounts.of(h.id).failed.Add(1)
	h.newer.over(h.id)
	why := reason(u.err, &j.rec)
	if u.c == nil {
		return h.setAsideTimer(why)
	}
	i := j.rec.find(u.c)
	fired := j.timer >= 0 && j.rec.timers[j.timer].flow == "" && j.rec.timers[j.timer].of == i
	if fired {
		why = "timer " + j.rec.timers[j.timer].name + " of " + u.c.flow + ": " + why
	}
	j.rec.lost = true
	return h.setAsideConversation(i, j.rec.lasting(i, fired), why)
}

// leaveStranger gives back a session that a newer build may know, so that a process of that build can take it. A
// timer is put off: events go before it.
func (h *holder) leaveStranger(known time.Duration) (session.Event, bool) {
	h.accounts.of(h.id).deferred.Add(1)
	now := h.clock.now()
	h.newer.note(h.id, now, now, newerWait)
	if n := h.leftToNewer.note(time.Now()); n > 0 {
		h.o.Logger.Warn("bot: sessions left to a newer build", append(h.subject(), "state", h.job.rec.state,
			"for", known, "count", n)...)
	}
	if h.job.timer >= 0 {
		return h.putOff(strangerWait)
	}
	h.release(newerWait, false)
	return session.Event{}, false
}

// lasting returns the timers of the ith conversation. Those of idle time are left out unless idle is true: the
// conversation does not lapse as soon as it comes back.
func (r *record) lasting(i int, idle bool) []timer {
	var own []timer
	for _, t := range r.timers {
		if t.flow == "" && t.of == i && (idle || !t.idle()) {
			own = append(own, t)
		}
	}
	return own
}
