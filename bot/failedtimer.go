package bot

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// A timer whose turn fails is put off: a commit writes into the record when the timer is tried again, and
// hands over the event that waits. From then on the timer holds up no event.
//
//	                    reminder                  timer of the active flow
//	attempts 1 to 4     again after 0.2 s, 1 s, 5 s, 15 s
//	attempt 5           dead letter               again after 1 min, 2 min, 4 min ... 24 h
//	Options.Keep later                            dead letter, and the flow ends
//
// After a permanent error the first row is left out. If the action hangs or kills the process, the third
// row comes in the place of the long waits.
//
// For example: the idle timer of ask_day fails, because the database of the bot is away. It is tried five
// times within 22 s, then after one minute, two minutes and so on. Meanwhile the user's events have their
// turns. When the database is back, the next attempt ends the conversation.

// maxDeaths is how often a process may die of a timer before an event that waits goes first.
const maxDeaths = 2

// Why a timer fails, besides the reasons for which an event does.
var (
	// errDied: the process died twice of the timer, and an event waits behind it.
	errDied = errors.New("bot: the process died of the timer, or froze")
	// errOccupied: a timer of a flow was replayed, and the session is in another conversation by now.
	errOccupied = flow.Permanent(errors.New("bot: another conversation is active"))
)

// timerFailed ends a turn for a timer that has no result: the timer is tried again later, or set aside.
// Last says that the timer had all its attempts, or that it would fail again.
func (h *holder) timerFailed(err error, last bool) (session.Event, bool) {
	j := &h.job
	tm := &j.rec.timers[j.timer]
	tm.attempts += j.attempt
	lethal := errors.Is(err, errStuck) || errors.Is(err, errAttempts) || errors.Is(err, errDied)
	switch {
	case !last:
		return h.putOff(retryTurn(tm.attempts))
	case tm.flow == "" && !lethal && h.clock.now().Sub(tm.due) < h.o.Keep:
		return h.putOff(retryLapse(tm.attempts - h.o.MaxAttempts))
	default:
		return h.setAsideTimer(reason(err, &j.rec))
	}
}

// putOff commits that the timer of the turn is tried again after the wait, and returns the event that
// waits.
func (h *holder) putOff(wait time.Duration) (session.Event, bool) {
	j := &h.job
	tm := &j.rec.timers[j.timer]
	tm.wait = max(h.clock.now().Add(wait).Sub(tm.due).Truncate(time.Millisecond), time.Millisecond)
	h.request = session.CommitRequest{State: j.rec.append(nil), Due: j.rec.due()}
	res, err := h.write()
	switch {
	case errors.Is(err, session.ErrTooLarge): // there is no room to note it
		return h.setAsideTimer("state too large")
	case err != nil:
		h.o.Logger.Error("bot: timer not put off", append(h.subject(), "err", err)...)
		return session.Event{}, false
	}
	return h.committed(&res, nil), true
}

// setAsideTimer makes the timer of the turn a dead letter. If it is one of the active flow, the flow
// ends: without the timer, it might never.
func (h *holder) setAsideTimer(why string) (session.Event, bool) {
	j := &h.job
	rec, tm := j.rec, j.rec.timers[j.timer]
	cause := "timer " + tm.name + " of " + cmp.Or(tm.flow, rec.flow) + ": " + why
	rec.timers = slices.DeleteFunc(slices.Clone(rec.timers), func(t timer) bool {
		return t.is(tm.flow, tm.name, tm.due) || tm.flow == "" && t.flow == ""
	})
	var outs []delivery
	if tm.flow == photosTimer {
		rec.photos = slices.DeleteFunc(slices.Clone(rec.photos), func(s photoSet) bool { return s.id == tm.name })
	}
	if tm.flow == "" {
		rec.flow, rec.state, rec.mark, rec.data, rec.trail = "", "", "", nil, nil
		rec, outs = h.giveMenuBack(rec, tm.turn())
	}
	h.request = session.CommitRequest{
		State: rec.append(nil), Due: rec.due(), Dead: cause,
		DeadTimer: &session.DeadTimer{Event: deadTimer(j.rec, tm), Attempts: tm.attempts},
	}
	return h.bury(cause, outs)
}

// giveMenuBack switches the chat to the menu that everybody has, if the flow gave it another. It is for a
// flow that ends without a step.
func (h *holder) giveMenuBack(rec record, turn string) (record, []delivery) {
	e := &transport.Event{Source: rec.source}
	rec, menu := followMenu(rec, e, &flow.Result{})
	now := h.clock.now()
	o := origin{session: h.id, turn: turn + ":ended", event: e, ages: ages{now, now, now}}
	outs, err := h.planner.render(o, nil, menu)
	if err != nil {
		h.o.Logger.Error("bot: menu not given back", about(h.id, "err", err)...)
	}
	return rec, outs
}

// A timer that is set aside shows as an event: its id begins with deadTimerID, and its body is
// deadTimerMark and a record with the timer alone. No channel has events of such a body.
const (
	deadTimerID   = "timer:"
	deadTimerMark = 0
)

// deadTimer returns the event of a timer that is set aside. A reminder needs nothing of the session but
// its source; a timer of the active flow needs the conversation.
func deadTimer(rec record, tm timer) session.Event {
	if tm.flow != "" {
		rec.flow, rec.state, rec.mark, rec.data, rec.trail = "", "", "", nil, nil
	}
	id := tm.turn()
	if len(id) > session.MaxEventID {
		sum := sha256.Sum256([]byte(id))
		id = deadTimerID + base64.RawURLEncoding.EncodeToString(sum[:])
	}
	tm.attempts, tm.wait, rec.menu = 0, 0, ""
	rec.photos = slices.DeleteFunc(slices.Clone(rec.photos), func(s photoSet) bool {
		return tm.flow != photosTimer || s.id != tm.name
	})
	rec.timers = []timer{tm}
	return session.Event{ID: id, Time: tm.due, Body: rec.append([]byte{deadTimerMark})}
}

// isDeadTimer reports whether an event stands for a timer that was set aside, and was replayed.
func isDeadTimer(e *session.Event) bool {
	return strings.HasPrefix(e.ID, deadTimerID) && e.Body[0] == deadTimerMark
}

// rearm plans the turn of a timer that was set aside and is replayed: it is set again, and due at once.
// A timer of a flow brings its conversation back, if no other is active.
func (p *planner) rearm(j *job) (plan, error) {
	pl := plan{turn: j.event.ID, eventID: j.event.ID, rec: j.rec}
	var dead record
	if err := dead.unmarshal(j.event.Body[1:]); err != nil {
		return pl, err
	}
	if len(dead.timers) != 1 {
		return pl, errBadRecord
	}
	rec, tm := &pl.rec, dead.timers[0]
	switch {
	case dead.version > p.o.Version:
		return pl, errNewer
	case len(rec.timers) >= maxTimers:
		return pl, errManyTimers
	case tm.flow != "":
	case rec.flow != "":
		return pl, errOccupied
	default:
		rec.flow, rec.state, rec.mark, rec.data, rec.trail = dead.flow, dead.state, dead.mark, dead.data, dead.trail
	}
	if len(rec.timers) == 0 {
		rec.source = dead.source
	}
	rec.photos = append(slices.Clone(rec.photos), dead.photos...)
	rec.timers = append(slices.Clone(rec.timers), distinct(rec.timers, tm))
	return pl, nil
}
