package flow

// exit is of level.
func (s *step) exit(from int) error {
	if s.inside() {
		if err := s.into(func(l level) error { return l.exit(from) }); err != nil {
			return err
		}
	}
	if s.nested.depth < from {
		return nil
	}
	return s.exitOwn()
}

func (s *step) exitOwn() error {
	if err := s.callExit(); err != nil {
		return s.failed(err)
	}
	return nil
}

func (s *step) callExit() (err error) {
	defer s.rescue(&err)
	if err := s.decode(); err != nil || s.at == nil || s.at.exit == nil {
		return err
	}
	s.phase = PhaseExit
	return s.call(s.at.exit)
}

// exitInside runs the exit actions of the sub-flows that the transition leaves. own is false if the present
// state itself is not left, because Back leads from one state of a sub-flow to another.
func (s *step) exitInside() (own bool, err error) {
	n := s.nested
	if n == nil {
		return true, nil
	}
	from := n.depth
	if n.back {
		from = n.landing
	}
	if n.inner != nil {
		err = s.into(func(l level) error { return l.exit(max(from, n.depth+1)) })
	}
	return from <= n.depth, err
}

// abandon lets go of the sub-flow that the transition has left. A Call keeps it with its caller.
func (s *step) abandon() (err error) {
	n := s.nested
	if n == nil || n.back {
		return nil
	}
	if n.inner != nil && s.outcome == Call {
		callers := s.trail.callers
		if callers[len(callers)-1].inner, err = n.inner.frames(nil); err != nil {
			return err
		}
	}
	n.inner, n.lost = nil, false
	return nil
}

// begin begins the sub-flow of a state that is entered, or goes on with the one that was kept for it.
func (s *step) begin(n *node, kept []frame) error {
	s.nest()
	switch runs := n.run.runs; {
	case len(kept) == 0:
		return runs.begin(s)
	case runs.readable(kept):
		return runs.resume(s, kept)
	}
	s.nested.lost = true
	return nil
}

// takeKept returns the frames with which the state that is entered goes on.
func (s *step) takeKept() []frame {
	if s.nested == nil {
		return nil
	}
	kept := s.nested.kept
	s.nested.kept = nil
	return kept
}

// keep notes frames for the state that is entered.
func (s *step) keep(frames []frame) {
	if len(frames) > 0 {
		s.nest().kept = frames
	}
}

// giveUp returns the transition that is taken because the sub-flow cannot be read.
func (s *step) giveUp() *edge {
	s.nested.lost, s.at = false, s.here()
	return s.at.givenUp
}

// ending returns the transition that is taken because the sub-flow is over or cannot be read, or nil.
func (s *step) ending() (*edge, error) {
	n := s.nested
	switch {
	case s.to == nil || n.back:
		return nil, nil
	case n.lost && !s.in.Suspended:
		return s.giveUp(), nil
	case n.inner == nil || n.inner.over() == 0:
		return nil, nil
	}
	inner, e := n.inner, s.to.done
	n.inner, s.at = nil, s.to
	if inner.over() == GiveUp {
		e = s.to.givenUp
	}
	if s.result.Trace.Transition > 0 {
		s.result.Trace.Skipped = append(s.result.Trace.Skipped, e.number)
	}
	if e == s.to.givenUp {
		return e, nil
	}
	return e, s.to.run.runs.done(s, inner)
}
