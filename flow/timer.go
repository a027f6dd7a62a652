package flow

import (
	"slices"
	"time"
)

// The bounds of After, and how many timers a state may have, those of InAny included.
const (
	minAfter  = time.Second
	maxAfter  = 366 * 24 * time.Hour
	maxTimers = 32
)

// fire handles a timer of the current state.
func (s *step) fire() error {
	s.to, s.at = s.node, s.node
	if s.nested != nil {
		return s.fireInside()
	}
	e, err := s.findTimer(s.in.Event.Text)
	switch {
	case err != nil:
		return s.fail(err)
	case e == nil: // a guard failed, or the state's code was changed after the timer was set, and has none such any more
		s.decoded = false // nothing happened to the data
		return s.finish()
	}
	s.to = nil
	return s.settle(s.follow(e))
}

func (s *step) firedPasses() (ok bool, err error) {
	defer s.rescue(&err)
	return s.passes(s.fired.edge)
}

// timers returns all timers of the conversation after the turn: those that this turn set, and those
// that go on as they were.
func (s *step) timers() (ts []Timer, err error) {
	if len(s.to.timers) == 0 {
		return nil, nil
	}
	defer s.rescue(&err)
	s.phase, s.turn.state = PhaseTimer, s.to.name
	ts = make([]Timer, 0, len(s.to.timers))
	for i := range s.to.timers {
		if s.in.Suspended && s.to.timers[i].after > 0 {
			continue // idle time stands still
		}
		if due := s.due(&s.to.timers[i]); !due.IsZero() {
			ts = append(ts, Timer{Name: s.to.timers[i].name, Due: due})
		}
	}
	return ts, nil
}

// due returns when a timer of the state fires next. The zero time means never.
//
// Example: the state has After(15 * time.Minute), set at 12:00. A message that is handled at 12:05
// moves it to 12:20. Another timer that fires at 12:10 and stays leaves it at 12:20. A timer that fired is
// set again by the user alone: After(5 * time.Minute) asks "Are you still there?" once.
func (s *step) due(t *timer) time.Time {
	firing := s.fired != nil && s.fired.name == t.name && (t.global || s.to == s.node)
	if t.after > 0 {
		return s.idle(t, firing)
	}
	anew := s.begins(t) || s.result.Entered && !t.global && s.in.Mode != ModeEnter
	if !anew && !(t.global && s.moves(t)) {
		return s.running(t, firing)
	}
	due := t.at(s.user)
	// A time of the data that Back restores may have fired already.
	if (firing || !anew && s.first == Back) && !due.After(s.in.Now) {
		return time.Time{}
	}
	return due
}

// moves reports whether the time of At in InAny is another over the data that this step left than over the
// data before. Example: it is the time of a delivery, and the step changed that from 18:00 to 19:00. A step
// that changed the address alone leaves the timer as it is, set or fired.
func (s *step) moves(t *timer) bool {
	if !s.decoded {
		return false
	}
	before := s.program.newTurn()
	*before.core() = *s.turn
	before.core().out = nil
	return s.program.codec.decode(s.in.Data, before.data()) != nil || !t.at(before).Equal(t.at(s.user))
}

// begins reports whether this step began the time that t counts: it entered a state that has the timer,
// from one that has not.
func (s *step) begins(t *timer) bool {
	switch {
	case s.began:
		return true
	case !s.result.Entered || s.to == s.node:
		return false
	default:
		return !t.global || !slices.ContainsFunc(s.node.timers, func(u timer) bool { return u.name == t.name })
	}
}

// idle returns when a timer of idle time fires next.
func (s *step) idle(t *timer, firing bool) time.Time {
	if !s.isOutside() || s.in.Resumed || s.begins(t) {
		return s.in.Now.Add(t.after)
	}
	due := s.running(t, firing)
	if due.IsZero() && s.isTimer() && s.fired == nil && (s.nested == nil || !s.nested.noticed) {
		return s.in.Now.Add(t.after) // an unknown timer fired (see fire), and t was not set yet
	}
	return due
}

// running returns when a timer fires that was set before this step.
func (s *step) running(t *timer, firing bool) time.Time {
	if firing {
		return time.Time{}
	}
	if i := slices.IndexFunc(s.in.Timers, func(set Timer) bool { return set.Name == t.name }); i >= 0 {
		return s.in.Timers[i].Due
	}
	return time.Time{}
}
