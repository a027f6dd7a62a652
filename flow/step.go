package flow

import (
	"context"
	"slices"

	"github.com/kaiwa-go/kaiwa/transport"
)

// step is one call of Flow.Step, pooled.
type step[T any] struct {
	typed *typed[T]
	// ctx is the context that the actions get. It is kept here for one step, because the callbacks of
	// looplab get another one.
	ctx context.Context
	in  *Input

	turn      Turn[T]
	node      *node[T]  // the state in which the step began; nil at the start of the flow
	to        *node[T]  // the state to which it leads; nil at the end of the flow
	edge      *edge[T]  // the transition that is tried or taken
	fired     *timer[T] // the timer whose event this is, or nil
	decoded   bool      // turn.Data holds the stored data
	entered   bool      // the step entered a state
	phase     Phase     // what runs now, for a TurnError
	trigger   *Trigger  // the trigger that is tried or taken
	reminders []Reminder
}

// stepper returns Flow.Step. It is a closure because the call of a generic method through a method
// value or an interface copies the Result once more.
func (y *typed[T]) stepper() func(context.Context, *Input) (Result, error) {
	return func(ctx context.Context, in *Input) (Result, error) {
		s := y.pool.Get().(*step[T])
		s.ctx, s.in = ctx, in
		res, err := s.run()
		// Not deferred: if user code ends the goroutine by runtime.Goexit, the step is in an unknown
		// state and must not go back into the pool.
		s.release()
		return res, err
	}
}

// release clears the step and puts it back into the pool.
func (s *step[T]) release() {
	clear(s.turn.out)
	*s = step[T]{typed: s.typed, turn: Turn[T]{out: s.turn.out[:0]}}
	s.typed.pool.Put(s)
}

func (s *step[T]) run() (Result, error) {
	s.turn.in = s.in
	if s.in.Reminder {
		return s.remind()
	}
	if s.in.State == "" {
		if s.isTimer() || s.in.Show {
			return s.unhandled(), nil
		}
		s.turn.state = s.typed.start.to
		return s.take(s.typed.start)
	}
	s.node = s.typed.nodes[s.in.State]
	s.turn.state = s.in.State
	if s.node == nil {
		s.phase = PhaseDecode
		return Result{}, s.fail(ErrUnknownState)
	}
	s.turn.state = s.node.name
	switch {
	case s.in.Show:
		return s.show()
	case s.isTimer():
		return s.fire()
	}
	e, err := s.find()
	switch {
	case err != nil:
		return Result{}, s.fail(err)
	case e == nil:
		return s.unhandled(), nil
	}
	return s.take(e)
}

// isTimer reports whether the event is a timer of the flow that fired.
func (s *step[T]) isTimer() bool { return s.in.Event.Kind == transport.KindTimer }

func (s *step[T]) unhandled() Result {
	return Result{State: s.in.State, Data: s.in.Data, Timers: s.in.Timers}
}

// find returns the transition that takes the event, or nil.
func (s *step[T]) find() (e *edge[T], err error) {
	defer s.rescue(&err)
	s.phase = PhaseGuard
	for i := range s.node.candidates {
		c := &s.node.candidates[i]
		s.trigger, s.edge = &c.trigger, c.edge
		if !c.trigger.matches(s.in.Event) {
			continue
		}
		if ok, err := s.passes(c.edge); ok || err != nil {
			return c.edge, err
		}
	}
	return nil, nil
}

// passes reports whether all guards of a transition let it be taken.
func (s *step[T]) passes(e *edge[T]) (bool, error) {
	if len(e.when) == 0 {
		return true, nil
	}
	if err := s.decode(); err != nil {
		return false, err
	}
	s.phase = PhaseGuard
	for _, guard := range e.when {
		ok := guard(&s.turn)
		s.turn.out = s.turn.out[:0]
		s.turn.menu = nil
		if !ok {
			return false, nil
		}
	}
	return true, nil
}

