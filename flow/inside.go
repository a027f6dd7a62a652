package flow

// note notes what a transition came to.
func (s *step) note() {
	if n := s.nested; n.first == 0 || n.first.ends() {
		n.first = s.outcome
	}
}

// arrived notes that a transition was made.
func (s *step) arrived() {
	s.result.Entered = s.result.Entered || s.outcome.enters()
	if s.nested != nil {
		s.nested.arrived(s.outcome)
	}
}

func (n *nested) arrived(o Outcome) {
	n.entered = n.entered || o.enters()
	if o.ends() {
		n.ended = o
	}
}

// over is of level.
func (s *step) over() Outcome { return s.nested.ended }

// askPresent is of level.
func (s *step) askPresent() error {
	s.to = s.here()
	if err := s.ask(s.to); err != nil {
		return s.failed(err)
	}
	return nil
}

// askInside asks the question of the sub-flow.
func (s *step) askInside() error {
	if !s.inside() {
		return nil
	}
	return s.into(level.askPresent)
}

// join adds to this step, which is that of the outermost flow, what all flows share.
func (s *step) join() {
	n := s.nested
	if n == nil {
		return
	}
	res := &s.result
	res.Entered, res.Owes = res.Entered || n.entered, res.Owes || n.owes
	s.asked, s.began = s.asked || n.asked, s.began || n.began
	if n.first != 0 {
		s.first = n.first
	}
}

// asking notes that a question is asked.
func (s *step) asking() {
	s.asked = true
	if s.nested != nil {
		s.nested.asked = true
	}
}

// asks reports whether the state in which the step began has a question.
func (s *step) asks() bool { return s.node.asks() && (s.nested == nil || !s.nested.silent) }

// isBehind reports whether the history has an entry.
func (s *step) isBehind() bool {
	if s.nested != nil {
		return len(s.nested.history.history) > 0
	}
	return len(s.trail.history) > 0
}

// owe notes that a state is entered later, because the conversation is suspended.
func (s *step) owe() {
	s.result.Owes = s.result.Owes || s.outcome.enters()
	if s.nested != nil {
		s.nested.owes = s.nested.owes || s.result.Owes
	}
}

// failed is fail for an error of a sub-flow that is no refusal. Those of the outermost flow are left to settle.
func (s *step) failed(err error) error {
	if s.nested == nil || s.nested.depth == 0 || asRejection(err) != nil {
		return err
	}
	return s.fail(err)
}

// frames is of level.
func (s *step) frames(all []frame) (_ []frame, err error) {
	data := s.in.Data
	if s.decoded {
		if data, err = s.encode(); err != nil {
			return nil, s.fail(err)
		}
	}
	all = append(all, frame{flow: s.program.flow, state: s.here().name, callers: s.trail.callers, data: data})
	if s.inside() {
		return s.nested.inner.frames(all)
	}
	return all, nil
}

// allTimers is of level.
func (s *step) allTimers(all []Timer) ([]Timer, error) {
	s.to = s.here()
	own, err := s.timers()
	if err != nil {
		return nil, s.fail(err)
	}
	for _, t := range own {
		all = append(all, Timer{t.Name + s.nested.suffix, t.Due})
	}
	if s.inside() {
		return s.nested.inner.allTimers(all)
	}
	return all, nil
}

// shownMenu is of level.
func (s *step) shownMenu() (name string, bound bool) {
	if s.inside() {
		if name, bound = s.nested.inner.shownMenu(); bound {
			return name, true
		}
	}
	return s.here().menu, s.here().bound
}

// finishInside adds to the result what the sub-flows leave.
func (s *step) finishInside() (err error) {
	defer s.join()
	if s.nested != nil && s.nested.lost {
		return nil
	}
	s.trail.inner = s.takeKept() // of a state that is entered later
	if !s.inside() {
		return nil
	}
	res := &s.result
	if !res.MenuSwitched {
		res.Menu, _ = s.shownMenu()
	}
	if s.trail.inner, err = s.nested.inner.frames(nil); err == nil {
		res.Timers, err = s.nested.inner.allTimers(res.Timers)
	}
	return err
}
