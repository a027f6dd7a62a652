package flow

import (
	"slices"

	"github.com/kaiwa-go/kaiwa/transport"
)

// enter runs the enter action of a state, and asks its question, if it is not skipped.
func (s *step) enter(n *node) (err error) {
	s.turn.tries = 0
	var kept []frame
	if s.nested != nil {
		kept, s.nested.kept = s.nested.kept, nil
	}
	if !n.asks() {
		s.asked = s.asked || n.gone
		return nil
	}
	defer s.rescue(&err)
	s.phase, s.turn.state = PhaseEnter, n.name
	if n.enter != nil {
		s.asking()
		if err := s.call(n.enter); err != nil {
			return err
		}
	}
	if n.run != nil {
		return s.begin(n, kept)
	}
	if n.answer == nil {
		return nil
	}
	if s.maySkip(n.answer.question) {
		if ok, err := s.skip(n.answer); ok || err != nil {
			return err
		}
		s.phase, s.turn.state = PhaseEnter, n.name
	}
	s.asking()
	return s.call(n.answer.question.prompt)
}

// maySkip reports whether the question is one that is not asked if the value is known, and this is a way
// to it on which it may be skipped.
func (s *step) maySkip(q *question) bool {
	if s.nested != nil && s.nested.mustAsk {
		return false
	}
	return q.skipKnown && s.skips < maxSkipped && (s.outcome == To || s.outcome == Restart) && q.known(s.user)
}

// skip notes the transition of a question whose value is known as the next one. If a check refuses the
// value, all that the checks did is undone, the words are sent, and skip returns false.
func (s *step) skip(e *edge) (bool, error) {
	if ok, err := s.passes(e); !ok {
		return false, err
	}
	data, err := s.encode()
	if err != nil {
		return false, err
	}
	n, menu := len(s.turn.out), s.turn.menu
	err = s.check(e.question)
	if r := asRejection(err); r != nil {
		s.turn.out, s.turn.menu = append(s.turn.out[:n], r.msgs...), menu
		s.renew(data)
		return false, s.decode()
	}
	if err == nil {
		s.skipped = e
	}
	return err == nil, err
}

// ask asks the question of the present state again.
func (s *step) ask(n *node) (err error) {
	if !n.asks() && !n.gone {
		return nil
	}
	if n.run != nil {
		return s.askInside()
	}
	defer s.rescue(&err)
	if err := s.decode(); err != nil {
		return err
	}
	s.phase, s.turn.state = PhaseEnter, n.name
	s.asking()
	switch {
	case n.gone:
		return nil // see Result.Gone
	case n.answer != nil:
		return s.call(n.answer.question.prompt)
	default:
		return s.call(n.enter)
	}
}

// read reads an answer to the question of Ask. It returns false if the answer is refused.
func (s *step) read(e *edge) (bool, error) {
	if err := s.decode(); err != nil {
		return false, err
	}
	s.phase = PhaseAnswer
	a := &Answer{Text: input(s.in.Event), Event: s.in.Event, Now: s.in.Now, language: s.in.Language}
	err := e.question.read(s.ctx, a, s.user)
	if err == nil {
		err = s.check(e.question)
	}
	r := asRejection(err)
	if r == nil {
		return err == nil, err
	}
	s.discard()
	s.refusal = r
	if s.nested != nil {
		s.nested.refusal = r
	}
	s.result.Trace.Refused = append(s.result.Trace.Refused, e.number)
	return false, nil
}

// check runs the checks of a question.
func (s *step) check(q *question) error {
	s.phase = PhaseAnswer
	return s.callAll(q.checks)
}

// isAnswer reports whether the event, if nothing takes it, is a wrong answer: a message, or a tap on a
// button of this step. In a group only what is addressed to the bot counts.
func (s *step) isAnswer() bool {
	e := s.in.Event
	if e.Kind == transport.KindPostback {
		return s.in.Tap == TapLive
	}
	return e.Kind.IsMessage() && (!isShared(e) || e.Mentioned())
}

