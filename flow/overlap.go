package flow

import (
	"fmt"
	"slices"
)

// missed is one trigger of a transition that is never taken for it in a state.
type missed struct {
	edge    *edge
	trigger int // the place among the transition's candidates
}

// checkOverlap finds transitions that cannot be told apart, and transitions that are never taken
// because earlier ones take all their events. A transition of InAny is a fault only if it is
// one in every state: a single state may answer to an event in its own way. A pattern is a fault if it is
// one in any state, because which texts it is for cannot be seen there: InAnyBut says that it is meant.
func (d *draft) checkOverlap(r *report) {
	texts := map[missed]map[State]string{} // of InAny and InAnyBut
	for _, s := range slices.Concat([]*draftState{d.starts}, d.states) {
		cs := candidates(d.edges(s))
		for i, c := range cs {
			text := overlap(cs[:i], c)
			switch {
			case text == "":
			case c.edge.from == s.name:
				r.add(c.edge.place(), c.edge.String(), "%s", text)
			default:
				m := missed{c.edge, c.number}
				if texts[m] == nil {
					texts[m] = map[State]string{}
				}
				texts[m][s.name] = text
			}
		}
		d.checkTimerCount(r, s)
	}
	for _, g := range d.globals {
		states := d.statesOf(g)
		for _, c := range candidates(g.edges) {
			in := texts[missed{c.edge, c.number}]
			if len(in) > 0 && len(in) == len(states) {
				r.add(c.edge.place(), c.edge.String(), "%s", in[states[0].name])
			} else if c.rank == RankPattern {
				for _, s := range states {
					if text := in[s.name]; text != "" {
						r.add(c.edge.place(), c.edge.String(), "in the state %s, %s; use InAnyBut if that is meant", s.name, text)
					}
				}
			}
		}
	}
}

func (d *draft) checkTimerCount(r *report, s *draftState) {
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

// passesOn reports whether the transition, though its triggers answer to an event and its guards pass, may
// leave the event to the next: Back does if nothing is behind, and a question what it refuses.
func (p *path) passesOn() bool {
	return p.cause == causeAnswer || len(p.forks) == 1 && p.forks[0].outcome == Back
}

// certain reports whether the transition is taken by each event that one of its triggers answers to.
func (p *path) certain() bool { return len(p.guards) == 0 && !p.passesOn() }

// overlap says why c is never taken, or cannot be told from a candidate before it. It returns ""
// if there is no such fault.
func overlap(before []candidate, c candidate) string {
	if c.trigger.fault != "" || c.trigger.form == formNone {
		return ""
	}
	if c.edge.cause == causeAnswer {
		if first := shadowed(before, c); first != nil {
			return fmt.Sprintf("the question is never answered: %s comes first", &first.edge.path)
		}
		return ""
	}
	for _, b := range before {
		if b.edge.from != c.edge.from || b.trigger.fault != "" || !b.trigger.same(c.trigger) {
			continue
		}
		if b.edge != c.edge && b.edge.passesOn() && !(b.edge.leads(Back) && c.edge.leads(Back) && c.edge.passesOn()) {
			continue
		}
		same := b.trigger.String() == c.trigger.String()
		switch {
		case b.edge != c.edge && c.edge.only() == Back && b.edge.only() != Back:
			return fmt.Sprintf("Back comes after %s, which takes its events: put Back first", &b.edge.path)
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
	if first := shadowed(before, c); first != nil {
		return fmt.Sprintf("the trigger %s is shadowed: %s comes first", c.trigger, &first.edge.path)
	}
	return takenWord(before, c)
}

// takenWord says which word of c is taken by a candidate before c that is of the same state and has
// no guards. It returns "" if none is. Example: On(Text("a", "b")) after On(Text("a")).
func takenWord(before []candidate, c candidate) string {
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

// shadowed returns the first of the candidates before c, all without guards, that together take all events
// of c; nil if some event is left for c. Example: On(TextLike(x)) after On(Text()).
func shadowed(before []candidate, c candidate) (first *candidate) {
	for _, a := range c.trigger.atoms() {
		i := slices.IndexFunc(before, func(b candidate) bool {
			return b.edge != c.edge && b.edge.certain() && b.trigger.fault == "" && b.trigger.farther(&c.trigger) &&
				slices.ContainsFunc(b.trigger.atoms(), func(x atom) bool { return x.covers(a) })
		})
		if i < 0 {
			return nil
		}
		if first == nil {
			first = &before[i]
		}
	}
	return first
}
