package flow

import "time"

// TransitionBuilder collects one transition. It is finished by an outcome: Stay, Again, To, Call, Return,
// ReturnOr, Back, Restart, End or GiveUp. Where one is missing, the compiler finds no On, Wrong or After behind it.
type TransitionBuilder[T any] struct {
	state *StateBuilder[T]
	edge  *edge
}

// When lets the transition be taken only if the guard passes. The label says in a few words
// when that is. It stands before Do; to branch on what the actions found, use If.
func (t *TransitionBuilder[T]) When(label string, guard Guard[T]) *TransitionBuilder[T] {
	e := t.edge
	if len(e.do) > 0 || len(e.branches) > 0 {
		e.lateWhen = append(e.lateWhen, label)
	}
	e.guards = append(e.guards, label)
	e.when = append(e.when, erasedGuard(guard))
	return t
}

// Replace is for a Start that leads to a state: all conversations end, the active one first, each with its
// Exit action, and then the new one begins. Without Replace, the active conversation is suspended.
func (t *TransitionBuilder[T]) Replace() *TransitionBuilder[T] {
	t.edge.replaces = true
	return t
}

// WhenIdle is for a Start: it is not looked up while some conversation is active or suspended.
func (t *TransitionBuilder[T]) WhenIdle() *TransitionBuilder[T] {
	t.edge.whenIdle = true
	return t
}

// Do adds actions that run when the transition is taken, in order. After If, ElseIf or Else they run only
// if that branch is taken.
func (t *TransitionBuilder[T]) Do(actions ...Action[T]) *TransitionBuilder[T] {
	do := &t.edge.do
	if b := t.edge.open(); b != nil {
		do = &b.do
	}
	for _, a := range actions {
		*do = append(*do, erased(a))
	}
	return t
}

// If begins a branch that is taken if the guard passes after the actions before it ran: the outcome
// depends on what they found. Each branch has its own outcome, and the last branch is Else:
//
//	On(flow.PostbackPrefix("add ")).Do(pick).If("has options", hasOptions).To(Choose).
//		Else().To(Quantity)
func (t *TransitionBuilder[T]) If(label string, guard Guard[T]) *TransitionBuilder[T] {
	return t.begin(branchIf, label, guard)
}

func (t *TransitionBuilder[T]) begin(kind branchKind, label string, guard Guard[T]) *TransitionBuilder[T] {
	t.edge.branches = append(t.edge.branches, branch{fork: fork{kind: kind, guard: label}, cond: erasedGuard(guard)})
	return t
}

// Remind sets a reminder, which outlives the flow. After the actions of the transition, at gives its
// time. When the reminder is due, the action runs with the data as it was when the reminder was set,
// whatever the conversation is about by then. It can only send and switch the menu: changes to the data
// are lost.
//
// A conversation has one reminder of a name. Setting it again moves it, and gives it the data of now. A
// time that is zero or not in the future takes it back. The name is stored. Its action stands at one
// transition; the others that name the reminder pass nil:
//
//	b.In(Confirm).On(flow.Postback("yes")).Do(reserve).Remind("day_before", dayBefore, remind).To(Booked)
//	b.In(Booked).
//		On(flow.Postback("day")).Call(AskDay).
//		On(flow.Postback("drop")).Do(drop).Remind("day_before", never, nil).End()
//
// Nothing but its time ends a reminder: it stays when the conversation ends, and when Back undoes the step
// that set it. To move it from a later conversation, use RemindKey.
func (t *TransitionBuilder[T]) Remind(name string, at func(*Turn[T]) time.Time, a Action[T]) *TransitionBuilder[T] {
	return t.remind(reminder{name: name, at: erasedTime(at), action: erased(a)})
}

// RemindKey is Remind for a reminder that any conversation of the flow with the same user may move or take
// back, by its key. The function key gives the key after the actions of the transition, such as the number
// of the booking: two bookings have two reminders, and to move one booking moves its own reminder. An empty
// key is that of Remind. The key is stored; it is not shown to the user.
func (t *TransitionBuilder[T]) RemindKey(
	name string, key func(*Turn[T]) string, at func(*Turn[T]) time.Time, a Action[T],
) *TransitionBuilder[T] {
	return t.remind(reminder{name: name, keyed: true, key: erasedKey(key), at: erasedTime(at), action: erased(a)})
}

func (t *TransitionBuilder[T]) remind(r reminder) *TransitionBuilder[T] {
	t.edge.addReminder(r)
	return t
}

func (e *edge) addReminder(r reminder) {
	if b := e.open(); b != nil {
		b.remind = append(b.remind, r)
		b.reminders = append(b.reminders, r.name)
	} else {
		e.remind = append(e.remind, r)
		e.reminders = append(e.reminders, r.name)
	}
}

// Stay stays in the state, without asking its question again.
func (t *TransitionBuilder[T]) Stay() *StateBuilder[T] { return t.finish(Stay, "") }

// Again asks the question of the state again, without leaving and entering the state. The buttons of the
// earlier copy of the question stay good, unless the data has changed. To leave the state and enter it
// anew, use To.
func (t *TransitionBuilder[T]) Again() *StateBuilder[T] { return t.finish(Again, "") }

// To leads to a state, which may be the present one. Whoever called the present state goes on waiting (see
// Call), unless the state that it leads to waits itself: then that call and those after it are over.
func (t *TransitionBuilder[T]) To(s State) *StateBuilder[T] { return t.finish(To, s) }

// Call leads to a state like To, and notes that the present state waits for a Return. To correct one field
// of an order, for example, the summary calls the question of that field. Up to 16 calls may wait; one more
// asks the present question again. A Call of the present state is Again.
func (t *TransitionBuilder[T]) Call(s State) *StateBuilder[T] { return t.finish(Call, s) }

// Return leads back to the state that called, and asks its question. If no state called, the present
// question is asked again.
func (t *TransitionBuilder[T]) Return() *StateBuilder[T] { return t.finish(Return, "") }

// ReturnOr is Return if a state called, else To(s).
func (t *TransitionBuilder[T]) ReturnOr(s State) *StateBuilder[T] { return t.finish(ReturnOr, s) }

// Back leads to the state before the last answer that led on, with the data and the calls of then. What was
// sent and done outside stays done. If nothing is behind, the transition is not taken, and the next that
// fits is: declare Back first.
func (t *TransitionBuilder[T]) Back() *StateBuilder[T] { return t.finish(Back, "") }

// Restart begins the conversation anew in a state, with fresh data and without calls and history.
func (t *TransitionBuilder[T]) Restart(s State) *StateBuilder[T] { return t.finish(Restart, s) }

// End ends the flow.
func (t *TransitionBuilder[T]) End() *StateBuilder[T] { return t.finish(End, "") }

// finish gives the open branch its outcome. A transition without If has one branch, which is made here.
func (t *TransitionBuilder[T]) finish(o Outcome, to State) *StateBuilder[T] {
	t.edge.finish(o, to)
	return t.state
}

func (e *edge) finish(o Outcome, to State) {
	if len(e.branches) == 0 {
		e.branches = []branch{{do: e.do, remind: e.remind}}
		e.do, e.remind = nil, nil
	}
	b := &e.branches[len(e.branches)-1]
	b.outcome, b.to = o, to
	b.outcomes++
}
