package flow

// enterInside enters the state of the innermost sub-flow, to which a step of the suspended conversation led.
func (s *step) enterInside() error {
	if s.nested.lost {
		return s.settle(s.follow(s.giveUp()))
	}
	places := append([]frame{{state: s.node.name, callers: s.trail.callers, data: s.in.Data}}, s.loaded...)
	err := s.land(places, len(s.loaded))
	if r := asRejection(err); r != nil {
		s.discard()
		s.reload()
		s.turn.Send(r.msgs...)
		err = nil
	}
	return s.settle(err)
}

// openPast finds out where Back leads, and which of the flows go on meanwhile: those that run a sub-flow in the
// same state before and after. It returns false if nothing that can be read is behind.
func (s *step) openPast() bool {
	p, places, ok := s.popPast()
	if !ok {
		return false
	}
	w := s.nested.whole
	s.past, w.places, w.landing = p, places, 0
	present := append([]frame{{state: s.node.name}}, s.loaded...)
	for i := range min(len(places), len(present)) - 1 {
		if places[i].state != present[i].state || places[i+1].flow != present[i+1].flow {
			break
		}
		w.landing = i + 1
	}
	return true
}

// readable reports whether the flow can go on with what frames hold: its own frame, then those of sub-flows. It
// gives their states the names that they have now.
func (y *program) readable(frames []frame) bool {
	n := y.nodes[frames[0].state]
	if n == nil || !y.reads(frames[0].data) {
		return false
	}
	frames[0].state = n.name
	return n.run == nil || n.run.runs.readable(frames[1:])
}

// land is of level.
func (s *step) land(frames []frame, depth int) error {
	n := s.nested
	s.trail.callers = s.program.known(frames[0].callers)
	s.renew(frames[0].data)
	if err := s.decode(); err != nil {
		return s.fail(err)
	}
	n.ended = 0
	if n.depth < depth {
		s.to = s.node
		return s.into(func(l level) error { return l.land(frames[1:], depth) })
	}
	n.inner, n.lost, n.kept = nil, false, frames[1:]
	s.outcome, s.to = Back, s.program.nodes[frames[0].state]
	s.arrived()
	if s.in.Suspended {
		s.owe()
		return nil
	}
	if err := s.enter(s.to); err != nil {
		return s.failed(err)
	}
	return nil
}
