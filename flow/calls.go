package flow

import "slices"

// checkCalls reports each Return that nobody can have called, and each Call from which nobody returns.
func (d *draft) checkCalls(r *report) {
	called := map[State]bool{}
	for _, s := range d.states {
		for _, e := range d.edges(s) {
			for _, f := range e.forks {
				if f.outcome == Call {
					d.visit(f.to, called, To)
				}
			}
		}
	}
	for _, s := range d.everything() {
		in := []*draftState{s}
		if s.name == AnyState {
			in = d.statesOf(s)
		}
		for _, e := range s.edges {
			if e.leads(Return) && !slices.ContainsFunc(in, func(s *draftState) bool { return called[s.name] }) {
				r.add(e.place(), e.String(), "returns, but nothing calls: use To, Call or ReturnOr")
			}
			for _, f := range e.forks {
				if f.outcome == Call && d.byName[f.to] != nil && !d.comesBack(f.to, s.name) {
					r.add(e.place(), e.String(), "calls %q, from which no way returns: use To, or Return there", f.to)
				}
			}
		}
	}
	d.checkOwnCalls(r)
}

// checkOwnCalls reports a Call of the state that it is declared in. That would be Again.
func (d *draft) checkOwnCalls(r *report) {
	for _, block := range d.b.states {
		if len(block.states) != 1 {
			continue // a Call of one of several states is a call in the others
		}
		for _, e := range block.edges {
			for i := range e.branches {
				if b := &e.branches[i]; b.outcome == Call && b.to == block.states[0] {
					r.add(b.to, e.String(), "calls its own state: use Again, or To")
				}
			}
		}
	}
}

// visit adds to seen the state and all that the outcomes lead to from there. With To alone these are the
// states in which the same callers wait.
func (d *draft) visit(name State, seen map[State]bool, by ...Outcome) {
	s := d.byName[name]
	if s == nil || seen[name] {
		return
	}
	seen[name] = true
	for _, e := range d.edges(s) {
		for _, f := range e.forks {
			if slices.Contains(by, f.outcome) {
				d.visit(f.to, seen, by...)
			}
		}
	}
}

// comesBack reports whether some way leads out of a called state again: Return, Back or a To the caller,
// or an end that the states there declare themselves. An end of InAny, such as that of "cancel", is none.
func (d *draft) comesBack(called, caller State) bool {
	within, beyond := map[State]bool{}, map[State]bool{}
	d.visit(called, within, To)
	d.visit(called, beyond, To, Call, ReturnOr)
	for name := range beyond {
		for _, e := range d.edges(d.byName[name]) {
			for _, f := range e.forks {
				switch f.outcome {
				case Return, ReturnOr, Back:
					if within[name] {
						return true
					}
				case End, GiveUp, Restart:
					if e.from == name {
						return true
					}
				case To:
					if caller == AnyState || f.to == caller {
						return true
					}
				}
			}
		}
	}
	return false
}

// leads reports whether a branch of the transition has the outcome.
func (p *path) leads(o Outcome) bool {
	return slices.ContainsFunc(p.forks, func(f *fork) bool { return f.outcome == o })
}
