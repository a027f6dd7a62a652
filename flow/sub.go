package flow

import (
	"fmt"
	"reflect"
	"slices"
)

// SubFlow is a flow that a state of another one runs, with the way of the data in and out: see Sub.
type SubFlow[T any] struct{ subFlow }

type subFlow struct {
	flow  *Flow
	fault string
	runs  runner
}

// Sub makes a flow one that a state of another flow runs: see StateBuilder.Run. The data of f has the type U.
// in makes the data that f begins with out of the turn of the outer flow; if in is nil, that is zero. out takes
// the data that f is done with, and may be nil. It is not called if f is given up. Both are quick and pure but
// for the data of the turn, like a guard: what they send is ignored.
//
//	seat := flow.Sub(seats, func(t *flow.Turn[Order]) Seat { return Seat{Hall: t.Data.Hall} },
//		func(t *flow.Turn[Order], s Seat) { t.Data.Row = s.Row })
func Sub[T, U any](f *Flow, in func(*Turn[T]) U, out func(*Turn[T], U)) SubFlow[T] {
	if f == nil {
		return SubFlow[T]{subFlow{fault: "the flow of Sub is nil"}}
	}
	if data := f.program.codec.data; data != reflect.TypeFor[U]() {
		return SubFlow[T]{subFlow{flow: f, fault: fmt.Sprintf("Sub takes data of the type %v, but that of the flow %q is %v",
			reflect.TypeFor[U](), f.name, data)}}
	}
	j := &joint{flow: f, inner: f.program}
	if in != nil {
		j.in = func(t anyTurn) any {
			data := in(t.(*Turn[T]))
			return &data
		}
	}
	if out != nil {
		j.out = func(outer, inner anyTurn) { out(outer.(*Turn[T]), inner.(*Turn[U]).Data) }
	}
	return SubFlow[T]{subFlow{flow: f, runs: j}}
}

// Run says that the state is another flow, and begins the transition that is taken when that flow is done.
// GivenUp begins the one that is taken when it was given up; a state with Run has both. They lead on: their
// outcomes are not Stay, Again or Back, and they have no When (see If).
//
//	b.In("seat").Run(seat).To("pay").
//		GivenUp().Do(sorry).To("menu")
//
// The sub-flow begins at the first of its starts that leads to a state, and with it the question of the state
// is that of the sub-flow. See the package comment on sub-flows.
func (s *StateBuilder[T]) Run(f SubFlow[T]) *TransitionBuilder[T] {
	s.runs = append(s.runs, f.subFlow)
	e := &edge{path: path{cause: causeDone}}
	if f.flow != nil {
		e.run = f.flow.name
	}
	return s.begin(e)
}

// GivenUp begins the transition that is taken when the flow that the state runs was given up: by GiveUp, or
// because what is stored of it cannot be read any more.
func (s *StateBuilder[T]) GivenUp() *TransitionBuilder[T] {
	return s.begin(&edge{path: path{cause: causeGivenUp}})
}

// GiveUp ends the flow without a result. If another flow runs it, the transition of GivenUp is taken there. A
// flow that nobody runs ends as by End.
func (t *TransitionBuilder[T]) GiveUp() *StateBuilder[T] { return t.finish(GiveUp, "") }

// Subs returns the flows that states of this one run, and those that they run, each once.
func (f *Flow) Subs() []*Flow { return slices.Clone(f.subs) }

// Running calls each for the sub-flows that run in a conversation, the outer one first, with the state and the data of
// each, out of what Result.Trail was. It returns an error if the trail cannot be read, or ErrUnknownState if the flow
// runs no such sub-flow any more.
func (f *Flow) Running(packed []byte, each func(sub *Flow, state State, data []byte)) error {
	var t trail
	if err := t.unpack(packed); err != nil {
		return err
	}
	for _, in := range t.inner {
		i := slices.IndexFunc(f.subs, func(sub *Flow) bool {
			return sub.name == in.flow || slices.Contains(sub.formerly, in.flow)
		})
		if i < 0 {
			return ErrUnknownState
		}
		each(f.subs[i], in.state, in.data)
	}
	return nil
}

