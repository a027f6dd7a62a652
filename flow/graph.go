package flow

import "slices"

// checkGraph finds states that cannot be reached, and states from which the end cannot be.
func (d *draft[T]) checkGraph(r *report) {
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
		case len(s.edges)+len(d.anyOf.edges) == 0:
			r.add(s.name, "", "is a dead end: it has no transitions")
		case !ends[s.name]:
			r.add(s.name, "", "is a dead end: no way leads to the end of the flow")
		}
	}
	if len(d.states) == 0 {
		r.add("", "", "declares no states")
	}
}

// reached returns the states that can be reached from the initial one; none if that is unknown.
func (d *draft[T]) reached() map[State]bool {
	reached := map[State]bool{}
	var visit func(name State)
	visit = func(name State) {
		s := d.byName[name]
		if s == nil || reached[name] {
			return
		}
		reached[name] = true
		for _, e := range slices.Concat(s.edges, d.anyOf.edges) {
			if e.outcome == To {
				visit(e.to)
			}
		}
	}
	visit(d.b.initial)
	return reached
}

// ends returns the states from which the end can be reached, found backwards from it.
func (d *draft[T]) ends() map[State]bool {
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
	for _, s := range d.states {
		for _, e := range slices.Concat(s.edges, d.anyOf.edges) {
			switch e.outcome {
			case To:
				before[e.to] = append(before[e.to], s.name)
			case End:
				before[endState] = append(before[endState], s.name)
			}
		}
	}
	visit(endState)
	return ends
}
