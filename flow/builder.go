package flow

import (
	"reflect"
	"slices"
)

// Builder collects the definition of a flow. Its methods, and those of the builders it hands
// out, never fail: every fault is reported by Build.
type Builder[T any] struct {
	builder
	inAny *StateBuilder[T] // one of globals, or nil
}

// builder is what a Builder collects.
type builder struct {
	data     reflect.Type
	newTurn  func() anyTurn
	name     string
	formerly []string
	starts   *block
	states   []*block // of In
	globals  []*block // of InAny and InAnyBut

	migrations []MigrationStep
}

// New begins a flow. The name is stored with every conversation.
func New[T any](name string) *Builder[T] {
	return &Builder[T]{builder: builder{
		data:    reflect.TypeFor[T](),
		newTurn: func() anyTurn { return new(Turn[T]) },
		name:    name,
		starts:  &block{states: []State{startState}},
	}}
}

// Start begins a transition from nowhere. It has guards and actions like any other, which see fresh data. It
// leads To a state, and then whatever conversation is active is suspended; or it Ends: then the flow only
// answers, and whatever conversation is active goes on.
//
// A Start without triggers is for another flow alone: see Sub.
//
// While the flow is active or suspended, a start of its own brings its conversation back and asks the present
// question again, unless it ends. If a guard of a start panics, the start is not taken.
func (b *Builder[T]) Start(triggers ...Trigger) *TransitionBuilder[T] {
	s := &StateBuilder[T]{b.starts}
	return s.begin(&edge{path: path{cause: causeStart, triggers: triggers}})
}

// In declares states. What its StateBuilder collects is true of each of them. A state may be declared
// in several statements.
func (b *Builder[T]) In(states ...State) *StateBuilder[T] {
	s := &block{states: states}
	b.states = append(b.states, s)
	return &StateBuilder[T]{s}
}

// InAny is for transitions that all states of the flow have.
func (b *Builder[T]) InAny() *StateBuilder[T] {
	if b.inAny == nil {
		b.inAny = b.InAnyBut()
	}
	return b.inAny
}

// InAnyBut is for transitions that all states of the flow have but these: those, for example, in which a
// person at the desk answers. What it declares is tried like InAny, in the order of declaration.
func (b *Builder[T]) InAnyBut(states ...State) *StateBuilder[T] {
	s := &block{states: []State{AnyState}, but: states}
	b.globals = append(b.globals, s)
	return &StateBuilder[T]{s}
}

// Build checks the definition and compiles it. The error is a *DefinitionError that lists every
// fault. The builder may be changed and built again; that does not change an earlier flow.
func (b *Builder[T]) Build() (*Flow, error) { return b.builder.build() }

func (b *builder) build() (*Flow, error) {
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

// blocks returns what was declared behind the starts, In, InAny and InAnyBut.
func (b *builder) blocks() []*block {
	return slices.Concat([]*block{b.starts}, b.states, b.globals)
}
