package flow

import (
	"bytes"
	"slices"
)

// half says which part of a transition the engine makes. A transition whose target is known beforehand is
// made in one move. One whose target is found when it is taken, such as Return, is made in two: the first
// leaves, the second arrives.
type half uint8

const (
	halfBoth half = iota
	halfLeave
	halfArrive
)

// maxSkipped is how many questions of one turn are skipped because the value is known.
const maxSkipped = 16

// passage is a transition on its way: what choose found, and move makes.
type passage[T any] struct {
	edge    *edge[T]
	branch  *branch[T]
	outcome Outcome  // what the branch comes to: Return is Again, for example, if nobody called
	name    string   // the engine's name
	goal    string   // the state to which the engine must lead
	at      *node[T] // where it is taken; nil for a start
	to      *node[T] // where it leads; nil for the end of the flow
	found   bool     // the target was found when the transition was taken
	half    half
	skipped *edge[T] // the transition of the question that it led to and that is not asked
	skips   int      // how many questions were skipped before
}

// take makes a transition, and then those of the questions that it leads to and that are not asked because
// the value is known.
func (s *step[T]) take(e *edge[T]) error {
	taken := e
	s.result.Trace.Transition = e.number
	for {
		err := s.decode()
		if err == nil {
			err = s.choose(e)
		}
		if err == nil {
			err = s.move()
		}
		if r := asRejection(err); r != nil {
			return s.refuse(taken, r)
		}
		if err != nil {
			return s.fail(err)
		}
		if s.skips == 0 {
			s.first = s.outcome
			s.result.Trace.Branch = slices.Index(s.edge.forks, &s.branch.fork)
		}
		s.result.Entered = s.result.Entered || s.outcome.enters()
		if s.skipped == nil {
			s.result.Replaces = taken.replaces && s.to != nil
			return s.finish()
		}
		e, s.at, s.skipped = s.skipped, s.to, nil
		s.skips++
		s.result.Trace.Skipped = append(s.result.Trace.Skipped, e.number)
	}
}

// choose runs the actions before the branches of a transition, and chooses the branch and its target.
func (s *step[T]) choose(e *edge[T]) (err error) {
	s.edge, s.branch = e, &e.branches[0]
	if len(e.branches) > 1 {
		defer s.rescue(&err)
		s.phase = PhaseAction
		if err := s.callAll(e.do); err != nil {
			return err
		}
		for i := range e.branches {
			s.branch = &e.branches[i]
			if s.branch.cond == nil || s.holds(s.branch.cond) {
				break
			}
		}
	}
	s.resolve()
	if !s.outcome.leaves() {
		s.turn.out = slices.Insert(s.turn.out, 0, s.words...)
	}
	return nil
}

// resolve finds where the branch leads, and changes the calls and the history accordingly.
func (s *step[T]) resolve() {
	b, t := s.branch, &s.trail
	s.outcome, s.name, s.to, s.found = b.outcome, b.event, b.target, false
	switch b.outcome {
	case Stay, Again:
		s.to = s.at
	case To:
		if i := slices.Index(t.callers, b.target.name); i >= 0 {
			t.callers = t.callers[:i]
		}
	case Call:
		switch {
		case b.target == s.at:
			s.again()
		case len(t.callers) >= maxCallers:
			s.again()
			s.result.Trace.Stray++
		default:
			t.callers = append(t.callers[:len(t.callers):len(t.callers)], s.at.name)
		}
	case Return, ReturnOr:
		switch caller := s.caller(); {
		case caller != nil:
			s.outcome, s.to, s.found = Return, caller, true
			t.callers = t.callers[:len(t.callers)-1]
		case b.outcome == ReturnOr:
			s.outcome, s.name = To, b.event+orElse
		default:
			s.again()
			s.result.Trace.Stray++
		}
	case Back:
		s.resolveBack()
	case Restart:
		*t = trail{}
		s.began = true
	}
}

// resolveBack finds the state that Back leads to. An entry of a state that the flow does not know any more,
// or whose data it cannot read, goes with all older ones.
func (s *step[T]) resolveBack() {
	p, ok := s.trail.pop(s.in.Data)
	if s.to = s.typed.nodes[p.state]; !ok || s.to == nil || !s.typed.reads(p.data) {
		s.trail.history = nil
		s.again()
		return
	}
	s.past, s.found, s.trail.callers = p, true, s.typed.known(p.callers)
}

// again makes the transition one that asks the present question again.
func (s *step[T]) again() {
	s.outcome, s.to, s.name = Again, s.at, s.branch.event+stays
}

