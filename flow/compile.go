package flow

import (
	"sync"
	"time"
)

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

// typed is the part of a flow that depends on the type of the data: the code of the transitions,
// and what runs it.
type typed[T any] struct {
	flow      string // its name
	codec     codec[T]
	start     *edge[T]
	nodes     map[State]*node[T] // by name and by alias
	reminders map[string]Action[T]
	machines  *machines
	pool      sync.Pool // of *step[T]
}

// compile turns a draft without faults into a flow.
func compile[T any](d *draft[T]) *Flow {
	f := &Flow{
		name:    d.b.name,
		starts:  append([]Trigger(nil), d.b.starts...),
		initial: d.b.initial,
		menus:   d.boundMenus(),
		shows:   make(map[State]string, len(d.states)),
	}
	y := &typed[T]{
		flow:      d.b.name,
		codec:     newCodec[T](),
		nodes:     make(map[State]*node[T], len(d.states)+len(d.b.aliases)),
		reminders: map[string]Action[T]{},
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
		y.nodes[s.name] = n
		f.states = append(f.states, s.name)
		f.shows[s.name] = n.menu
	}
	for _, a := range d.b.aliases {
		y.nodes[a.old] = y.nodes[a.new]
	}
	y.start = &edge[T]{
		path:   path{from: startState, event: startState, outcome: To, to: d.b.initial},
		target: y.nodes[d.b.initial],
	}
	for _, s := range append(d.states[:len(d.states):len(d.states)], d.anyOf) {
		for _, e := range s.edges {
			f.paths = append(f.paths, &e.path)
			y.link(e)
		}
	}
	y.machines = newMachines(d.moves())
	y.pool.New = func() any { return &step[T]{typed: y} }
	f.step, f.decode = y.stepper(), y.decodeData
	return f
}

// link resolves the target of a transition and notes its reminders.
func (y *typed[T]) link(e *edge[T]) {
	e.target = y.nodes[e.to]
	for _, r := range e.remind {
		y.reminders[r.name] = r.action
	}
}

func (n *node[T]) addTimers(s *draftState[T], global bool) {
	for _, e := range s.edges {
		if e.timing != timingNone {
			n.timers = append(n.timers, timer[T]{e.timer, e.after, e.at, global, e})
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
