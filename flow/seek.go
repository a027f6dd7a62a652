package flow

import "slices"

// handle is run for an event in a state that runs a sub-flow.
func (s *step) handle() error {
	for rank := RankExact; rank >= max(s.in.Least, RankAny); rank-- {
		if found, err := s.seek(query{rank: rank}); err != nil {
			return err
		} else if found {
			return s.settle(s.proceed())
		}
	}
	switch {
	case s.in.Least > RankNone:
		return s.unhandled()
	case s.nested.lost && !s.in.Suspended:
		return s.settle(s.follow(s.giveUp()))
	case s.isAnswer():
		return s.wrong(s.nested.refusal)
	default:
		return s.unhandled()
	}
}

// fireInside is fire in a state that runs a sub-flow.
func (s *step) fireInside() error {
	found, err := s.seek(query{timer: s.in.Event.Text})
	switch {
	case err != nil:
		return err
	case found:
		s.to = nil
		return s.settle(s.proceed())
	case s.nested.lost && !s.nested.noticed && !s.in.Suspended:
		return s.settle(s.follow(s.giveUp()))
	default:
		return s.finish()
	}
}

// seekWrong looks for the Wrong with the highest number that fits, of all flows.
func (s *step) seekWrong() (bool, error) {
	if s.nested == nil {
		e, err := s.findWrong(1, s.trail.tries)
		return e != nil, err
	}
	for n := min(s.trail.tries, maxWrong); n > 0; n-- {
		if found, err := s.seek(query{wrong: n}); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

// seek is of level.
func (s *step) seek(q query) (bool, error) {
	if s.inside() {
		n := s.nested
		err := s.into(func(l level) (err error) {
			n.found, err = l.seek(q)
			return err
		})
		if n.found || err != nil {
			return n.found, err
		}
	}
	e, err := s.lookUp(q)
	if err != nil {
		return false, s.fail(err)
	}
	s.edge = e
	return e != nil, nil
}

// lookUp is seek in this flow alone.
func (s *step) lookUp(q query) (*edge, error) {
	switch {
	case q.timer != "":
		return s.findTimer(q.timer)
	case q.wrong > 0:
		return s.findWrong(q.wrong, q.wrong)
	default:
		return s.find(q.rank, q.rank)
	}
}

// findTimer returns the transition of the timer if its guards pass, or nil.
func (s *step) findTimer(stored string) (*edge, error) {
	suffix := ""
	if s.nested != nil {
		suffix = s.nested.suffix
	}
	i := slices.IndexFunc(s.node.timers, func(t timer) bool { return t.name+suffix == stored })
	if i < 0 {
		return nil, nil
	}
	s.fired = &s.node.timers[i]
	if s.nested != nil {
		s.nested.noticed = true
	}
	if ok, err := s.firedPasses(); !ok {
		return nil, err
	}
	return s.fired.edge, nil
}

// proceed is of level.
func (s *step) proceed() error {
	n := s.nested
	if !n.found {
		return s.follow(s.edge)
	}
	n.found = false
	if err := s.into(level.proceed); err != nil {
		return err
	}
	s.to = s.at
	switch {
	case !n.back:
		e, err := s.next()
		if err != nil {
			return s.failed(err)
		}
		return s.follow(e)
	case n.landing <= n.depth:
		return s.exitOwn()
	}
	return nil
}
