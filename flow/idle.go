package flow

import "slices"

// checkWrongs reports a Wrong that is never taken, because another of the same place takes all that it
// could. Example: Wrong(3).Again() before Wrong(3).To(Desk).
func checkWrongs(r *report, s *draftState) {
	for i, e := range s.edges {
		if e.cause != causeWrong {
			continue
		}
		for j, other := range s.edges {
			switch {
			case other.cause != causeWrong || i == j:
			case other.wrong == e.wrong && j < i && slices.Equal(other.guards, e.guards):
				r.add(e.place(), e.String(), "is declared twice")
			case other.wrong == e.wrong && j < i && len(other.guards) == 0:
				r.add(e.place(), e.String(), "is never taken: %s comes first", &other.path)
			case other.wrong < e.wrong && other.restartsTries():
				r.add(e.place(), e.String(), "is never taken: %s begins to count anew", &other.path)
			}
		}
	}
}

// restartsTries reports whether a Wrong certainly enters a state or ends the flow, so that no higher number
// of wrong answers is reached.
func (p *path) restartsTries() bool {
	for _, f := range p.forks {
		switch f.outcome {
		case To, ReturnOr, Restart, End, GiveUp:
		case Call: // of the present state it is Again
			if f.to == p.from || p.from == AnyState && !slices.Contains(p.but, f.to) {
				return false
			}
		default:
			return false
		}
	}
	return len(p.guards) == 0 && len(p.forks) > 0
}

// checkTimers reports an After that is declared twice, and one that never fires because in each state that
// has it an earlier time leads away. Example: After(5 * time.Minute).End() and After(15 * time.Minute).
//
// That an action of the earlier timer may refuse its event, by Reject, is left out of account.
func (d *draft) checkTimers(r *report, s *draftState) {
	for i, e := range s.edges {
		if e.cause != causeIdle {
			continue
		}
		for _, other := range s.edges[:i] {
			if other.cause == causeIdle && other.String() == e.String() {
				r.add(e.place(), e.String(), "is declared twice")
			}
		}
		if other := d.firesBefore(s, e); other != nil {
			r.add(e.place(), e.String(), "never fires: %s leads away before", &other.path)
		}
	}
}

// firesBefore returns a timer that keeps e, which s declares, from ever firing; or nil.
func (d *draft) firesBefore(s *draftState, e *edge) (first *edge) {
	in := []*draftState{s}
	if s.name == AnyState {
		in = d.statesOf(s)
	}
	for _, state := range in {
		i := slices.IndexFunc(d.edges(state), func(other *edge) bool {
			return other.cause == causeIdle && other.after < e.after && d.keepsFrom(other, e, state.name)
		})
		if i < 0 {
			return nil
		}
		if first == nil {
			first = d.edges(state)[i]
		}
	}
	return first
}

// keepsFrom reports whether the timer u, if it fires in the state, certainly clears the timer e.
//
// Timers of InAny run on when another state is entered, and a timer that fired is armed again by the user
// alone. So if timers lead from state to state, e may be older or younger than u, and only pairs are
// certain of which that makes no difference.
func (d *draft) keepsFrom(u, e *edge, state State) bool {
	if len(u.guards) > 0 || len(u.forks) == 0 {
		return false
	}
	ends := true // u ends or restarts the conversation, wherever it fires
	for _, f := range u.forks {
		switch f.outcome {
		case End, GiveUp, Restart:
		case To, Call, ReturnOr:
			if f.to == state || e.from == AnyState && !slices.Contains(e.but, f.to) {
				return false
			}
			ends = false
		default:
			return false
		}
	}
	switch {
	case e.from != AnyState && (u.from != AnyState || ends):
		return true
	case u.from == AnyState && ends && within(u.but, e.but):
		return true
	default:
		return !d.timersMove(u)
	}
}

// within reports whether all states of a are among those of b.
func within(a, b []State) bool {
	return !slices.ContainsFunc(a, func(s State) bool { return !slices.Contains(b, s) })
}

// timersMove reports whether a timer other than u may enter a state. Restart is left out: it sets all timers
// anew.
func (d *draft) timersMove(u *edge) bool {
	enters := func(f *fork) bool { return f.outcome.enters() && f.outcome != Restart }
	return slices.ContainsFunc(d.everything(), func(s *draftState) bool {
		return slices.ContainsFunc(s.edges, func(e *edge) bool {
			return e != u && e.cause.timed() && slices.ContainsFunc(e.forks, enters)
		})
	})
}