// take makes a transition.
func (s *step[T]) take(e *edge[T]) (Result, error) {
	s.edge = e
	if err := s.decode(); err != nil {
		return Result{}, s.fail(err)
	}
	from := startState
	switch {
	case e.outcome == To:
		s.to = e.target
	case e.outcome != End:
		s.to = s.node
	}
	if s.node != nil {
		from = string(s.node.name)
	}
	to, err := s.typed.machines.fire(from, e.event, s)
	if r := asRejection(err); r != nil {
		return s.refuse(r)
	}
	if err == nil && to != e.destination(s.turn.state) {
		err = errEngine
	}
	if err != nil {
		return Result{}, s.fail(err)
	}
	s.entered = e.enters()
	return s.finish()
}

// leave is the first half of a transition (see hooks): the exit action, the Do actions and the
// reminders.
func (s *step[T]) leave() (err error) {
	defer s.rescue(&err)
	if s.edge.leaves() && s.node != nil && s.node.exit != nil {
		s.phase = PhaseExit
		if err := s.call(s.node.exit); err != nil {
			return err
		}
	}
	s.phase = PhaseAction
	for _, do := range s.edge.do {
		if err := s.call(do); err != nil {
			return err
		}
	}
	return s.setReminders()
}

// arrive is the second half of a transition (see hooks): the enter action.
func (s *step[T]) arrive() error {
	if !s.edge.enters() {
		return nil
	}
	return s.enter(s.to)
}

func (s *step[T]) enter(n *node[T]) (err error) {
	if n.enter == nil {
		return nil
	}
	defer s.rescue(&err)
	s.phase, s.turn.state = PhaseEnter, n.name
	return s.call(n.enter)
}

// call runs an action of the user's code.
func (s *step[T]) call(a Action[T]) error {
	if err := a(s.ctx, &s.turn); err != nil {
		return err
	}
	if m := s.turn.menu; m != nil {
		return m.fault
	}
	return nil
}

// show runs the enter action of the current state again, without anything else.
func (s *step[T]) show() (Result, error) {
	s.to = s.node
	if err := s.decode(); err != nil {
		return Result{}, s.fail(err)
	}
	err := s.enter(s.node)
	if r := asRejection(err); r != nil {
		s.discard()
		s.turn.Send(r.msgs...)
		return s.finish()
	}
	if err != nil {
		return Result{}, s.fail(err)
	}
	return s.finish()
}

// refuse undoes a transition whose action rejected the input.
func (s *step[T]) refuse(r *rejection) (Result, error) {
	s.discard()
	s.to = s.node
	s.turn.Send(r.msgs...)
	if s.node == nil {
		return Result{Handled: true, Messages: s.outputs()}, nil
	}
	s.turn.state = s.node.name
	if len(r.msgs) == 0 {
		return s.show()
	}
	return s.finish()
}

// discard forgets all that user code did in this step.
func (s *step[T]) discard() {
	var zero T
	s.turn.Data, s.decoded = zero, false
	clear(s.turn.out)
	s.turn.out, s.turn.menu, s.reminders = s.turn.out[:0], nil, nil
}

// finish puts together the result of a handled event.
func (s *step[T]) finish() (res Result, err error) {
	res = Result{Handled: true, Entered: s.entered, Messages: s.outputs(), Reminders: s.reminders}
	res.Menu, res.MenuSwitched = s.turn.switchedMenu()
	if s.to == nil {
		return res, nil
	}
	res.State = s.to.name
	if !res.MenuSwitched {
		res.Menu = s.to.menu
	}
	if res.Timers, err = s.timers(); err != nil {
		return Result{}, s.fail(err)
	}
	res.Data = s.in.Data
	if s.decoded {
		if res.Data, err = s.encode(); err != nil {
			return Result{}, s.fail(err)
		}
	}
	return res, nil
}

// outputs returns a copy for the caller; the turn's own are used again.
func (s *step[T]) outputs() []transport.Message {
	if len(s.turn.out) == 0 {
		return nil
	}
	return slices.Clone(s.turn.out)
}