// caller returns the state that waits for a Return, or nil. A caller that the flow does not know any more
// goes with all before it.
func (s *step[T]) caller() *node[T] {
	callers := s.trail.callers
	if len(callers) == 0 {
		return nil
	}
	n := s.typed.nodes[callers[len(callers)-1]]
	if n == nil {
		s.trail.callers = nil
	}
	return n
}

// move makes the transition that choose chose.
func (s *step[T]) move() error {
	from, to := startState, endState
	if s.at != nil {
		from = s.at.row()
	}
	if s.to != nil {
		to = s.to.row()
	}
	if !s.found {
		s.half = halfBoth
		return s.engine(from, s.name, to)
	}
	s.half = halfLeave
	if err := s.engine(from, s.name, passageState); err != nil {
		return err
	}
	s.half = halfArrive
	return s.engine(passageState, arriving+to, to)
}

// engine makes a move of looplab's machine, which must lead to the state to.
func (s *step[T]) engine(from, event, to string) error {
	s.goal = to
	return s.typed.machines.fire(from, event, s)
}

// leave is the first half of a transition (see hooks): the exit action, the actions of the branch and the
// reminders. Then the data may become other data.
func (s *step[T]) leave() (err error) {
	if s.half == halfArrive {
		return nil
	}
	defer s.rescue(&err)
	if s.outcome.leaves() && s.at != nil && s.at.exit != nil {
		s.phase = PhaseExit
		if err := s.call(s.at.exit); err != nil {
			return err
		}
	}
	s.phase = PhaseAction
	if err := s.callAll(s.branch.do); err != nil {
		return err
	}
	if err := s.setReminders(); err != nil {
		return err
	}
	switch s.outcome {
	case Restart:
		s.renew(nil)
	case Back:
		s.renew(s.past.data)
		return s.decode()
	}
	return nil
}

// renew replaces the data of the turn by what is stored in data, or by fresh data.
func (s *step[T]) renew(data []byte) {
	var zero T
	s.turn.Data, s.stored, s.decoded = zero, data, len(data) == 0
}

// arrive is the second half of a transition (see hooks): the enter action and the question.
func (s *step[T]) arrive(to string) (err error) {
	if to != s.goal {
		return errEngine
	}
	switch {
	case s.half == halfLeave:
		return nil
	case s.in.Suspended:
		s.result.Owes = s.result.Owes || s.outcome.enters()
		return nil
	case s.outcome == Again:
		if s.words != nil {
			s.turn.tries = 0
		}
		return s.ask(s.to)
	case s.outcome.enters():
		return s.enter(s.to)
	}
	return nil
}

// isStep reports whether the step is one that Back undoes: an answer to a question that led on, also a wrong
// answer that led to a person at the desk.
func (s *step[T]) isStep() bool {
	return s.node != nil && s.node.asks() && !s.isOutside() && s.first.enters() && s.first != Back
}

// emptyCall takes the newest entry out of the history, if the step returns from a call that came to nothing:
// the state that called is as it was. Back does not lead into such a call again.
func (s *step[T]) emptyCall(res *Result) (p past, ok bool) {
	if s.first != Return || s.isOutside() || !s.typed.history {
		return p, false
	}
	last := s.trail
	p, ok = last.pop(s.in.Data)
	ok = ok && s.typed.nodes[p.state] == s.to &&
		string(p.data) == string(res.Data) && len(p.callers) == len(s.trail.callers)
	if ok {
		s.trail = last
	}
	return p, ok
}

// remember puts into the result what the conversation keeps of this step besides its data.
func (s *step[T]) remember() {
	t, res := &s.trail, &s.result
	called, empty := s.emptyCall(res)
	switch {
	case res.Entered, s.first == Stay && !s.isOutside() && !res.Trace.Wrong:
		t.tries = 0
	}
	switch {
	case !s.typed.history:
		t.history = nil
	case s.began:
	case s.first == Back:
		res.Trace.Forgotten = t.rebase(s.past.data, res.Data)
	case res.Entered && s.isOutside():
		t.forget(s.in.Data, res.Data, func(past State) bool { return s.typed.nodes[past] == s.to })
	case empty:
		res.Trace.Forgotten = t.rebase(called.data, res.Data)
	case s.isStep():
		res.Trace.Forgotten = t.push(past{s.node.name, s.before, s.in.Data}, res.Data)
	default:
		res.Trace.Forgotten = t.rebase(s.in.Data, res.Data)
	}
	res.Trail = t.pack()
	res.NewStep = res.Entered || s.asked && !bytes.Equal(s.in.Data, res.Data)
}
