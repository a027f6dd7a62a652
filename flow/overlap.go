package flow

import (
	"fmt"
	"slices"
)

// checkOverlap finds transitions that cannot be told apart, and transitions that are never taken
// because earlier ones take all their events. A transition of InAny is a fault only if it is
// one in every state: a single state may answer to an event in its own way.
func (d *draft[T]) checkOverlap(r *report) {
	type missed struct {
		first Problem
		count int
	}
	global := map[string]*missed{} // by the transition's engine name and trigger
	key := func(e *edge[T], t *Trigger) string { return e.event + " " + t.String() }
	for _, s := range slices.Concat([]*draftState[T]{d.starts}, d.states) {
		cs := candidates(d.edges(s))
		for i, c := range cs {
			text := overlap(cs[:i], c)
			if text == "" {
				continue
			}
			p := Problem{c.edge.place(), c.edge.String(), text}
			if c.edge.from == s.name {
				r.problems = append(r.problems, p)
				continue
			}
			if c.rank == RankPattern {
				p.Text = fmt.Sprintf("in the state %s, %s", s.name, text)
				r.problems = append(r.problems, p)
				continue
			}
			m := global[key(c.edge, &c.trigger)]
			if m == nil {
				m = &missed{first: p}
				global[key(c.edge, &c.trigger)] = m
			}
			m.count++
		}
		d.checkTimerCount(r, s)
	}
	for _, g := range d.globals {
		covered := 0
		for _, s := range d.states {
			if !slices.Contains(g.but, s.name) {
				covered++
			}
		}
		for _, e := range g.edges {
			for i := range e.triggers {
				k := key(e, &e.triggers[i])
				if m := global[k]; m != nil && m.count >= covered {
					r.problems = append(r.problems, m.first)
					delete(global, k)
				}
			}
		}
	}
}

func (d *draft[T]) checkTimerCount(r *report, s *draftState[T]) {
	n := 0
	for _, e := range d.edges(s) {
		if e.cause.timed() {
			n++
		}
	}
	if n > maxTimers {
		r.add(s.name, "", "has %d timers, those of InAny included: at most %d", n, maxTimers)
	}
}

// certain reports whether the transition is taken by each event that one of its triggers answers to. One
// with guards may not be, nor Back, nor a question.
func (p *path) certain() bool {
	back := len(p.forks) == 1 && p.forks[0].outcome == Back
	return len(p.guards) == 0 && !back && p.cause != causeAnswer
}

// overlap says why c is never taken, or cannot be told from a candidate before it. It returns ""
// if there is no such fault.
func overlap[T any](before []candidate[T], c candidate[T]) string {
	if c.trigger.fault != "" || c.trigger.form == formNone {
		return ""
	}
	for _, b := range before {
		if b.edge.from != c.edge.from || b.trigger.fault != "" || !b.trigger.same(c.trigger) {
			continue
		}
		if b.edge != c.edge && len(b.edge.guards) == 0 && !b.edge.certain() {
			continue // such as Back: the next transition is taken when nothing is behind
		}
		same := b.trigger.String() == c.trigger.String()
		switch {
		case b.edge == c.edge:
			return fmt.Sprintf("names the trigger %s twice", c.trigger)
		case !slices.Equal(b.edge.guards, c.edge.guards):
			continue
		case same && c.trigger.form == formMatch:
			return fmt.Sprintf("cannot be told apart: two Match triggers have the label %q", c.trigger)
		case same:
			return fmt.Sprintf("is declared twice: %s with the same guards", c.trigger)
		default:
			return fmt.Sprintf("the trigger %s cannot be told from %s", c.trigger, b.trigger)
		}
	}
	if text := shadow(before, c); text != "" {
		return text
	}
	return takenWord(before, c)
}

// takenWord says which word of c is taken by a candidate before c that is of the same state and has
// no guards. It returns "" if none is. Example: On(Text("a", "b")) after On(Text("a")).
func takenWord[T any](before []candidate[T], c candidate[T]) string {
	if c.rank != RankExact {
		return ""
	}
	for _, b := range before {
		if b.edge.from != c.edge.from || b.edge == c.edge || !b.edge.certain() || !b.trigger.farther(&c.trigger) {
			continue
		}
		taken := b.trigger.atoms()
		i := slices.IndexFunc(c.trigger.atoms(), func(a atom) bool { return slices.Contains(taken, a) })
		if i >= 0 {
			return fmt.Sprintf("the trigger %s shares %s with %s, which comes first",
				c.trigger, quote(c.trigger.words[i]), &b.edge.path)
		}
	}
	return ""
}

// shadow says which candidates before c, all without guards, take all events of c. It returns "" if
// some event is left for c. Example: On(TextLike(x)) after On(Text()).
func shadow[T any](before []candidate[T], c candidate[T]) string {
	var first *candidate[T]
	for _, a := range c.trigger.atoms() {
		i := slices.IndexFunc(before, func(b candidate[T]) bool {
			return b.edge != c.edge && b.edge.certain() && b.trigger.fault == "" && b.trigger.farther(&c.trigger) &&
				slices.ContainsFunc(b.trigger.atoms(), func(x atom) bool { return x.covers(a) })
		})
		if i < 0 {
			return ""
		}
		if first == nil {
			first = &before[i]
		}
	}
	return fmt.Sprintf("the trigger %s is shadowed: %s comes first", c.trigger, &first.edge.path)
}
