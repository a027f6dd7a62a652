package flow

import (
	"slices"
	"strings"
)

// runner begins and reads a sub-flow for a step of the flow that runs it.
type runner interface {
	// begin begins the sub-flow in a state that is entered; resume goes on with one that was kept.
	begin(s *step) error
	resume(s *step, frames []frame) error
	// load reads the sub-flow of the state in which the step begins.
	load(s *step, frames []frame)
	// done gives the outer flow what the sub-flow is done with.
	done(s *step, inner level) error
	readable(frames []frame) bool
}

// joint is where a flow runs another one.
type joint struct {
	flow  *Flow
	inner *program
	in    func(anyTurn) any          // returns a pointer to what the sub-flow begins with; nil for zero
	out   func(outer, inner anyTurn) // may be nil
}

// open makes the step of the sub-flow, which is in no state yet.
func (j *joint) open(s *step, state State, data []byte) *step {
	n := &nested{whole: s.nested.whole, depth: s.nested.depth + 1, suffix: "·" + j.inner.flow + s.nested.suffix}
	in := *s.in
	in.State, in.Data, in.Trail, in.Timers = state, data, nil, nil
	for _, t := range s.in.Timers {
		if name, ok := strings.CutSuffix(t.Name, "·"+j.inner.flow); ok {
			in.Timers = append(in.Timers, Timer{name, t.Due})
		}
	}
	inner := j.inner.newStep()
	inner.ctx, inner.in, inner.stored, inner.nested = s.ctx, &in, data, n
	inner.turn.in, inner.event.Event = &in, in.Event
	n.fill = func() error { return j.fill(s, inner) }
	n.traces = append(n.traces, &InnerTrace{Flow: j.inner.flow, From: state, live: &inner.result.Trace})
	s.nested.inner = inner
	return inner
}

// begin is of runner.
func (j *joint) begin(s *step) error {
	inner := j.open(s, "", nil)
	inner.began, inner.decoded = true, true
	inner.nested.mustAsk = s.nested.mustAsk || s.outcome != To && s.outcome != Restart
	if err := inner.nested.fill(); err != nil {
		return err
	}
	return s.into(func(level) error { return inner.follow(j.inner.entry) })
}

// resume is of runner.
func (j *joint) resume(s *step, frames []frame) error {
	inner := j.open(s, "", nil)
	inner.began = true
	return s.into(func(level) error { return inner.land(frames, inner.nested.depth) })
}

// load is of runner.
func (j *joint) load(s *step, frames []frame) {
	inner := j.open(s, frames[0].state, frames[0].data)
	inner.node = j.inner.nodes[frames[0].state]
	inner.at, inner.turn.state = inner.node, inner.node.name
	inner.trail.callers, inner.trail.inner = j.inner.known(slices.Clone(frames[0].callers)), frames[1:]
	inner.load()
}

// readable is of runner.
func (j *joint) readable(frames []frame) bool {
	if len(frames) == 0 || frames[0].flow != j.inner.flow && !slices.Contains(j.flow.formerly, frames[0].flow) {
		return false
	}
	frames[0].flow = j.inner.flow
	return j.inner.readable(frames)
}

// fill makes the data of the sub-flow. It shares nothing with that of the outer flow.
func (j *joint) fill(s *step, inner *step) error {
	if j.in == nil {
		inner.renew(nil)
		return nil
	}
	data, err := j.input(s, inner)
	if err != nil {
		return s.failed(err)
	}
	inner.renew(data)
	return inner.decode()
}

func (j *joint) input(s *step, inner *step) (data []byte, err error) {
	defer s.rescue(&err)
	if err := s.decode(); err != nil {
		return nil, err
	}
	s.phase = PhaseAction
	var begins any
	s.quietly(func() { begins = j.in(s.user) })
	return inner.program.codec.encode(begins, 0)
}

// done is of runner.
func (j *joint) done(s *step, inner level) (err error) {
	defer s.rescue(&err)
	if err := s.decode(); err != nil || j.out == nil {
		return err
	}
	s.phase = PhaseAction
	s.quietly(func() { j.out(s.user, inner.(*step).user) })
	return nil
}

// quietly calls code whose messages and menus are ignored.
func (s *step) quietly(f func()) {
	n, menu := len(s.turn.out), s.turn.menu
	f()
	s.turn.out, s.turn.menu = s.turn.out[:n], menu
}
