package flow

import (
	"errors"
	"runtime/debug"
)

// errEngine cannot happen: the tests step looplab and the flow's own table side by side.
var errEngine = errors.New("flow: engine: unexpected state")

// fail wraps what went wrong with where it did.
func (s *step) fail(err error) error {
	if inner, ok := err.(*TurnError); ok && s.nested != nil {
		return inner // of a sub-flow
	}
	return &TurnError{
		Flow:    s.program.flow,
		State:   s.turn.state,
		Trigger: s.cause(),
		Phase:   s.phase,
		Err:     err,
	}
}

// cause names what the step answers to.
func (s *step) cause() string {
	switch {
	case s.in.Mode == ModeRemind, s.fired != nil:
		return s.in.Event.Text
	case s.in.Mode == ModeShow:
		return "show"
	case s.in.Mode == ModeEnter:
		return "enter"
	case s.in.Mode == ModeLeave:
		return "leave"
	case s.edge != nil && s.edge.cause == causeStart:
		return startState
	case s.edge != nil && s.edge.cause == causeWrong:
		return s.edge.trigger()
	case s.result.Trace.Wrong:
		return "wrong answer"
	case s.trigger != nil:
		return s.trigger.String()
	default:
		return ""
	}
}

// rescue turns a panic of user code into an error.
func (s *step) rescue(err *error) {
	if v := recover(); v != nil {
		*err = &PanicError{Value: v, Stack: debug.Stack()}
	}
}
