package flow

import "time"

// StateBuilder collects what is true of one or more states.
type StateBuilder[T any] struct{ *block }

// block is what a StateBuilder collects.
type block struct {
	states    []State
	formerly  []State
	but       []State // of InAnyBut
	enters    []action
	exits     []action
	menus     []string
	exclusive bool
	asks      []*question
	runs      []subFlow
	edges     []*edge
}

// Enter sets the action that runs when the state is entered. In a state without Ask it is also the
// state's question, and runs again whenever the question is asked again.
func (s *StateBuilder[T]) Enter(a Action[T]) *StateBuilder[T] {
	s.enters = append(s.enters, erased(a))
	return s
}

// Exit sets the action that runs when the state is left, before the actions of the transition. If the
// transition has branches (see TransitionBuilder.If), the actions before them run first: until then nobody
// knows whether the state is left.
func (s *StateBuilder[T]) Exit(a Action[T]) *StateBuilder[T] {
	s.exits = append(s.exits, erased(a))
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

// Exclusive says that no start and no button of a suspended conversation is looked up in the state: while a
// person at the desk talks to the user, for example, or a code is asked for. Signals and reminders still come.
// It belongs to states, not to InAny.
func (s *StateBuilder[T]) Exclusive() *StateBuilder[T] {
	s.exclusive = true
	return s
}

// On begins a transition on events that one of the triggers answers to.
func (s *StateBuilder[T]) On(triggers ...Trigger) *TransitionBuilder[T] {
	return s.begin(&edge{path: path{cause: causeEvent, triggers: triggers}})
}

// Ask says that the state asks for a value, and begins the transition that is taken when the answer is
// good: after the guards of the transition passed, the parser of the question reads the answer, the value
// is put into the data, the checks of the question look at it, and then the transition runs. What the
// question refuses goes to the next transition that fits, such as On(Any()), without the words of the
// refusal; if there is none it is a wrong answer: see Wrong. An answer is a text, a value that was picked,
// the data of a button of this step, or any other message; the rank is RankKind. A state has one question.
func (s *StateBuilder[T]) Ask(q *QuestionBuilder[T]) *TransitionBuilder[T] {
	var asked *question // nil is a fault, which Build reports
	if q != nil {
		asked = &q.question
	}
	s.asks = append(s.asks, asked)
	return s.begin(&edge{path: path{cause: causeAnswer}, question: asked})
}

// Wrong begins a transition that is taken instead of asking again, from the nth wrong answer in a row
// on. A wrong answer is a message or a tap on a button of this step that no transition takes, or one that
// a question, or an action by Reject, refuses; in a group only a tap, and a text that mentions the bot.
// Of several Wrong the one with the highest n that fits is taken; of equal ones that of the state before
// that of InAny. Its actions see the data as it was before the answer. See Turn.Tries.
func (s *StateBuilder[T]) Wrong(n int) *TransitionBuilder[T] {
	return s.begin(&edge{path: path{cause: causeWrong, wrong: n}})
}

// After begins a transition that is taken after d of idle time: see the package comment on
// timers. It is at least a second and at most 366 days.
func (s *StateBuilder[T]) After(d time.Duration) *TransitionBuilder[T] {
	return s.begin(&edge{path: path{cause: causeIdle, after: d}})
}

// At begins a transition that is taken at a time. The function at computes the time when the state is
// entered (for InAny: when the flow starts, and whenever the data changes), after the enter action. A zero
// time means never. If the transition enters its own state again, at is asked again, and a time that is not
// in the future means never, so that the timer does not fire for ever. At should read the data and Turn.Now
// alone.
func (s *StateBuilder[T]) At(at func(*Turn[T]) time.Time) *TransitionBuilder[T] {
	return s.begin(&edge{path: path{cause: causeTime}, at: erasedTime(at)})
}

// ElseIf goes on with the transition before it, whose last branch is begun by If or ElseIf: the branch is
// taken if no branch before was, and the guard passes.
func (s *StateBuilder[T]) ElseIf(label string, guard Guard[T]) *TransitionBuilder[T] {
	return s.branch(branchElseIf, label, guard)
}

// Else goes on with the transition before it: its branch is taken if no branch before was. Transitions
// with If end with Else.
func (s *StateBuilder[T]) Else() *TransitionBuilder[T] { return s.branch(branchElse, "", nil) }

func (s *StateBuilder[T]) begin(e *edge) *TransitionBuilder[T] {
	s.edges = append(s.edges, e)
	return &TransitionBuilder[T]{state: s, edge: e}
}

func (s *StateBuilder[T]) branch(kind branchKind, label string, guard Guard[T]) *TransitionBuilder[T] {
	if len(s.edges) == 0 {
		s.edges = append(s.edges, &edge{}) // a fault, which Build reports
	}
	t := &TransitionBuilder[T]{state: s, edge: s.edges[len(s.edges)-1]}
	return t.begin(kind, label, guard)
}
