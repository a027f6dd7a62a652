package storetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// forget makes the model that of a session that was never used, but for what a tombstone has: the
// revision, and when the Forget was. The ids in gone are those whose events may be known or not: see
// game.begin.
func (m *model) forget(err error, now span) verdict {
	// What was accepted is gone. The revision goes on, so that old Acks drop nothing.
	for id := range m.accepted {
		m.gone[id] = true
	}
	*m = model{
		rev: m.rev, accepted: map[string]bool{}, gone: m.gone,
		forgotten: true, forgot: now, unsure: m.unsure,
	}
	return noError(err)
}

// unsend is for an Unsend: events that wait or run lose their bodies, and dead letters of the
// message are gone.
func (m *model) unsend(message string, err error) verdict {
	if message == "" {
		return noError(err)
	}
	if m.head != nil && m.head.MessageID == message {
		m.head.Body = nil
	}
	for i := range m.waiting {
		if m.waiting[i].MessageID == message {
			m.waiting[i].Body = nil
		}
	}
	m.letters = slices.DeleteFunc(m.letters, func(l modelLetter) bool { return l.event.MessageID == message })
	return noError(err)
}

// stale says whether the event is not younger than the last Forget. An event that is stamped with a time
// while Forget was under way may be either: the model is unsure.
func (m *model) stale(e session.Event) bool {
	t := e.Time.UnixMilli()
	if m.forgotten && t > m.forgot.lo && t <= m.forgot.hi {
		m.unsure = true
	}
	return m.forgotten && t <= m.forgot.lo
}

// sameLetters compares all letters of the session with those that were listed.
func (m *model) sameLetters(got []session.DeadLetter) verdict {
	v := want("letters", len(m.letters), len(got))
	for i := range min(len(m.letters), len(got)) {
		l, g := m.letters[i], got[i]
		v = first(v, want("letter of event", l.event.ID, g.Event.ID),
			want("body", string(l.event.Body), string(g.Event.Body)),
			want("time of the event", l.event.Time.UTC(), g.Event.Time.UTC()),
			want("output", string(l.output.body), string(g.Output.Body)), want("seq", l.output.seq, g.Output.Seq),
			want("attempts", l.attempts, g.Attempts), want("reason", l.why, g.Why))
	}
	return v
}

// replayMark stands between the id of a letter's event and a number that the store chooses.
const replayMark = "#r"

// revive is for a Replay of the first letter, which was set aside at a time that the model does not know.
// The new event's id ends in a number that the store chooses, and that Replay does not tell: until it is
// handed out, the model calls it "e1#r".
func (m *model) revive(since time.Time, err error) verdict {
	l := m.letters[0]
	e := (&session.DeadLetter{
		Event: l.event, Output: session.Output{Seq: l.output.seq, Body: []byte(l.output.body)}, Time: since,
	}).Replayed()
	// The store makes the number; the model learns it when the event is handed out.
	e.ID += replayMark
	m.letters = m.letters[1:]
	m.accept(e)
	return noError(err)
}

// meet learns the number of a replayed event when it is handed out.
func (m *model) meet(id string) {
	if m.head == nil || !strings.HasSuffix(m.head.ID, replayMark) {
		return
	}
	number, ok := strings.CutPrefix(id, m.head.ID)
	if ok && number != "" && strings.Trim(number, "0123456789") == "" {
		m.head.ID = id
	} else {
		m.head.ID += "<number>"
	}
}

// forget forgets a session. Actors that run a turn of it are not told.
func (g *game) forget(c call) verdict {
	var err error
	now := g.between(func() { err = g.p.store.Forget(g.p.Context(), g.ids[c.session]) })
	return g.models[c.session].forget(err, now)
}

// unsend takes the message of the call's event out of a session, whether the session has it or not.
func (g *game) unsend(c call) verdict {
	message := c.events(g.p).MessageID
	if message == "" {
		return "" // it names nothing
	}
	return g.models[c.session].unsend(message, g.p.store.Unsend(g.p.Context(), g.ids[c.session], message))
}

// revive compares the letters of a session, and replays the first.
func (g *game) revive(c call) verdict {
	m := g.models[c.session]
	all := g.p.lettersOf(g.ids[c.session])
	if v := m.sameLetters(all); v != "" || len(all) == 0 {
		return v
	}
	return m.revive(all[0].Time, g.p.store.Replay(g.p.Context(), all[0].ID))
}

// purge compares the letters of a session, and deletes them.
func (g *game) purge(c call) verdict {
	m := g.models[c.session]
	all := g.p.lettersOf(g.ids[c.session])
	v := m.sameLetters(all)
	for _, l := range all {
		v = first(v, noError(g.p.store.DeleteDeadLetter(g.p.Context(), l.ID)))
	}
	m.letters = nil
	return v
}

// lateEvents are drawn for what comes after a Forget.
const lateEvents = 2

// late says whether the call's event is one of those that happen after every Forget.
func (c call) late() bool { return c.event > scriptEvents }

// lateEvent returns such an event. Its time is so far ahead that no Forget of a sequence refuses
// it.
func (c call) lateEvent(p *probe) session.Event {
	e := p.event(fmt.Sprint("e", c.event), 0)
	e.Time = e.Time.Add(never + time.Duration(c.event)*time.Millisecond)
	return e
}
