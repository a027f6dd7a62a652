package flow

// checkGraph finds states that cannot be reached, and states from which the end cannot be.
func (d *draft) checkGraph(r *report) {
	reached := d.reached()
	ends := d.ends()
	for _, s := range d.states {
		if s.name == "" {
			continue // a fault already, and without a name to report it by
		}
		if len(reached) > 0 && !reached[s.name] {
			r.add(s.name, "", "cannot be reached")
		}
		switch {
		case len(d.edges(s)) == 0:
			r.add(s.name, "", "is a dead end: it has no transitions")
		case !ends[s.name]:
			r.add(s.name, "", "is a dead end: no way leads to the end of the flow")
		}
	}
}

// reached returns the states that can be reached from the starts; none if no start leads to a state.
func (d *draft) reached() map[State]bool {
	reached := map[State]bool{}
	for _, e := range d.starts.edges {
		for _, f := range e.forks {
			if f.outcome.named() {
				d.visit(f.to, reached, To, Call, ReturnOr, Restart)
			}
		}
	}
	return reached
}

// ends returns the states from which the end can be reached, found backwards from it. A state that returns
// leads to all that call, and one with Back to all that an answer leads out of.
func (d *draft) ends() map[State]bool {
	ends, before := map[State]bool{}, map[State][]State{}
	var visit func(name State)
	visit = func(name State) {
		if ends[name] {
			return
		}
		ends[name] = true
		for _, b := range before[name] {
			visit(b)
		}
	}
	var callers, returns, answered, back []State
	for _, s := range d.states {
		for _, e := range d.edges(s) {
			for _, f := range e.forks {
				switch {
				case f.outcome.ends():
					before[endState] = append(before[endState], s.name)
				case f.outcome.named():
					before[f.to] = append(before[f.to], s.name)
				}
				if f.outcome == Call {
					callers = append(callers, s.name)
				}
				switch {
				case f.outcome == Back:
					back = append(back, s.name)
				case f.outcome.dynamic():
					returns = append(returns, s.name)
				}
				if f.outcome.enters() {
					answered = append(answered, s.name)
				}
			}
		}
	}
	for _, caller := range callers {
		before[caller] = append(before[caller], returns...)
	}
	for _, s := range answered {
		before[s] = append(before[s], back...)
	}
	visit(endState)
	return ends
}
