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
type passage struct {
	edge    *edge
	branch  *branch
	outcome Outcome // what the branch comes to: Return is Again, for example, if nobody called
	name    string  // the engine's name
	at      *node   // where it is taken; nil for a start
	to      *node   // where it leads; nil for the end of the flow
	found   bool    // the target was found when the transition was taken
	half    half
	skipped *edge // the transition of the question that it led to and that is not asked
	skips   int   // how many questions were skipped before
}

// follow makes a transition and all that come of it: of questions that are skipped, and of sub-flows that are over.
//
// Few calls lie between Flow.Step and the actions: a processor foresees the returns of some 16 calls in each
// other, and looplab makes several. Two calls more made a step 5 % slower.
func (s *step) follow(e *edge) error {
	for e != nil {
		err := s.prepare(e)
		if err == nil {
			err = s.move()
		}
		if err == nil {
			s.arrived()
			e, err = s.next()
		}
		if err != nil {
			return s.failed(err)
		}
	}
	return nil
}

// settle makes the result of the transitions of the step.
func (s *step) settle(err error) error {
	if err == nil && s.nested != nil && s.nested.back {
		err = s.land(s.nested.places, s.nested.landing)
	}
	if r := asRejection(err); r != nil {
		return s.refuse(r)
	}
	if err != nil {
		return s.fail(err)
	}
	s.result.Replaces = s.result.Replaces && s.to != nil
	return s.finish()
}

// prepare reads the data, chooses where the transition leads, and notes that it is taken.
func (s *step) prepare(e *edge) error {
	if err := s.decode(); err != nil {
		return err
	}
	first := s.result.Trace.Transition == 0
	if first {
		s.result.Trace.Transition = e.number
	}
	if err := s.choose(e); err != nil {
		return err
	}
	if first {
		s.first = s.outcome
		s.result.Trace.Branch = slices.Index(s.edge.forks, &s.branch.fork)
	}
	if s.nested != nil {
		s.note()
	}
	return nil
}

// next returns the transition that comes of the one before, or nil.
func (s *step) next() (*edge, error) {
	e := s.skipped
	switch {
	case e == nil && s.nested == nil:
		return nil, nil
	case e == nil:
		return s.ending()
	}
	s.at, s.skipped = s.to, nil
	s.skips++
	s.result.Trace.Skipped = append(s.result.Trace.Skipped, e.number)
	return e, nil
}

// choose runs the actions before the branches of a transition, and chooses the branch and its target.
func (s *step) choose(e *edge) (err error) {
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
	if s.returnsToGone() && !s.in.Gone {
		return ErrUnknownState // a newer build may know the caller
	}
	s.resolve()
	if !s.outcome.leaves() {
		s.turn.out = slices.Insert(s.turn.out, 0, s.words...)
	}
	return nil
}

