package flow

import "time"

// Builder collects the definition of a flow. Its methods, and those of the builders it hands
// out, never fail: every fault is reported by Build.
type Builder[T any] struct {
	name     string
	initial  State
	starts   []Trigger
	aliases  []alias
	blocks   []*StateBuilder[T]
	anyBlock *StateBuilder[T]
}

type alias struct{ old, new State }

// New begins a flow that starts in the state initial. The name is stored with every
// conversation.
func New[T any](name string, initial State) *Builder[T] {
	b := &Builder[T]{name: name, initial: initial}
	b.anyBlock = &StateBuilder[T]{states: []State{AnyState}}
	return b
}

// StartOn says which events start the flow in a conversation where none is active. It may be
// called more than once.
func (b *Builder[T]) StartOn(triggers ...Trigger) {
	b.starts = append(b.starts, triggers...)
}

// Renamed says that the state new was once stored as old: conversations that were in old go on
// in new.
func (b *Builder[T]) Renamed(old, new State) {
	b.aliases = append(b.aliases, alias{old, new})
}

// In declares states. What its StateBuilder collects is true of each of them. A state may be declared
// in several statements.
func (b *Builder[T]) In(states ...State) *StateBuilder[T] {
	s := &StateBuilder[T]{states: states}
	b.blocks = append(b.blocks, s)
	return s
}

// InAny is for transitions that all states of the flow have.
func (b *Builder[T]) InAny() *StateBuilder[T] { return b.anyBlock }

// Build checks the definition and compiles it. The error is a *DefinitionError that lists every
// fault. The builder may be changed and built again; that does not change an earlier flow.
func (b *Builder[T]) Build() (*Flow, error) {
	d := newDraft(b)
	if problems := d.check(); len(problems) > 0 {
		return nil, &DefinitionError{Flow: b.name, Problems: problems}
	}
	return compile(d), nil
}

// MustBuild is Build for flows that are known to be good. It panics with the *DefinitionError.
func (b *Builder[T]) MustBuild() *Flow {
	f, err := b.Build()
	if err != nil {
		panic(err)
	}
	return f
}

// StateBuilder collects what is true of one or more states.
type StateBuilder[T any] struct {
	states []State
	enters []Action[T]
	exits  []Action[T]
	menus  []string
	edges  []*edge[T]
}

// Enter sets the action that runs when the state is entered; usually it asks a question.
func (s *StateBuilder[T]) Enter(a Action[T]) *StateBuilder[T] {
	s.enters = append(s.enters, a)
	return s
}

// Exit sets the action that runs when the state is left, before the actions of the transition.
func (s *StateBuilder[T]) Exit(a Action[T]) *StateBuilder[T] {
	s.exits = append(s.exits, a)
	return s
}

// Menu binds a menu to the state, by its name: on LINE, the alias of a rich menu. A one-to-one chat
// shows the menu from the moment the state is entered until a state with another menu is entered,
// or the flow ends. A state without Menu has the menu of InAny. The empty name is the menu that
// everybody has. bot.New refuses a flow whose menu was not declared for the channel.
func (s *StateBuilder[T]) Menu(name string) *StateBuilder[T] {
	s.menus = append(s.menus, name)
	return s
}

// On begins a transition on events that one of the triggers answers to.
func (s *StateBuilder[T]) On(triggers ...Trigger) *TransitionBuilder[T] {
	return s.begin(&edge[T]{path: path{timing: timingNone, triggers: triggers}})
}

// After begins a transition that is taken after d of idle time: see the package comment on
// timers. It is at least a second and at most 366 days.
func (s *StateBuilder[T]) After(d time.Duration) *TransitionBuilder[T] {
	return s.begin(&edge[T]{path: path{timing: timingAfter, after: d}})
}

// At begins a transition that is taken at a time. The function at computes the time when the state is
// entered (for InAny: when the flow starts), after the enter action. A zero time means never. If the
// transition enters its own state again, at is asked again, and a time that is not in the future
// means never, so that the timer does not fire for ever.
func (s *StateBuilder[T]) At(at func(*Turn[T]) time.Time) *TransitionBuilder[T] {
	return s.begin(&edge[T]{path: path{timing: timingAt}, at: at})
}

func (s *StateBuilder[T]) begin(e *edge[T]) *TransitionBuilder[T] {
	s.edges = append(s.edges, e)
	return &TransitionBuilder[T]{state: s, edge: e}
}

// TransitionBuilder collects one transition. It is finished by Stay, Reenter, To or End.
type TransitionBuilder[T any] struct {
	state *StateBuilder[T]
	edge  *edge[T]
}

// When lets the transition be taken only if the guard passes. The label says in a few words
// when that is.
func (t *TransitionBuilder[T]) When(label string, guard Guard[T]) *TransitionBuilder[T] {
	t.edge.guards = append(t.edge.guards, label)
	t.edge.when = append(t.edge.when, guard)
	return t
}

// Do adds actions that run when the transition is taken, in order.
func (t *TransitionBuilder[T]) Do(actions ...Action[T]) *TransitionBuilder[T] {
	t.edge.do = append(t.edge.do, actions...)
	return t
}

// Remind sets a reminder, which outlives the flow. After the actions of the transition, at gives its
// time; zero or a time that is not in the future sets none. When the reminder is due, the action
// runs with the data as it was when the reminder was set, whatever the conversation is about by
// then. It can only send and switch the menu: changes to the data are lost. The name is stored, and
// is unique in the flow.
func (t *TransitionBuilder[T]) Remind(name string, at func(*Turn[T]) time.Time, a Action[T]) *TransitionBuilder[T] {
	t.edge.reminders = append(t.edge.reminders, name)
	t.edge.remind = append(t.edge.remind, reminder[T]{name: name, at: at, action: a})
	return t
}

// Stay stays in the state without running its exit and enter actions.
func (t *TransitionBuilder[T]) Stay() *StateBuilder[T] { return t.finish(Stay, "") }

// Reenter leaves the state and enters it again, so that its question is asked again.
func (t *TransitionBuilder[T]) Reenter() *StateBuilder[T] { return t.finish(Reenter, "") }

// To leads to another state. To the same state it is Reenter.
func (t *TransitionBuilder[T]) To(s State) *StateBuilder[T] { return t.finish(To, s) }

// End ends the flow.
func (t *TransitionBuilder[T]) End() *StateBuilder[T] { return t.finish(End, "") }

func (t *TransitionBuilder[T]) finish(o Outcome, to State) *StateBuilder[T] {
	t.edge.outcome, t.edge.to = o, to
	t.edge.outcomes++
	return t.state
}