// isShared reports whether several people take part in the chat of the event.
func isShared(e *transport.Event) bool {
	return e.Source.Chat == transport.ChatGroup || e.Source.Chat == transport.ChatRoom
}

// wrong deals with a wrong answer: a transition of Wrong takes it, or the question is asked again. r is the
// refusal, or nil if nothing takes the event.
func (s *step) wrong(r *rejection) error {
	s.trail.tries++
	s.turn.tries, s.turn.state, s.turn.prefix = s.trail.tries, s.node.name, ""
	s.result.Trace.Wrong = true
	if r != nil {
		s.words = r.msgs
	}
	found, err := s.seekWrong()
	switch {
	case err != nil:
		return s.fail(err)
	case found && s.nested != nil:
		return s.settle(s.proceed())
	case found:
		return s.settle(s.follow(s.edge))
	}
	s.turn.Send(s.words...)
	if s.words != nil {
		s.turn.tries = 0
	}
	return s.show()
}

// findWrong returns the transition of Wrong, of the numbers from least to most, that takes a wrong answer; or nil.
func (s *step) findWrong(least, most int) (e *edge, err error) {
	defer s.rescue(&err)
	s.trigger = nil
	for _, e := range s.node.wrongs {
		if e.wrong < least || e.wrong > most {
			continue
		}
		s.edge = e
		if ok, err := s.passes(e); ok || err != nil {
			return e, err
		}
	}
	s.edge = nil
	return nil, nil
}

// enterLate enters the present state. The conversation came there while it was suspended.
func (s *step) enterLate() error {
	if n := s.nested; n != nil && len(s.loaded) > 0 {
		return s.enterInside()
	} else if n != nil {
		n.lost = false // the sub-flow was not begun
	}
	s.to, s.outcome, s.result.Entered = s.node, To, true
	err := s.decode()
	if err == nil {
		err = s.enter(s.node)
	}
	switch r := asRejection(err); {
	case r != nil:
		s.discard()
		s.turn.Send(r.msgs...)
	case err != nil:
		return s.fail(err)
	}
	e, err := s.next()
	if err != nil {
		return s.fail(err)
	}
	return s.settle(s.follow(e))
}

// show asks the question of the current state, behind what was said in this step.
func (s *step) show() error {
	s.to = s.node
	if s.nested != nil && s.nested.lost {
		return s.settle(s.follow(s.giveUp()))
	}
	said := slices.Clone(s.turn.out)
	err := s.ask(s.node)
	if r := asRejection(err); r != nil {
		s.discard()
		s.reload()
		s.turn.Send(append(said, r.msgs...)...)
		return s.finish()
	}
	if err != nil {
		return s.fail(err)
	}
	return s.finish()
}

// refuse undoes a transition one of whose actions rejected the event, or an action of the questions that it
// led to.
func (s *step) refuse(r *rejection) error {
	s.discard()
	s.refuseTraces()
	s.passage, s.first, s.result.Entered, s.result.Replaces = passage{at: s.node}, 0, false, false
	s.asked, s.began = false, false
	if s.isSignal() {
		return s.unhandled() // the next conversation may take it, or a person sees to it
	}
	if s.node == nil {
		s.nested = nil
		s.turn.Send(r.msgs...)
		return s.finish()
	}
	if err := s.trail.unpack(s.in.Trail); err != nil {
		return s.fail(err)
	}
	s.trail.callers = s.program.known(s.trail.callers)
	s.turn.tries, s.turn.state = s.trail.tries, s.node.name
	s.reload()
	counted := !s.result.Trace.Wrong && !s.isTimer()
	switch {
	case counted && s.isAnswer():
		return s.wrong(r)
	case counted && s.in.Event.Kind.IsMessage():
		return s.unhandled() // people in a group who talk to each other
	case s.result.Trace.Wrong:
		s.trail.tries++
		s.turn.tries = s.trail.tries
	}
	s.turn.Send(r.msgs...)
	if len(r.msgs) > 0 {
		s.turn.tries = 0
		if s.isTimer() {
			s.to = s.node
			return s.finish()
		}
	}
	return s.show()
}
