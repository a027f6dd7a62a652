package flow

import (
	"cmp"
	"slices"
	"strconv"
)

// draft is a definition sorted by state: each state has its own copy of the transitions of In,
// while all states share those of InAny.
type draft[T any] struct {
	b      *Builder[T]
	states []*draftState[T]
	byName map[State]*draftState[T]
	anyOf  *draftState[T]
}

type draftState[T any] struct {
	name  State
	enter []Action[T]
	exit  []Action[T]
	menus []string
	edges []*edge[T]
}

func newDraft[T any](b *Builder[T]) *draft[T] {
	d := &draft[T]{b: b, byName: map[State]*draftState[T]{}, anyOf: &draftState[T]{name: AnyState}}
	for _, block := range b.blocks {
		for _, name := range block.states {
			s := d.byName[name]
			if s == nil {
				s = &draftState[T]{name: name}
				d.byName[name] = s
				d.states = append(d.states, s)
			}
			s.add(block)
		}
	}
	d.anyOf.add(b.anyBlock)
	taken := d.anyOf.nameTimers(nil)
	for _, s := range d.states {
		s.nameTimers(taken)
	}
	return d
}

func (s *draftState[T]) add(block *StateBuilder[T]) {
	s.enter = append(s.enter, block.enters...)
	s.exit = append(s.exit, block.exits...)
	s.menus = append(s.menus, block.menus...)
	for _, e := range block.edges {
		own := *e
		own.from = s.name
		own.event = string(s.name) + "·" + strconv.Itoa(len(s.edges)+1)
		s.edges = append(s.edges, &own)
	}
}

// nameTimers gives each timer a name that is not taken, and returns all names that are then.
// The names of InAny come first: they must be the same in all states.
func (s *draftState[T]) nameTimers(taken []string) []string {
	taken = slices.Clone(taken)
	for _, e := range s.edges {
		if e.timing == timingNone {
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

// candidates returns the triggers of a state and of InAny in the order of trying.
func (d *draft[T]) candidates(s *draftState[T]) []candidate[T] {
	var cs []candidate[T]
	for _, from := range [...]*draftState[T]{s, d.anyOf} {
		for _, e := range from.edges {
			for _, t := range e.triggers {
				cs = append(cs, candidate[T]{t, t.rank(), e})
			}
		}
	}
	slices.SortStableFunc(cs, func(a, b candidate[T]) int { return cmp.Compare(b.rank, a.rank) })
	return cs
}
