package flow

import (
	"fmt"
	"strings"
)

// check returns every fault of the definition.
func (d *draft[T]) check() []Problem {
	r := &report{}
	d.checkFlow(r)
	for _, s := range append(d.states[:len(d.states):len(d.states)], d.anyOf) {
		d.checkState(r, s)
		s.checkMenu(r)
		for _, e := range s.edges {
			d.checkEdge(r, e)
		}
		checkTimers(r, s)
	}
	d.checkReminders(r)
	d.checkOverlap(r)
	d.checkGraph(r)
	return r.problems
}

// report collects problems.
type report struct{ problems []Problem }

func (r *report) add(s State, transition, format string, args ...any) {
	r.problems = append(r.problems, Problem{s, transition, fmt.Sprintf(format, args...)})
}

func (d *draft[T]) checkFlow(r *report) {
	b := d.b
	if f := nameFault(b.name); f != "" {
		r.add("", "", "the flow's name %q %s", b.name, f)
	}
	if f := newCodec[T]().fault(); f != "" {
		r.add("", "", "%s", f)
	}
	if d.byName[b.initial] == nil {
		r.add("", "", "the initial state %q is not declared", b.initial)
	}
	if len(b.starts) == 0 {
		r.add("", "", "has no StartOn: nothing starts the flow")
	}
	for i, t := range b.starts {
		checkTrigger(r, "", t, t.String())
		for _, u := range b.starts[:i] {
			if t.fault == "" && len(t.atoms()) > 0 && t.same(u) {
				r.add("", t.String(), "starts the flow twice: it cannot be told from %s", u)
			}
		}
	}
	for _, block := range b.blocks {
		if len(block.states) == 0 {
			r.add("", "", "In names no state")
		}
	}
	d.checkAliases(r)
}

func (d *draft[T]) checkAliases(r *report) {
	seen := map[State]bool{}
	for _, a := range d.b.aliases {
		name := fmt.Sprintf("the alias %q", a.old)
		if f := nameFault(string(a.old)); f != "" {
			r.add("", "", "%s %s", name, f)
		}
		if d.byName[a.old] != nil {
			r.add("", "", "%s is a state of the flow", name)
		}
		if d.byName[a.new] == nil {
			r.add("", "", "%s stands for %q, which is not a state of the flow", name, a.new)
		}
		if seen[a.old] {
			r.add("", "", "%s is declared twice", name)
		}
		seen[a.old] = true
	}
}

func (d *draft[T]) checkState(r *report, s *draftState[T]) {
	inAny := s.name == AnyState && s == d.anyOf
	if f := nameFault(string(s.name)); f != "" && !inAny {
		r.add(s.name, "", "the state's name %q %s", s.name, f)
	}
	for _, part := range [...]struct {
		name    string
		actions []Action[T]
	}{{"Enter", s.enter}, {"Exit", s.exit}} {
		switch {
		case inAny && len(part.actions) > 0:
			r.add(s.name, "", "InAny cannot have an %s action", part.name)
		case len(part.actions) > 1:
			r.add(s.name, "", "has %d %s actions", len(part.actions), part.name)
		}
		for _, a := range part.actions {
			if a == nil {
				r.add(s.name, "", "the %s action is nil", part.name)
			}
		}
	}
}

func (d *draft[T]) checkEdge(r *report, e *edge[T]) {
	at := func(format string, args ...any) { r.add(e.from, e.String(), format, args...) }
	switch {
	case e.timing == timingNone && len(e.triggers) == 0:
		at("On names no trigger")
	case e.timing == timingAfter && (e.after < minAfter || e.after > maxAfter):
		at("the time is out of bounds: at least %v, at most %v", minAfter, maxAfter)
	case e.timing == timingAt && e.at == nil:
		at("the function of At is nil")
	}
	for _, t := range e.triggers {
		checkTrigger(r, e.from, t, e.String())
	}
	for i, g := range e.guards {
		if strings.TrimSpace(g) == "" {
			at("a guard has no label")
		}
		if e.when[i] == nil {
			at("the guard %q is nil", g)
		}
	}
	for _, a := range e.do {
		if a == nil {
			at("a Do action is nil")
		}
	}
	switch {
	case e.outcomes == 0:
		at("is open: finish it with Stay, Reenter, To or End")
	case e.outcomes > 1:
		at("has %d outcomes", e.outcomes)
	}
	switch {
	case e.outcome != To || d.byName[e.to] != nil:
	case e.to == endState:
		at("leads to %q, which is reserved: use End", e.to)
	default:
		at("leads to %q, which is not a state of the flow", e.to)
	}
}

func checkTrigger(r *report, s State, t Trigger, transition string) {
	switch {
	case t.fault != "":
		r.add(s, transition, "%s", t.fault)
	case t.form == formNone:
		r.add(s, transition, "has an empty Trigger")
	}
}

func checkTimers[T any](r *report, s *draftState[T]) {
	for i, e := range s.edges {
		for _, before := range s.edges[:i] {
			if e.timing == timingAfter && before.timing == timingAfter && before.String() == e.String() {
				r.add(e.from, e.String(), "is declared twice")
				break
			}
		}
	}
}

func (d *draft[T]) checkReminders(r *report) {
	seen := map[string]bool{}
	for _, block := range append(d.b.blocks[:len(d.b.blocks):len(d.b.blocks)], d.b.anyBlock) {
		for _, e := range block.edges {
			at := func(format string, args ...any) {
				for _, s := range block.states {
					r.add(s, e.String(), format, args...)
				}
			}
			for _, m := range e.remind {
				if f := nameFault(m.name); f != "" {
					at("the reminder's name %q %s", m.name, f)
				}
				if m.at == nil || m.action == nil {
					at("the reminder %q has a nil function", m.name)
				}
				if seen[m.name] {
					at("the reminder %q is declared twice", m.name)
				}
				seen[m.name] = true
			}
		}
	}
}
