package main

import (
	"fmt"
	"time"
)

// tally is what came of the events of a row.
type tally struct {
	events, accepted int // sent, and answered with 200
	absent           int // neither accepted nor answered
	messages, timers int
	lost             int // messages or timers that are missing
	unexcused        int // those of them that were acknowledged when Redis kept everything
	doubled          int // messages that are there again
	rerun            int // those of them that another run of the turn made: Redis had forgotten the first
	ambiguous        int // those of them that were pushed after their reply token's time
	replies          int // the replies that these messages make up
	order, early     int
	chain            int
	worst            time.Duration // from an event's first webhook to its first message
	repaired         time.Duration // the same, or from the last end of a process in between
	slowest          string        // the event that took so long
	missing          []string      // the first of those lost
	again            []string      // the first of those doubled
}

func (c *tally) settled() bool { return c.lost == 0 }

// count compares what users see with what they sent.
func (s *stage) count() *tally {
	s.sender.mu.Lock()
	defer s.sender.mu.Unlock()
	if s.t.stacks {
		c, _ := s.countStacks()
		return c
	}
	s.mu.Lock()
	forgotten := s.forgotten
	s.mu.Unlock()
	c := &tally{}
	for _, events := range s.users {
		v := view{
			c: c, strict: !s.t.shuffle && len(s.t.ages) == 0, window: s.t.window, lastEnd: s.fleet.lastEnd, forgotten: forgotten,
			parts: map[part]*message{}, due: map[int]int64{}, newest: -1,
		}
		for _, m := range s.line.snapshot(events[0].chat()) {
			v.see(&m, events)
		}
		v.end(events)
	}
	return c
}

// part is one message of an answer.
type part struct {
	timer    bool
	seq, nth int
}

// view goes through what one user sees.
type view struct {
	c      *tally
	strict bool // events were sent one after the other
	window time.Duration
	// lastEnd is when a process ended last before a time.
	lastEnd   func(time.Time) time.Time
	forgotten []span

	parts  map[part]*message
	due    map[int]int64 // timers that were armed
	last   answer        // of the chain
	newest int           // seq of the newest event that was answered
}

func (v *view) see(m *message, events []*event) {
	p := part{m.Timer, m.Seq, m.Part}
	if was, again := v.parts[p]; again {
		v.c.doubled++
		if len(v.c.again) < 5 {
			v.c.again = append(v.c.again, fmt.Sprintf("%v by push %t %s after it", m.answer, m.pushed, short(m.at.Sub(was.at))))
		}
		if was.Hash != m.Hash || covers(v.forgotten, was.at) {
			v.c.rerun++
		}
		if m.pushed && !m.Timer && m.Seq < len(events) && m.at.Sub(events[m.Seq].first) >= v.window {
			v.c.ambiguous++
			if m.Part == 1 {
				v.c.replies++
			}
		}
		return
	}
	v.parts[p] = m
	v.c.messages++
	if m.Timer {
		v.timer(m)
		return
	}
	v.link(m)
	if m.Part > 1 || m.Seq < 0 || m.Seq >= len(events) {
		return
	}
	v.took(events[m.Seq], m.at)
	if v.strict && m.Seq < v.newest && before(events[m.Seq], events[v.newest]) {
		v.c.order++
	}
	v.newest = max(v.newest, m.Seq)
	if m.Due > 0 {
		v.due[m.Seq] = m.Due
	}
}

func (v *view) has(p part) bool {
	_, ok := v.parts[p]
	return ok
}

// took notes how long an event waited. Whoever repairs may end as well: then the next one begins anew.
func (v *view) took(e *event, answered time.Time) {
	if e.kind == kindShaky || e.kind == kindNeedy {
		return // it fails at first, and waits for that
	}
	first := e.first
	v.c.worst = max(v.c.worst, answered.Sub(first))
	if end := v.lastEnd(answered); end.After(first) {
		first = end
	}
	if d := answered.Sub(first); d > v.c.repaired {
		v.c.repaired = d
		v.c.slowest = fmt.Sprintf("event %s/%d, %s", e.user[1:9], e.seq, e.fate())
	}
}

func (v *view) timer(m *message) {
	v.c.timers++
	due, armed := v.due[m.Seq]
	switch {
	case !armed || m.Due != due:
		v.c.order++
	case m.at.UnixMilli() < due:
		v.c.early++
	}
}

// link checks that a message follows from the one before.
func (v *view) link(m *message) {
	switch {
	case m.Part == 1 && m.Count == v.last.Count+1 && v.last.Part == v.last.Parts:
		if m.Before != v.last.Hash {
			v.c.chain++ // a run was shown that was not committed
		}
	case m.Part > 1 && m.Count == v.last.Count && m.Part == v.last.Part+1:
		if m.Hash != v.last.Hash {
			v.c.chain++
		}
	case m.Count <= v.last.Count && m.Seq <= v.newest:
		v.c.order++
		return // the chain goes on where it was
	default:
		v.c.chain++ // a message is missing before this one, or the state went back
	}
	v.last = m.answer
}

// end looks for what is missing.
func (v *view) end(events []*event) {
	for _, e := range events {
		v.c.events++
		if !e.accepted.IsZero() {
			v.c.accepted++
		}
		first := v.has(part{false, e.seq, 1})
		if isPoison(e.kind) {
			if first {
				v.c.order++ // it cannot be answered
			}
			continue
		}
		if !first && e.accepted.IsZero() {
			v.c.absent++
			continue
		}
		n := 1
		if e.kind == kindMany {
			n = manyMessages
		}
		for i := range n {
			if !v.has(part{false, e.seq, i + 1}) {
				v.lose(e.accepted, "event %s/%d part %d", e.user[1:9], e.seq, i+1)
			}
		}
	}
	for seq, due := range v.due {
		if !v.has(part{true, seq, 0}) {
			v.lose(v.parts[part{false, seq, 1}].at, "timer %s/%d due %d", events[0].user[1:9], seq, due)
		}
	}
}

// lose notes what is missing, and whether Redis forgot what it knew of it then.
func (v *view) lose(then time.Time, format string, args ...any) {
	c := v.c
	c.lost++
	if !covers(v.forgotten, then) {
		c.unexcused++
	}
	if len(c.missing) < 5 {
		c.missing = append(c.missing, fmt.Sprintf(format, args...))
	}
}

// before says that the bots knew of a when b was sent.
func before(a, b *event) bool { return !a.accepted.IsZero() && a.accepted.Before(b.first) }