// exclusiveInside reports whether a sub-flow that runs is in an exclusive state.
func (f *Flow) exclusiveInside(packed []byte) bool {
	var t trail
	return t.unpack(packed) == nil && slices.ContainsFunc(t.inner, func(in frame) bool {
		return slices.ContainsFunc(f.subs, func(sub *Flow) bool { return sub.name == in.flow && sub.exclusive[in.state] })
	})
}

// appendNew appends flows that are not in the list yet.
func appendNew(all []*Flow, flows ...*Flow) []*Flow {
	for _, f := range flows {
		if !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	return all
}

// subs returns the flows that the states run, and those that they run.
func (d *draft) subs() (all []*Flow) {
	for _, s := range d.everything() {
		for _, r := range s.runs {
			if r.flow != nil {
				all = appendNew(appendNew(all, r.flow), r.flow.subs...)
			}
		}
	}
	return all
}

// checkSubs reports states that run flows which cannot be run, or without a transition for each end.
func (d *draft) checkSubs(r *report) {
	for _, s := range d.everything() {
		d.checkRun(r, s)
	}
	names := map[string]bool{d.b.name: true}
	for _, f := range d.subs() {
		if names[f.name] {
			r.add("", "", "runs two flows of the name %q, one perhaps in the other: the name is stored", f.name)
		}
		names[f.name] = true
	}
}

func (d *draft) checkRun(r *report, s *draftState) {
	at := func(format string, args ...any) { r.add(s.place(), "", format, args...) }
	given := 0
	for _, e := range s.edges {
		if e.cause == causeGivenUp {
			given++
		}
		if (e.cause == causeGivenUp || e.cause == causeDone) && len(e.guards) > 0 {
			r.add(s.place(), e.String(), "has a guard: it must be taken, so use If")
		}
	}
	switch runs := len(s.runs); {
	case s == d.starts:
		return // checkStarts reports it
	case s.name == AnyState && runs+given > 0:
		at("InAny cannot run a flow: Run and GivenUp belong to a state")
		return
	case runs > 1:
		at("runs %d flows: a state has one Run", runs)
	case runs == 1 && len(s.asks) > 0:
		at("runs a flow and asks a question: the flow asks")
	case runs == 1 && given == 0:
		at("runs a flow without GivenUp: say where to go when the flow is given up")
	case runs == 0 && given > 0:
		at("has GivenUp, but runs no flow")
	}
	if given > 1 {
		at("has GivenUp %d times", given)
	}
	for _, sub := range s.runs {
		switch {
		case sub.fault != "":
			at("%s", sub.fault)
		case sub.flow == nil:
			at("runs an empty SubFlow: make it by Sub")
		default:
			sub.flow.checkRunnable(at)
		}
	}
}

// checkRunnable reports why another flow should not run f.
func (f *Flow) checkRunnable(at func(string, ...any)) {
	if f.depth+1 > maxDepth {
		at("runs the flow %q, in which %d others run in each other: at most %d", f.name, f.depth, maxDepth-1)
	}
	switch start := f.entry(); {
	case start == nil:
		at("runs the flow %q, of which no Start leads to a state", f.name)
	case len(start.guards) > 0:
		at("runs the flow %q, whose first Start has a guard: put a Start without triggers before it", f.name)
	case start.mayEnd():
		at("runs the flow %q, whose first Start may end: put a Start without triggers before it", f.name)
	}
	for _, p := range f.paths {
		if (p.cause == causeWrong || p.cause == causeIdle) && p.leads(End) {
			at("runs the flow %q, which is done by %s in %s: use GiveUp there", f.name, p, p.place())
		}
	}
}

// entry returns the start at which the flow begins when another one runs it: the first that leads to a state.
func (f *Flow) entry() *path {
	i := slices.IndexFunc(f.paths, func(p *path) bool { return p.cause == causeStart && p.leads(To) })
	if i < 0 {
		return nil
	}
	return f.paths[i]
}
