package bot

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// setAsideTimer makes the timer of the turn a dead letter. If it is one of a conversation, that is set aside with
// it: without the timer, it might never end.
func (h *holder) setAsideTimer(why string) (session.Event, bool) {
	j := &h.job
	rec, tm := j.rec, j.rec.timers[j.timer]
	if tm.flow == "" {
		why = "timer " + tm.name + " of " + rec.at(tm.of).flow + ": " + why
		return h.setAsideConversation(tm.of, []timer{tm}, why)
	}
	cause := "timer " + tm.name + " of " + tm.flow + ": " + why
	rec.timers = slices.DeleteFunc(slices.Clone(rec.timers), func(t timer) bool { return t.is(tm.flow, tm.name, tm.due) })
	if tm.flow == photosTimer {
		rec.photos = slices.DeleteFunc(slices.Clone(rec.photos), func(s photoSet) bool { return s.id == tm.name })
	}
	dead := record{version: j.rec.version, source: j.rec.source, timers: []timer{tm}}
	for _, s := range j.rec.photos {
		if tm.flow == photosTimer && s.id == tm.name {
			dead.photos = append(dead.photos, s)
		}
	}
	h.request = session.CommitRequest{
		State: rec.append(nil), Due: rec.due(), Dead: cause,
		DeadTimer: &session.DeadTimer{Event: deadTimer(dead, tm.turn(), tm.due), Attempts: tm.attempts},
	}
	return h.bury(cause, nil)
}

// setAsideConversation makes the ith conversation a dead letter, with those of its timers that are to come back
// with it. The event of the turn waits, and has its turn then without that conversation.
func (h *holder) setAsideConversation(i int, timers []timer, why string) (session.Event, bool) {
	j := &h.job
	rec := j.rec
	active := rec.flow
	c, _ := rec.remove(i)
	var outs []delivery
	turn := "conversation " + active + " " + strconv.Itoa(i) + " before " + j.event.ID
	attempts := j.attempt
	due := h.clock.now()
	switch {
	case j.timer < 0:
		c.owed = max(c.owed, owesQuestion)
	case len(timers) > 0:
		turn, attempts, due = timers[0].turn(), timers[0].attempts, timers[0].due
	}
	switch {
	case i > 0:
	case rec.flow == "":
		rec, outs = h.giveMenuBack(rec, turn)
	default:
		rec.owed = max(rec.owed, owesQuestion)
	}
	dead := record{version: j.rec.version, source: h.sourceOf(), conversation: c, timers: slices.Clone(timers)}
	for k := range dead.timers {
		dead.timers[k].of = 0
	}
	h.request = session.CommitRequest{
		State: rec.append(nil), Due: rec.due(), Dead: why,
		DeadTimer: &session.DeadTimer{Event: deadTimer(dead, turn, due), Attempts: attempts},
	}
	return h.bury(why, outs)
}

// sourceOf returns the chat of the session, as far as it is known: that of its timers, or of the event.
func (h *holder) sourceOf() transport.Source {
	if j := &h.job; len(j.rec.timers) > 0 || h.decode() != nil {
		return j.rec.source
	}
	return h.job.decoded.Source
}

// giveMenuBack switches the chat to the menu that everybody has, if a flow gave it another. It is for a
// conversation that ends without a step.
func (h *holder) giveMenuBack(rec record, turn string) (record, []delivery) {
	e := &transport.Event{Source: h.sourceOf()}
	rec, menu := followMenu(rec, e, &flow.Result{}, false)
	now := h.clock.now()
	o := origin{session: h.id, turn: turn + ":ended", event: e, ages: ages{now, now, now}}
	outs, err := h.planner.render(o, nil, menu)
	if err != nil {
		h.o.Logger.Error("bot: menu not given back", about(h.id, "err", err)...)
	}
	return rec, outs
}

// A timer or a conversation that is set aside shows as an event: its id begins with deadTimerID, and its body is
// deadTimerMark and a record with the timer or the conversation alone. No channel has events of such a body.
const (
	deadTimerID   = "timer:"
	deadTimerMark = 0
)

// deadTimer returns the event of what is set aside: the record has that alone. A reminder needs nothing of the
// session but its source; a timer of a conversation needs the conversation.
func deadTimer(dead record, turn string, due time.Time) session.Event {
	id := turn
	if len(id) > session.MaxEventID || !strings.HasPrefix(id, deadTimerID) {
		id = deadTimerID + hashID(id)
	}
	for k := range dead.timers {
		dead.timers[k].attempts, dead.timers[k].wait = 0, 0
	}
	return session.Event{ID: id, Time: due, Body: dead.append([]byte{deadTimerMark})}
}

// hashID returns a hash that stands for an id which is too long to be one of an event.
func hashID(id string) string {
	sum := sha256.Sum256([]byte(id))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// isDeadTimer reports whether an event stands for a timer that was set aside, and was replayed.
func isDeadTimer(e *session.Event) bool {
	return strings.HasPrefix(e.ID, deadTimerID) && e.Body[0] == deadTimerMark
}

// rearm plans the turn of what was set aside and is replayed. A timer is set again, and due at once. A conversation
// comes back: it is active if no other is, and otherwise the last to be resumed.
func (p *planner) rearm(j *job) (plan, error) {
	pl := plan{turn: j.event.ID, eventID: j.event.ID, rec: j.rec}
	var dead record
	if err := dead.unmarshal(j.event.Body[1:]); err != nil {
		return pl, err
	}
	p.present(&dead)
	if dead.flow == "" && len(dead.timers) != 1 || len(dead.below) > 0 {
		return pl, errBadRecord
	}
	rec := &pl.rec
	switch {
	case dead.version > p.o.Version:
		return pl, errNewer
	case len(rec.timers)+len(dead.timers) > maxTimers:
		return pl, errManyTimers
	case dead.flow != "" && rec.depth() >= maxStack:
		return pl, errManyConversations
	}
	if len(rec.timers) == 0 {
		rec.source = dead.source
	}
	of := rec.depth()
	if dead.flow != "" {
		if len(dead.timers) == 0 {
			dead.owed = max(dead.owed, owesQuestion)
		}
		rec.insert(of, dead.conversation)
	}
	rec.photos = append(slices.Clone(rec.photos), dead.photos...)
	rec.timers = slices.Clone(rec.timers)
	for _, tm := range dead.timers {
		if tm.flow == "" {
			tm.of = of
		}
		if of == 0 || !tm.idle() {
			rec.timers = append(rec.timers, distinct(rec.timers, tm))
		}
	}
	return pl, nil
}
