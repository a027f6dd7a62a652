package flow

// InnerTrace is the trace of a sub-flow.
type InnerTrace struct {
	// Flow is its name, and From the state in which it was; empty if the step began it.
	Flow string
	From State
	Trace
	live *Trace // what it is copied from
}

// gatherTraces adds the traces of the sub-flows to that of the outermost flow.
func (s *step) gatherTraces() {
	t := &s.result.Trace
	for _, inner := range s.nested.traces {
		inner.Trace = *inner.live
		t.Matched = t.Matched || inner.Matched
		t.Stray += inner.Stray
		t.Inner = append(t.Inner, *inner)
	}
}

// refuseTraces notes that the transitions of the step were undone.
func (s *step) refuseTraces() {
	s.result.Trace.refuse()
	if s.nested != nil {
		for _, inner := range s.nested.traces {
			inner.live.refuse()
		}
	}
}

func (t *Trace) refuse() {
	if t.Transition > 0 {
		t.Refused = append(t.Refused, t.Transition)
	}
	t.Transition, t.Branch, t.Skipped = 0, 0, nil
}
