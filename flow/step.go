package flow

import (
	"context"

	"github.com/kaiwa-go/kaiwa/transport"
)

// step is one call of Flow.Step, pooled.
type step struct {
	program *program
	// ctx is the context that the actions get. It is kept here for one step, because the callbacks of
	// looplab get another one.
	ctx context.Context
	in  *Input

	user    anyTurn // what the code of the flow gets
	turn    *turn   // the part of it that does not depend on the type of the data
	event   reading
	node    *node  // the state in which the step began; nil at the start of the flow
	fired   *timer // the timer whose event this is, or nil
	stored  []byte // what the data is decoded from
	decoded bool   // the turn holds the stored data

	trigger *Trigger // the trigger that is tried or taken
	passage
	first Outcome // what the transition that took the event came to
	*rare

	asked bool  // the step asked a question
	began bool  // the conversation began in this step, perhaps anew
	phase Phase // what runs now, for a TurnError

	// result is what the step leaves so far. It is copied once, at the end: to return its 288 bytes from one
	// method to the next took a tenth of the step.
	result Result
}

// rare is the part of a step that most steps leave as it is. It is cleared only if it was used: to clear
// pointers costs time while the garbage collector runs.
type rare struct {
	trail   trail               // what the conversation keeps besides its data
	before  []caller            // the callers when the step began
	loaded  []frame             // the sub-flows then
	nested  *nested             // nil if no sub-flow takes part
	past    past                // what Back leads to
	refusal *rejection          // of the question of Ask, or nil
	words   []transport.Message // of the refusal of a wrong answer
}

// clear clears what was used.
func (r *rare) clear() {
	if !r.trail.empty() || r.before != nil || r.loaded != nil || r.nested != nil || r.past.state != "" || r.refusal != nil ||
		r.words != nil {
		*r = rare{}
	}
}

// newStep returns a step with a turn of its own.
func (y *program) newStep() *step {
	t := y.newTurn()
	return &step{program: y, user: t, turn: t.core(), rare: &rare{}}
}

// step is Flow.Step.
func (y *program) step(ctx context.Context, in *Input) (res Result, err error) {
	s := y.pool.Get().(*step)
	s.ctx, s.in = ctx, in
	err = s.run()
	if err == nil {
		if s.nested != nil {
			s.gatherTraces()
		}
		res = s.result
	}
	// Not deferred: if user code ends the goroutine by runtime.Goexit, the step is in an unknown
	// state and must not go back into the pool.
	s.release()
	return res, err
}

// release clears the step and puts it back into the pool.
func (s *step) release() {
	clear(s.turn.out)
	s.rare.clear()
	s.user.clear()
	// To clear a value and then set what stays is quicker than to copy one that was made beside it.
	y, user, t, rare, out := s.program, s.user, s.turn, s.rare, s.turn.out[:0]
	*t, *s = turn{}, step{}
	t.out = out
	s.program, s.user, s.turn, s.rare = y, user, t, rare
	y.pool.Put(s)
}

func (s *step) run() error {
	s.turn.in, s.event.Event, s.stored = s.in, s.in.Event, s.in.Data
	if s.in.Mode == ModeRemind {
		return s.remind()
	}
	if s.in.State == "" {
		if s.isTimer() || s.in.Mode != ModeEvent {
			return s.unhandled()
		}
		return s.start()
	}
	s.node = s.program.nodes[s.in.State]
	if s.node == nil {
		if !s.in.Gone {
			s.turn.state, s.phase = s.in.State, PhaseDecode
			return s.fail(s.unknownState())
		}
		s.node = s.program.goneNode(s.in.State)
	}
	s.at = s.node
	s.turn.state = s.node.name
	if len(s.in.Trail) > 0 {
		if err := s.trail.unpack(s.in.Trail); err != nil {
			s.phase = PhaseDecode
			return s.fail(err)
		}
		s.trail.callers = s.program.known(s.trail.callers)
		s.turn.tries, s.before, s.loaded = s.trail.tries, s.trail.callers, s.trail.inner
	}
	if s.node.run != nil {
		if s.load(); s.nested.unread && !s.in.Gone {
			s.phase = PhaseDecode // a newer build may read it
			return s.fail(ErrUnknownState)
		}
	}
	switch s.in.Mode {
	case ModeShow:
		return s.show()
	case ModeEnter:
		return s.enterLate()
	case ModeLeave:
		return s.settle(s.follow(s.program.leave))
	case ModeStart:
		return s.startBeside()
	}
	if s.isTimer() {
		return s.fire()
	}
	if s.nested != nil {
		return s.handle()
	}
	e, err := s.find(s.in.Least, RankExact)
	switch {
	case err != nil:
		return s.fail(err)
	case e != nil:
		return s.settle(s.follow(e))
	case s.in.Least == RankNone && s.isAnswer():
		return s.wrong(s.refusal)
	default:
		return s.unhandled()
	}
}

