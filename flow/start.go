package flow

import (
	"slices"

	"github.com/kaiwa-go/kaiwa/transport"
)

// start begins a conversation.
func (s *step) start() error {
	s.turn.state, s.decoded, s.began = "", true, true // the data of a new conversation is zero
	e := s.findStart()
	if e == nil {
		return s.unhandled()
	}
	s.result.Replaces = e.replaces
	return s.settle(s.follow(e))
}

// findStart returns the transition of Start that takes the event, or nil.
func (s *step) findStart() *edge {
	for i := range s.program.starts {
		c := &s.program.starts[i]
		if c.rank < s.in.Least {
			break
		}
		if c.edge.whenIdle && (s.in.Busy || s.in.Mode == ModeStart) {
			continue
		}
		s.trigger, s.edge = &c.trigger, c.edge
		if !c.trigger.matchesSafely(&s.event) {
			continue
		}
		s.matched(c)
		if s.passesSafely(c.edge) {
			return c.edge
		}
	}
	return nil
}

// passesSafely is passes for the guards of a start. A guard that panics does not pass, so that it keeps no
// other flow from starting.
func (s *step) passesSafely(e *edge) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	ok, _ = s.passes(e)
	return ok
}

// startBeside handles an event that starts the flow while its conversation is active. A start that ends answers.
// Then the present question is asked; in a group not after an answer.
func (s *step) startBeside() error {
	node, kept, nested := s.node, s.trail, s.nested
	s.nested = nil
	s.node, s.at, s.trail, s.turn.tries, s.turn.state, s.decoded = nil, nil, trail{}, 0, "", true
	e := s.findStart()
	if e == nil {
		return s.unhandled()
	}
	if e.replaces {
		s.result = Result{Handled: true, Replaces: true, State: s.in.State, Data: s.in.Data, Trail: s.in.Trail, Timers: s.in.Timers}
		return nil
	}
	said, set, err := s.speak(e)
	if err != nil {
		return s.fail(err)
	}
	answered := s.branch != nil && s.branch.outcome == End
	s.discard()
	if node.gone && !answered && !s.in.Suspended {
		s.node, s.passage = node, passage{}
		return s.startGone(e)
	}
	s.node, s.at, s.trail, s.turn.tries, s.turn.state = node, node, kept, kept.tries, node.name
	s.edge, s.branch, s.began, s.result.Reminders, s.nested = nil, nil, false, set, nested
	s.turn.Send(said...)
	s.result.Trace.Transition = e.number
	s.result.Aside, s.result.Beside = len(said), answered
	if s.in.Suspended || answered && s.in.Event.Source.Chat != transport.ChatUser {
		s.to = node
		return s.finish()
	}
	return s.show()
}

// speak runs the actions of a start if it ends the flow, and returns what it leaves.
func (s *step) speak(e *edge) (said []transport.Message, set []Reminder, err error) {
	if !e.mayEnd() {
		return nil, nil, nil
	}
	s.edge = e
	if err = s.choose(e); err == nil && s.branch.outcome == End {
		err = s.leave()
	}
	if r := asRejection(err); r != nil {
		return r.msgs, nil, nil
	}
	if err != nil || s.branch.outcome != End {
		return nil, nil, err
	}
	return s.outputs(), s.result.Reminders, nil
}

// mayEnd reports whether a branch of the transition ends the flow.
func (p *path) mayEnd() bool {
	return slices.ContainsFunc(p.forks, func(f *fork) bool { return f.outcome == End })
}
