package flow

import "time"

// node is a state with all that a step needs, looked up beforehand.
type node[T any] struct {
	name       State
	enter      Action[T]
	exit       Action[T]
	menu       string         // empty for the one that everybody has
	candidates []candidate[T] // in the order of trying
	timers     []timer[T]     // the state's own, then those of InAny
}

// timer is a timer of a state.
type timer[T any] struct {
	name   string
	after  time.Duration // zero for At
	at     func(*Turn[T]) time.Time
	global bool // of InAny
	edge   *edge[T]
}

// compile turns a draft without faults into a flow.
func compile[T any](d *draft[T]) *Flow[T] {
	f := &Flow[T]{
		name:      d.b.name,
		menus:     d.boundMenus(),
		codec:     newCodec[T](),
		nodes:     make(map[State]*node[T], len(d.states)+len(d.b.aliases)),
		reminders: map[string]Action[T]{},
		starts:    append([]Trigger(nil), d.b.starts...),
	}
	for _, s := range d.states {
		n := &node[T]{name: s.name, menu: d.menu(s), candidates: d.candidates(s)}
		if len(s.enter) > 0 {
			n.enter = s.enter[0]
		}
		if len(s.exit) > 0 {
			n.exit = s.exit[0]
		}
		n.addTimers(s, false)
		n.addTimers(d.anyOf, true)
		f.nodes[s.name] = n
		f.states = append(f.states, s.name)
	}
	for _, a := range d.b.aliases {
		f.nodes[a.old] = f.nodes[a.new]
	}
	f.start = &edge[T]{
		path:   path{from: startState, event: startState, outcome: To, to: d.b.initial},
		target: f.nodes[d.b.initial],
	}
	f.link(d)
	f.machines = newMachines(d.moves())
	f.pool.New = func() any { return &step[T]{flow: f} }
	return f
}

func (n *node[T]) addTimers(s *draftState[T], global bool) {
	for _, e := range s.edges {
		if e.timing != timingNone {
			n.timers = append(n.timers, timer[T]{e.timer, e.after, e.at, global, e})
		}
	}
}

// link resolves targets and gathers transitions and reminders.
func (f *Flow[T]) link(d *draft[T]) {
	for _, s := range append(d.states[:len(d.states):len(d.states)], d.anyOf) {
		for _, e := range s.edges {
			e.target = f.nodes[e.to]
			f.paths = append(f.paths, &e.path)
			for _, r := range e.remind {
				f.reminders[r.name] = r.action
			}
		}
	}
}

// moves lists the engine's table: one row for each state that a transition may be taken in.
func (d *draft[T]) moves() []move {
	ms := []move{{startState, startState, string(d.b.initial)}}
	for _, s := range d.states {
		for _, from := range [...]*draftState[T]{s, d.anyOf} {
			for _, e := range from.edges {
				ms = append(ms, move{e.event, string(s.name), e.destination(s.name)})
			}
		}
	}
	return ms
}

// destination is the engine's name of where the path leads from a state.
func (p *path) destination(from State) string {
	switch p.outcome {
	case To:
		return string(p.to)
	case End:
		return endState
	default:
		return string(from)
	}
}
