package flow

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// node is a state with all that a step needs, looked up beforehand.
type node struct {
	name       State
	enter      action
	exit       action
	answer     *edge    // the transition of Ask, or nil
	run        *subFlow // what the state runs, or nil; done and givenUp are the transitions at its end
	done       *edge
	givenUp    *edge
	menu       string      // empty for the one that everybody has
	bound      bool        // to the menu, be it by InAny
	candidates []candidate // in the order of trying
	wrongs     []*edge     // the highest n first
	timers     []timer     // the state's own, then those of InAny
	gone       bool        // the flow does not know the state: see program.gone
}

// asks reports whether the state has a question.
func (n *node) asks() bool { return n.answer != nil || n.enter != nil || n.run != nil }

// timer is a timer of a state.
type timer struct {
	name   string
	after  time.Duration // zero for At
	at     moment
	global bool // of InAny or InAnyBut
	edge   *edge
}

// program is the code of a flow's transitions, and what runs it. It does not depend on the type of the data, so
// that it is compiled once: what depends on that is behind anyTurn.
type program struct {
	flow      string // its name
	codec     codec
	starts    []candidate     // in the order of trying
	leave     *edge           // what ModeLeave takes
	nodes     map[State]*node // by name and by old name
	gone      *node           // of all states that the flow does not know
	reminders map[string]action
	entry     *edge // the start at which another flow begins this one, or nil
	history   bool  // the flow has Back, or one that it runs
	machines  *machines
	newTurn   func() anyTurn
	pool      sync.Pool // of *step
}

// compile turns a draft without faults into a flow.
func compile(d *draft) *Flow {
	f := &Flow{
		name:     d.b.name,
		formerly: slices.Clone(d.b.formerly),
		menus:    d.boundMenus(),
		shows:    make(map[State]string, len(d.states)),

		exclusive: map[State]bool{},
	}
	y := &program{
		flow:      d.b.name,
		newTurn:   d.b.newTurn,
		codec:     newCodec(d.b.data, slices.Clone(d.b.migrations)...),
		starts:    candidates(d.starts.edges),
		nodes:     make(map[State]*node, len(d.states)),
		reminders: map[string]action{},
	}
	for _, s := range d.states {
		n := d.node(s)
		y.nodes[s.name] = n
		for _, old := range s.formerly {
			y.nodes[old] = n
		}
		f.states = append(f.states, s.name)
		f.shows[s.name] = n.menu
		if s.exclusive {
			for _, name := range append(s.formerly, s.name) {
				f.exclusive[name] = true
			}
		}
	}
	y.gone = d.node(d.gone())
	for _, s := range d.everything() {
		for _, e := range s.edges {
			f.paths = append(f.paths, &e.path)
			e.number = len(f.paths)
			y.link(e)
		}
	}
	for i := range y.starts {
		f.starts = append(f.starts, start{&y.starts[i].trigger, y.starts[i].rank})
	}
	y.leave = &edge{branches: []branch{{fork: fork{outcome: End, event: leaving}}}}
	y.leave.forks = []*fork{&y.leave.branches[0].fork}
	if f.subs = d.subs(); len(f.subs) > 0 {
		f.depth = 1
	}
	for _, sub := range f.subs {
		y.history = y.history || sub.program.history
		f.depth = max(f.depth, sub.depth+1)
	}
	y.machines = newMachines(d.moves())
	y.pool.New = func() any { return y.newStep() }
	f.program = y
	return f
}

func (d *draft) node(s *draftState) *node {
	n := &node{name: s.name, candidates: candidates(d.edges(s))}
	n.menu, n.bound = d.menu(s)
	if len(s.runs) > 0 {
		n.run = &s.runs[0]
	}
	if len(s.enter) > 0 {
		n.enter = s.enter[0]
	}
	if len(s.exit) > 0 {
		n.exit = s.exit[0]
	}
	for _, from := range d.sources(s) {
		for _, e := range from.edges {
			switch {
			case e.cause.timed():
				n.timers = append(n.timers, timer{e.timer, e.after, e.at, from != s, e})
			case e.cause == causeWrong:
				n.wrongs = append(n.wrongs, e)
			case e.cause == causeAnswer:
				n.answer = e
			case e.cause == causeDone:
				n.done = e
			case e.cause == causeGivenUp:
				n.givenUp = e
			}
		}
	}
	slices.SortStableFunc(n.wrongs, func(a, b *edge) int { return cmp.Compare(b.wrong, a.wrong) })
	return n
}

// link resolves the targets of a transition and notes its reminders.
func (y *program) link(e *edge) {
	if y.entry == nil && e.cause == causeStart && e.leads(To) {
		y.entry = e
	}
	for i := range e.branches {
		b := &e.branches[i]
		b.target = y.nodes[b.to]
		y.history = y.history || b.outcome == Back
		y.note(b.remind)
	}
	y.note(e.remind)
}

// note notes the actions of reminders.
func (y *program) note(all []reminder) {
	for _, r := range all {
		if r.action != nil {
			y.reminders[r.name] = r.action
		}
	}
}

// known returns callers by the names that they have now. One that the flow does not know keeps its name.
func (y *program) known(callers []caller) []caller {
	for i, c := range callers {
		if n := y.nodes[c.state]; n != nil && n.name != c.state {
			callers[i].state = n.name // the slice is the step's own: see trailReader.place
		}
	}
	return callers
}

// moves lists the engine's table: one row for each branch of each transition in each state that it may be
// taken in. A branch whose target is known only when it is taken, such as Return, has two rows: one from
// its state to the passage, and one from the passage to each state that it may lead to.
func (d *draft) moves() []move {
	var ms []move
	for _, e := range d.starts.edges {
		for _, f := range e.forks {
			ms = append(ms, move{f.event, startState, f.destination(startState)})
		}
	}
	passage := false
	for _, s := range append(slices.Clone(d.states), d.gone()) {
		ms = append(ms, move{leaving, string(s.name), endState})
		for _, e := range d.edges(s) {
			for _, f := range e.forks {
				from := string(s.name)
				ms = append(ms, move{f.event, from, f.destination(s.name)})
				if f.outcome == ReturnOr {
					ms = append(ms, move{f.event + orElse, from, string(f.to)})
				}
				if f.outcome.dynamic() || f.outcome == Call {
					ms = append(ms, move{f.event + stays, from, from}) // nobody called, or too many did
					passage = passage || f.outcome.dynamic()
				}
			}
		}
	}
	if passage {
		for _, s := range append(slices.Clone(d.states), d.gone()) {
			ms = append(ms, move{arriving + string(s.name), passageState, string(s.name)})
		}
	}
	return ms
}

// Names of the engine, which no state or event of a flow can have: they contain a "·".
const (
	passageState = "·" // between two states, where the second is known only when the transition is taken
	arriving     = "to·"
	leaving      = "leave·"
	orElse       = "·or"
	stays        = "·again"
)

// dynamic reports whether the target is known only when the transition is taken.
func (o Outcome) dynamic() bool { return o == Return || o == ReturnOr || o == Back }

// destination is the engine's name of where the branch leads from a state.
func (f *fork) destination(from State) string {
	switch {
	case f.outcome.dynamic():
		return passageState
	case f.outcome.named():
		return string(f.to)
	case f.outcome.ends():
		return endState
	default:
		return string(from)
	}
}