// resolve finds where the branch leads, and changes the calls and the history accordingly.
func (s *step) resolve() {
	b, t := s.branch, &s.trail
	s.outcome, s.name, s.to, s.found = b.outcome, b.event, b.target, false
	switch b.outcome {
	case Stay, Again:
		s.to = s.at
	case To:
		waits := func(c caller) bool { return c.state == b.target.name }
		if i := slices.IndexFunc(t.callers, waits); i >= 0 {
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
			t.callers = append(t.callers[:len(t.callers):len(t.callers)], caller{state: s.at.name})
		}
	case Return, ReturnOr:
		switch caller := s.caller(); {
		case caller != nil:
			s.outcome, s.to, s.found = Return, caller, true
			s.keep(t.callers[len(t.callers)-1].inner)
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
		if n := s.nested; n != nil {
			n.began, n.history.history = true, nil
		}
	}
}

// resolveBack finds the state that Back leads to. An entry of a state that the flow does not know any more,
// or whose data it cannot read, goes with all older ones.
func (s *step) resolveBack() {
	if n := s.nested; n != nil && (n.depth > 0 || n.inner != nil) {
		if n.back = n.openPast(); !n.back {
			s.again()
			return
		}
		s.to, s.found = nil, true
		return
	}
	p, places, ok := s.popPast()
	if !ok {
		s.again()
		return
	}
	s.to, s.past, s.found, s.trail.callers = s.program.nodes[p.state], p, true, s.program.known(p.callers)
	s.keep(places[1:])
}

// popPast takes the newest entry out of the history, and its places: of this flow, then of its sub-flows.
func (s *step) popPast() (p past, places []frame, ok bool) {
	p, ok = s.trail.pop(joined(s.in.Data, s.loaded))
	own, _ := split(p.data, p.inner)
	places = append([]frame{{state: p.state, callers: p.callers, data: own}}, p.inner...)
	if !ok || !s.program.readable(places) {
		s.trail.history = nil
		return past{}, nil, false
	}
	return p, places, true
}

// again makes the transition one that asks the present question again. At the end of a sub-flow, that begins it
// anew.
func (s *step) again() {
	s.outcome, s.to, s.name = Again, s.at, s.branch.event+stays
	if s.edge.cause == causeDone || s.edge.cause == causeGivenUp {
		s.outcome = To
	}
}

// caller returns the state that waits for a Return, or nil. A caller that the flow does not know any more
// goes with all before it, or is returned as a state that is gone: see returnsToGone.
func (s *step) caller() *node {
	callers := s.trail.callers
	if len(callers) == 0 {
		return nil
	}
	state := callers[len(callers)-1].state
	n := s.program.nodes[state]
	switch {
	case n == nil && s.returnsToGone():
		return s.program.goneNode(state)
	case n == nil:
		s.trail.callers = nil
	}
	return n
}

// returnsToGone reports whether the branch is a Return of the outermost flow to a state that the flow does not know.
// It leads there, where InAny works: to stay would lock out a user in a state with nothing but Return.
func (s *step) returnsToGone() bool {
	callers := s.trail.callers
	return s.branch.outcome == Return && len(callers) > 0 && s.program.nodes[callers[len(callers)-1].state] == nil &&
		(s.nested == nil || s.nested.depth == 0)
}

// move makes the transition that choose chose.
func (s *step) move() error {
	from := startState
	if s.at != nil {
		from = s.at.row()
	}
	if !s.found {
		s.half = halfBoth
		return s.program.machines.fire(from, s.name, s)
	}
	s.half = halfLeave
	if err := s.program.machines.fire(from, s.name, s); err != nil || s.to == nil {
		return err // without a target, Back leads on to where settle knows
	}
	s.half = halfArrive
	return s.program.machines.fire(passageState, arriving+s.goal(), s)
}

// goal returns the state to which the engine must lead.
func (s *step) goal() string {
	switch {
	case s.half == halfLeave:
		return passageState
	case s.to == nil:
		return endState
	default:
		return s.to.row()
	}
}

// leave is the first half of a transition (see hooks): the exit action, the actions of the branch and the
// reminders. Then the data may become other data.
func (s *step) leave() (err error) {
	if s.half == halfArrive {
		return nil
	}
	defer s.rescue(&err)
	if s.outcome.leaves() && s.at != nil && (s.at.exit != nil || s.nested != nil) {
		if err := s.exits(); err != nil {
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
		if n := s.nested; n != nil && n.depth > 0 {
			return n.fill()
		}
	case Back:
		if s.to != nil {
			own, _ := split(s.past.data, s.past.inner)
			s.renew(own)
			return s.decode()
		}
	}
	return nil
}

// exits runs the exit action of the state, and before it those of the sub-flows that are left with it.
func (s *step) exits() error {
	if s.nested != nil {
		if own, err := s.exitInside(); !own || err != nil {
			return err
		}
	}
	if s.at.exit != nil {
		s.phase = PhaseExit
		if err := s.call(s.at.exit); err != nil {
			return err
		}
	}
	return s.abandon()
}

// renew replaces the data of the turn by what is stored in data, or by fresh data.
func (s *step) renew(data []byte) {
	s.user.clear()
	s.stored, s.decoded = data, len(data) == 0
}

// arrive is the second half of a transition (see hooks): the enter action and the question.
func (s *step) arrive(to string) (err error) {
	if to != s.goal() {
		return errEngine
	}
	switch {
	case s.half == halfLeave:
		return nil
	case s.in.Suspended:
		s.owe()
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
func (s *step) isStep() bool {
	return s.node != nil && s.asks() && !s.isOutside() && s.first.enters() && s.first != Back
}

// emptyCall takes the newest entry out of the history, if the step returns from a call that came to nothing:
// the state that called is as it was. Back does not lead into such a call again.
func (s *step) emptyCall(before, now []byte) (p past, ok bool) {
	if s.first != Return || s.isOutside() {
		return p, false
	}
	last := s.trail
	p, ok = last.pop(before)
	ok = ok && s.isAt(&p) && string(p.data) == string(now) && len(p.callers) == len(s.trail.callers)
	if ok {
		s.trail = last
	}
	return p, ok
}

// isAt reports whether the conversation is in the state of an entry of the history, sub-flows included.
func (s *step) isAt(p *past) bool {
	if len(p.inner)+len(s.trail.inner) == 0 {
		return s.program.nodes[p.state] == s.to
	}
	return s.program.nodes[p.state] == s.to && s.to.run != nil && s.to.run.runs.readable(p.inner) &&
		sameStates(p.inner, s.trail.inner)
}

// remember puts into the result what the conversation keeps of this step besides its data.
func (s *step) remember() {
	t, res := &s.trail, &s.result
	before, now := s.in.Data, res.Data
	if s.nested != nil || s.loaded != nil {
		before, now = joined(before, s.loaded), joined(now, t.inner)
	}
	if res.Entered || s.first == Stay && !s.isOutside() && !res.Trace.Wrong {
		t.tries = 0
	}
	if s.program.history {
		s.rememberPast(before, now)
	} else {
		t.history = nil
	}
	if !t.empty() { // most steps have none
		res.Trail = t.pack()
	}
	res.NewStep = res.Entered || s.asked && !bytes.Equal(before, now)
}

// rememberPast brings the history up to date. before and now are the data before and after the step, with that of
// the sub-flows.
func (s *step) rememberPast(before, now []byte) {
	t, res := &s.trail, &s.result
	called, empty := s.emptyCall(before, now)
	switch {
	case s.began:
	case s.first == Back:
		res.Trace.Forgotten = t.rebase(s.past.data, now)
	case res.Entered && s.isOutside():
		t.forget(before, now, s.isAt)
	case empty:
		res.Trace.Forgotten = t.rebase(called.data, now)
	case s.isStep():
		res.Trace.Forgotten = t.push(past{s.node.name, s.before, s.loaded, before}, now)
	default:
		res.Trace.Forgotten = t.rebase(before, now)
	}
}
