package flow

import "github.com/kaiwa-go/kaiwa/transport"

// level is a sub-flow in a step as the flow that runs it sees it: a *step of other data. Each method goes on to
// the sub-flow that this one runs itself. They are in seek.go (which flow takes the event), leave.go (what is left
// and begun), land.go (where Back and a late entry lead) and inside.go (what is asked, and what the step leaves).
type level interface {
	// seek looks for a transition, in the inner flow first; proceed makes the one that it found.
	seek(query) (bool, error)
	proceed() error
	// exit runs the exit actions of the flows from a depth on, the innermost first.
	exit(from int) error
	// askPresent asks the present question again.
	askPresent() error
	// land puts the flows down to a depth where frames say, and enters the state at that depth.
	land(frames []frame, depth int) error
	// frames, allTimers and shownMenu add and return what is left after the step.
	frames([]frame) ([]frame, error)
	allTimers([]Timer) ([]Timer, error)
	shownMenu() (name string, bound bool)
	// over returns End or GiveUp if the flow is over, else 0.
	over() Outcome
	// give and receive hand over what the code of one flow leaves to that of the next: see baton.
	give() baton
	receive(baton)
}

// query is what seek looks for: a transition of a rank, of a number of wrong answers, or of a timer.
type query struct {
	rank  Rank
	wrong int
	timer string
}

// nested is what a step has besides if sub-flows take part in it. Each of the flows has one.
type nested struct {
	*whole
	depth   int    // 0 is the outermost flow
	suffix  string // what stands behind the names of the flow's timers
	inner   level
	kept    []frame      // with which the state that is entered goes on
	found   bool         // seek found a transition of the inner flow
	lost    bool         // what is stored of the inner flow cannot be read
	mustAsk bool         // the first question is asked though its value is known
	ended   Outcome      // see level.over
	fill    func() error // makes the data out of that of the outer flow
}

// whole is the part of nested that all flows of a step share.
type whole struct {
	openPast func() bool // takes the newest entry out of the history, into places
	history  *trail      // the one that has the history
	places   []frame     // where Back leads: of the outermost flow, then of the sub-flows
	landing  int         // the depth at which the conversation enters a state when it goes back
	back     bool        // the conversation goes back to places

	first                                Outcome // of the first transition that was not the end of a sub-flow
	entered, asked, owes, began, noticed bool    // as in step; noticed: one of the flows has the timer that fired
	unread                               bool    // one of the flows has a stored sub-flow that cannot be read
	silent                               bool    // the innermost state asked nothing when the step began
	refusal                              *rejection
	traces                               []*InnerTrace
}

// baton is what the code of the flows leaves in a step. The flow whose code runs has it.
type baton struct {
	out          []transport.Message
	menu         *menuSwitch
	reminders    []Reminder
	words        []transport.Message
	tries, skips int
	prefix       string
}

func (s *step) give() baton {
	b := baton{s.turn.out, s.turn.menu, s.result.Reminders, s.words, s.turn.tries, s.skips, s.turn.prefix}
	s.turn.out, s.turn.menu, s.result.Reminders, s.words = nil, nil, nil, nil
	return b
}

func (s *step) receive(b baton) {
	s.turn.out, s.turn.menu, s.result.Reminders, s.words = b.out, b.menu, b.reminders, b.words
	s.turn.tries, s.skips, s.turn.prefix = b.tries, b.skips, b.prefix
}

// into calls a method of the sub-flow.
func (s *step) into(f func(level) error) error {
	inner := s.nested.inner
	inner.receive(s.give())
	err := f(inner)
	s.receive(inner.give())
	return err
}

// nest returns s.nested, and makes it if no sub-flow took part in the step so far.
func (s *step) nest() *nested {
	if s.nested == nil {
		s.nested = &nested{whole: &whole{openPast: s.openPast, history: &s.trail, first: s.outcome}}
	}
	return s.nested
}

// inside reports whether the present state runs a sub-flow.
func (s *step) inside() bool { return s.nested != nil && s.nested.inner != nil }

// subName returns the name of the flow if another one runs it.
func (s *step) subName() string {
	if s.nested == nil || s.nested.depth == 0 {
		return ""
	}
	return s.program.flow
}

// here returns the state in which the flow is now.
func (s *step) here() *node {
	if s.to == nil {
		return s.node
	}
	return s.to
}

// load reads the sub-flow that the present state runs.
func (s *step) load() {
	if s.nested != nil {
		s.nested.silent = !s.node.asks()
	}
	if run := s.node.run; run != nil {
		if s.nest().lost = !run.runs.readable(s.trail.inner); !s.nested.lost {
			run.runs.load(s, s.trail.inner)
		} else if len(s.trail.inner) > 0 {
			s.nested.unread = true
		}
	}
}

// reload brings the sub-flows back to where they were when the step began.
func (s *step) reload() {
	var traces []*InnerTrace
	if s.nested != nil {
		traces, s.nested = s.nested.traces, nil
	}
	if s.load(); s.nested != nil {
		s.nested.traces = append(traces, s.nested.traces...)
	}
}
