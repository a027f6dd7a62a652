package flow

import (
	"cmp"
	"slices"
	"strconv"
)

// draft is a definition sorted by state: each state has its own copy of the transitions of In, while
// states share those of InAny and InAnyBut.
type draft struct {
	b       *builder
	states  []*draftState
	byName  map[State]*draftState
	globals []*draftState
	starts  *draftState
}

// draftState is what was declared of one state, of InAny or InAnyBut, or of the starts.
type draftState struct {
	name      State
	formerly  []State
	but       []State
	enter     []action
	exit      []action
	menus     []string
	exclusive bool
	asks      []*question
	runs      []subFlow
	edges     []*edge
}

func newDraft(b *builder) *draft {
	d := &draft{b: b, byName: map[State]*draftState{}, starts: &draftState{name: startState}}
	d.starts.add(b.starts)
	for _, block := range b.states {
		for i, name := range block.states {
			if slices.Contains(block.states[:i], name) {
				continue // a fault, which Build reports once
			}
			s := d.byName[name]
			if s == nil {
				s = &draftState{name: name}
				d.byName[name] = s
				d.states = append(d.states, s)
			}
			s.add(block)
		}
	}
	var taken []string
	for i, block := range b.globals {
		g := &draftState{name: AnyState, but: block.but}
		g.add(block)
		for _, e := range g.edges {
			e.event = strconv.Itoa(i) + e.event
			e.nameForks()
		}
		taken = g.nameTimers(taken)
		d.globals = append(d.globals, g)
	}
	for _, s := range d.states {
		s.nameTimers(taken)
		s.nameRuns()
	}
	return d
}

func (s *draftState) add(block *block) {
	s.enter = append(s.enter, block.enters...)
	s.exit = append(s.exit, block.exits...)
	s.menus = append(s.menus, block.menus...)
	s.asks = append(s.asks, block.asks...)
	s.exclusive = s.exclusive || block.exclusive
	if len(block.states) == 1 { // else it is a fault
		s.formerly = append(s.formerly, block.formerly...)
	}
	s.runs = append(s.runs, block.runs...)
	for _, e := range block.edges {
		own := *e
		own.from, own.but = s.name, s.but
		own.event = string(s.name) + "·" + strconv.Itoa(len(s.edges)+1)
		own.branches = slices.Clone(e.branches)
		own.forks = make([]*fork, len(own.branches))
		for i := range own.branches {
			own.forks[i] = &own.branches[i].fork
		}
		own.nameForks()
		s.edges = append(s.edges, &own)
	}
}

// nameForks gives each branch the engine's name of it.
func (p *path) nameForks() {
	for i, f := range p.forks {
		f.event = p.event
		if i > 0 {
			f.event += "·" + strconv.Itoa(i+1)
		}
	}
}

// nameTimers gives each timer a name that is not taken, and returns all names that are then.
// The names of InAny come first: they must be the same in all states.
func (s *draftState) nameTimers(taken []string) []string {
	taken = slices.Clone(taken)
	for _, e := range s.edges {
		if !e.cause.timed() {
			continue
		}
		e.timer = e.trigger()
		for n := 2; slices.Contains(taken, e.timer); n++ {
			e.timer = e.trigger() + " " + strconv.Itoa(n)
		}
		taken = append(taken, e.timer)
	}
	return taken
}

// nameRuns gives GivenUp the name of the flow that the state runs.
func (s *draftState) nameRuns() {
	for _, e := range s.edges {
		if e.cause == causeGivenUp && len(s.runs) > 0 && s.runs[0].flow != nil {
			e.run = s.runs[0].flow.name
		}
	}
}

// sources returns what declares transitions of a state: the state itself, then InAny and InAnyBut in the
// order of declaration.
func (d *draft) sources(s *draftState) []*draftState {
	all := []*draftState{s}
	if s == d.starts {
		return all
	}
	for _, g := range d.globals {
		if !slices.Contains(g.but, s.name) {
			all = append(all, g)
		}
	}
	return all
}

// statesOf returns the states that have the transitions of InAny or InAnyBut.
func (d *draft) statesOf(g *draftState) []*draftState {
	return slices.DeleteFunc(slices.Clone(d.states), func(s *draftState) bool {
		return slices.Contains(g.but, s.name)
	})
}

// place names the state in problems.
func (s *draftState) place() State { return (&path{from: s.name, but: s.but}).place() }

// edges returns all transitions that may be taken in a state.
func (d *draft) edges(s *draftState) []*edge {
	var all []*edge
	for _, from := range d.sources(s) {
		all = append(all, from.edges...)
	}
	return all
}

// everything returns the starts, the states and the globals, in the order in which they are reported.
func (d *draft) everything() []*draftState {
	return slices.Concat([]*draftState{d.starts}, d.states, d.globals)
}

// candidates returns the triggers of transitions in the order of trying.
func candidates(edges []*edge) []candidate {
	var cs []candidate
	for _, e := range edges {
		for i, t := range e.triggers {
			cs = append(cs, candidate{t, t.rank(), e, i})
		}
		if e.cause == causeAnswer {
			cs = append(cs, candidate{answerTrigger, RankKind, e, 0})
		}
	}
	slices.SortStableFunc(cs, func(a, b candidate) int { return cmp.Compare(b.rank, a.rank) })
	return cs
}

// answerTrigger is what a question answers to: the messages and taps of Any.
var answerTrigger = func() Trigger {
	t := Any()
	t.form, t.label = formKinds, "answer"
	return t
}()