// isTimer reports whether the event is a timer of the flow that fired.
func (s *step) isTimer() bool { return s.in.Event.Kind == transport.KindTimer }

// isSignal reports whether the event is a signal.
func (s *step) isSignal() bool { return s.in.Event.Kind == transport.KindSignal }

// isOutside reports whether the event is none of a user's doing: a timer or a signal.
func (s *step) isOutside() bool { return s.isTimer() || s.isSignal() }

// unhandled leaves everything as it was.
func (s *step) unhandled() error {
	r := &s.result
	r.State, r.Data, r.Trail, r.Timers = s.in.State, s.in.Data, s.in.Trail, s.in.Timers
	return nil
}

// find returns the transition, of the ranks from least to most, that takes the event; or nil.
func (s *step) find(least, most Rank) (e *edge, err error) {
	defer s.rescue(&err)
	s.phase = PhaseGuard
	kind := s.in.Event.Kind
	for i := range s.node.candidates {
		c := &s.node.candidates[i]
		if c.rank < least {
			break
		}
		if c.trigger.kinds>>kind&1 == 0 || c.rank > most {
			continue // most events of a group end here
		}
		s.trigger = &c.trigger
		if !c.trigger.reaches(s.in.Tap) || !c.trigger.matches(&s.event) {
			continue
		}
		s.matched(c)
		if c.edge.only() == Back && !s.isBehind() {
			continue
		}
		ok, err := s.passes(c.edge)
		if ok && c.edge.question != nil {
			ok, err = s.read(c.edge)
		}
		if ok || err != nil {
			return c.edge, err
		}
	}
	s.trigger, s.turn.prefix = nil, ""
	return nil, nil
}

// matched notes that the trigger of a candidate answers to the event.
func (s *step) matched(c *candidate) {
	s.result.Trace.Matched, s.turn.prefix = true, ""
	if c.trigger.form == formPrefix {
		s.turn.prefix = c.trigger.words[0]
	}
}

// passes reports whether all guards of a transition let it be taken.
func (s *step) passes(e *edge) (bool, error) {
	if len(e.when) == 0 {
		return true, nil
	}
	if err := s.decode(); err != nil {
		return false, err
	}
	for i, guard := range e.when {
		if !s.holds(guard) {
			s.result.Trace.Failed = append(s.result.Trace.Failed, FailedGuard{e.number, e.guards[i]})
			return false, nil
		}
	}
	return true, nil
}

// holds calls a guard.
func (s *step) holds(guard guard) bool {
	s.phase = PhaseGuard
	n, menu := len(s.turn.out), s.turn.menu
	ok := guard(s.user)
	s.turn.out, s.turn.menu = s.turn.out[:n], menu
	return ok
}

// call runs an action of the user's code.
func (s *step) call(a action) error {
	if err := a(s.ctx, s.user); err != nil {
		return err
	}
	if m := s.turn.menu; m != nil {
		return m.fault
	}
	return nil
}

// callAll runs actions in order, up to the first that fails.
func (s *step) callAll(actions []action) error {
	for _, a := range actions {
		if err := s.call(a); err != nil {
			return err
		}
	}
	return nil
}

// discard forgets all that user code did in this step.
func (s *step) discard() {
	s.user.clear()
	s.stored, s.decoded = s.in.Data, false
	clear(s.turn.out)
	s.turn.out, s.turn.menu, s.result.Reminders = s.turn.out[:0], nil, nil
}

// finish puts together the result of a handled event.
func (s *step) finish() (err error) {
	res := &s.result
	res.Handled, res.Messages = true, s.outputs()
	if s.turn.menu != nil {
		res.Menu, res.MenuSwitched = s.turn.menu.name, true
	}
	if s.to == nil {
		s.join()
		return nil
	}
	res.State, res.Asked, res.Gone = s.to.name, s.asked, s.to.gone && s.asked
	if !res.MenuSwitched {
		res.Menu = s.to.menu
	}
	if res.Timers, err = s.timers(); err != nil {
		return s.fail(err)
	}
	res.Data = s.in.Data
	if s.decoded {
		if res.Data, err = s.encode(); err != nil {
			return s.fail(err)
		}
	}
	if s.nested != nil || s.loaded != nil {
		if err = s.finishInside(); err != nil {
			return s.fail(err)
		}
	}
	s.remember()
	return nil
}

// outputs returns a copy for the caller; the turn's own are used again.
func (s *step) outputs() []transport.Message {
	if len(s.turn.out) == 0 {
		return nil
	}
	msgs := make([]transport.Message, len(s.turn.out)) // slices.Clone takes longer: it appends
	copy(msgs, s.turn.out)
	return msgs
}
