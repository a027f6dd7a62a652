package flow

import (
	"fmt"
	"slices"
	"strings"
)

// check returns every fault of the definition.
func (d *draft) check() []Problem {
	r := &report{}
	d.checkFlow(r)
	for _, s := range d.everything() {
		d.checkState(r, s)
		s.checkMenu(r)
		for _, e := range s.edges {
			d.checkEdge(r, e)
			d.checkBranches(r, e)
		}
		checkWrongs(r, s)
		d.checkTimers(r, s)
	}
	d.checkMenus(r)
	d.checkSubs(r)
	d.checkReminders(r)
	d.checkCalls(r)
	d.checkOverlap(r)
	d.checkGraph(r)
	return r.problems
}

// report collects problems.
type report struct{ problems []Problem }

func (r *report) add(s State, transition, format string, args ...any) {
	r.problems = append(r.problems, Problem{s, transition, fmt.Sprintf(format, args...)})
}

func (d *draft) checkFlow(r *report) {
	b := d.b
	if f := nameFault(b.name); f != "" {
		r.add("", "", "the flow's name %q %s", b.name, f)
	}
	if f := newCodec(d.b.data).fault(); f != "" {
		r.add("", "", "%s", f)
	}
	if len(d.starts.edges) == 0 {
		r.add("", "", "has no Start: nothing starts the flow")
	}
	for _, block := range b.states {
		if len(block.states) == 0 {
			r.add("", "", "In names no state")
		}
		for i, s := range block.states {
			if slices.Contains(block.states[:i], s) {
				r.add(s, "", "In names the state twice")
			}
		}
	}
	for _, g := range d.globals {
		d.checkBut(r, g)
	}
	d.checkFormerly(r)
	d.checkMigrations(r)
}

// checkBut reports an InAnyBut that names what is no state, a state twice, or all states.
func (d *draft) checkBut(r *report, g *draftState) {
	for i, s := range g.but {
		switch {
		case d.byName[s] == nil:
			r.add("", "", "InAnyBut names %q, which is not a state of the flow", s)
		case slices.Contains(g.but[:i], s):
			r.add("", "", "InAnyBut names the state %q twice", s)
		}
	}
	if len(d.states) > 0 && len(d.statesOf(g)) == 0 {
		r.add("", "", "InAnyBut leaves no state: it names all of them")
	}
}

func (d *draft) checkState(r *report, s *draftState) {
	if s == d.starts {
		checkStarts(r, s)
		return
	}
	inAny := slices.Contains(d.globals, s)
	if f := nameFault(string(s.name)); f != "" && !inAny {
		r.add(s.name, "", "the state's name %q %s", s.name, f)
	}
	switch n := len(s.asks); {
	case n > 0 && inAny:
		r.add(s.place(), "", "InAny cannot ask a question: Ask belongs to a state")
	case n > 1:
		r.add(s.name, "", "asks %d questions: a state has one Ask", n)
	}
	if inAny && s.exclusive {
		r.add(s.place(), "", "InAny cannot be Exclusive: it belongs to a state")
	}
	for _, part := range [...]struct {
		name    string
		actions []action
	}{{"Enter", s.enter}, {"Exit", s.exit}} {
		switch {
		case inAny && len(part.actions) > 0:
			r.add(s.place(), "", "InAny cannot have an %s action", part.name)
		case len(part.actions) > 1:
			r.add(s.name, "", "has %d %s actions", len(part.actions), part.name)
		}
		for _, a := range part.actions {
			if a == nil {
				r.add(s.place(), "", "the %s action is nil", part.name)
			}
		}
	}
}

// checkStarts reports what was declared behind a Start as if that were a state. Example:
// b.Start(flow.Text("book")).To(AskDay).On(flow.Text("help")).
func checkStarts(r *report, s *draftState) {
	for _, part := range [...]struct {
		name string
		n    int
	}{{"Enter", len(s.enter)}, {"Exit", len(s.exit)}, {"Menu", len(s.menus)}} {
		if part.n > 0 {
			r.add(s.name, "", "%s stands behind a Start: it belongs to a state, which In declares", part.name)
		}
	}
	entry := false
	for _, e := range s.edges {
		if e.cause == causeStart && len(e.triggers) == 0 && (entry || !e.leads(To)) {
			r.add(s.name, e.String(), "has no trigger, and is not where another flow begins this one: "+
				"that is the first Start that leads To a state")
		}
		entry = entry || e.cause == causeStart && e.leads(To)
	}
	names := [...]string{causeEvent: "On", causeAnswer: "Ask", causeWrong: "Wrong", causeIdle: "After", causeTime: "At",
		causeDone: "Run", causeGivenUp: "GivenUp"}
	for _, e := range s.edges {
		if e.cause != causeStart && e.cause != causeNone {
			r.add(s.name, e.String(), "%s stands behind a Start: it belongs to a state, which In declares", names[e.cause])
		}
	}
}

func (d *draft) checkEdge(r *report, e *edge) {
	at := func(format string, args ...any) { r.add(e.place(), e.String(), format, args...) }
	switch {
	case e.cause == causeEvent && len(e.triggers) == 0:
		at("On names no trigger")
	case e.cause == causeNone:
		r.add(e.place(), "", "Else or ElseIf follows no transition")
		return
	case e.cause == causeIdle && (e.after < minAfter || e.after > maxAfter):
		at("the time is out of bounds: at least %v, at most %v", minAfter, maxAfter)
	case e.cause == causeTime && e.at == nil:
		at("the function of At is nil")
	case e.cause == causeWrong && (e.wrong < 1 || e.wrong > maxWrong):
		at("Wrong is out of bounds: at least 1, at most %d", maxWrong)
	case e.cause == causeAnswer && e.question == nil:
		at("the question is nil")
	case e.cause == causeAnswer && e.question.fault != "":
		at("%s", e.question.fault)
	}
	if e.cause != causeStart && (e.replaces || e.whenIdle) {
		at("Replace and WhenIdle belong to a Start")
	}
	if e.replaces && e.whenIdle {
		at("has Replace and WhenIdle: when no conversation is active, nothing is replaced")
	}
	if e.replaces && len(e.forks) > 0 && !slices.ContainsFunc(e.forks, func(f *fork) bool { return f.outcome == To }) {
		at("has Replace and leads to no state")
	}
	for _, t := range e.triggers {
		checkTrigger(r, e.place(), t, e.String())
		if t.form == formAlways && e.cause == causeStart {
			at("a start has no Always: it would take all that others start on")
		}
	}
	for i, g := range e.guards {
		checkGuard(at, g, e.when[i])
	}
	for _, g := range e.lateWhen {
		at("When %q stands after Do or If: put it before them, or use If", g)
	}
	for _, a := range e.do {
		if a == nil {
			at("a Do action is nil")
		}
	}
}

// maxWrong is the most that Wrong may count to.
const maxWrong = 100

func checkGuard(at func(string, ...any), label string, guard guard) {
	if strings.TrimSpace(label) == "" {
		at("a guard has no label")
	}
	if guard == nil {
		at("the guard %q is nil", label)
	}
}

const outcomes = "Stay, Again, To, Call, Return, ReturnOr, Back, Restart, End or GiveUp"

// checkBranches reports branches that are not If, then any ElseIf, then Else, each with one outcome, and
// outcomes that the transition cannot have.
func (d *draft) checkBranches(r *report, e *edge) {
	at := func(format string, args ...any) { r.add(e.place(), e.String(), format, args...) }
	if e.cause == causeNone {
		return // an Else that follows nothing
	}
	if len(e.branches) == 0 {
		at("is open: finish it with %s", outcomes)
	}
	for i := range e.branches {
		b := &e.branches[i]
		first := i == 0
		if sameGuard := func(f *fork) bool { return f.guard == b.guard && f.kind != branchElse }; b.guard != "" &&
			slices.ContainsFunc(e.forks[:i], sameGuard) {
			at("the guard %q stands at two branches", b.guard)
		}
		switch {
		case b.kind == branchIf && !first:
			at("If %q follows a branch: use ElseIf", b.guard)
		case (b.kind == branchElse || b.kind == branchElseIf) && (first || e.branches[i-1].kind == branchOnly):
			at("Else without If")
		case b.kind == branchElse && i < len(e.branches)-1:
			at("Else is not the last branch")
		case i == len(e.branches)-1 && (b.kind == branchIf || b.kind == branchElseIf):
			at("If without Else")
		}
		if b.kind == branchIf || b.kind == branchElseIf {
			checkGuard(at, b.guard, b.cond)
		}
		for _, a := range b.do {
			if a == nil {
				at("a Do action is nil")
			}
		}
		switch {
		case b.outcomes == 0:
			at("is open: finish it with %s", outcomes)
		case b.outcomes > 1:
			at("has %d outcomes", b.outcomes)
		case e.cause == causeStart && b.outcome != To && b.outcome != End:
			at("has the outcome %s: a start leads To a state, or Ends", b.outcome)
		case (e.cause == causeDone || e.cause == causeGivenUp) &&
			(b.outcome == Stay || b.outcome == Again || b.outcome == Back):
			at("has the outcome %s: the sub-flow is over, so lead on", b.outcome)
		}
		switch {
		case !b.outcome.named() || d.byName[b.to] != nil:
		case b.to == endState:
			at("leads to %q, which is reserved: use End", b.to)
		default:
			at("leads to %q, which is not a state of the flow", b.to)
		}
	}
}

func checkTrigger(r *report, s State, t Trigger, transition string) {
	switch {
	case t.fault != "":
		r.add(s, transition, "%s", t.fault)
	case t.form == formNone:
		r.add(s, transition, "has an empty Trigger")
	case t.form == formSignal && t.reach != 0:
		r.add(s, transition, "%s is no tap: FromAnywhere and Lasting are for buttons", t)
	default:
		if f := t.checkExamples(); f != "" {
			r.add(s, transition, "%s", f)
		}
	}
}

// checkReminders reports reminders without an action or with two, and those that have a key at one transition
// and none at another: neither could move the other.
func (d *draft) checkReminders(r *report) {
	type use struct {
		acts  bool // an action was given
		keyed bool // the first transition gave a key
	}
	seen := map[string]*use{}
	d.eachReminder(r, func(at func(string, ...any), m *reminder) {
		if f := nameFault(m.name); f != "" {
			at("the reminder's name %q %s", m.name, f)
		}
		if m.at == nil || m.keyed && m.key == nil {
			at("the reminder %q has a nil function", m.name)
		}
		u := seen[m.name]
		if u == nil {
			u = &use{keyed: m.keyed}
			seen[m.name] = u
		}
		if m.keyed != u.keyed {
			at("the reminder %q has a key at one transition and none at another", m.name)
		}
		if m.action != nil && u.acts {
			at("the reminder %q has its action twice: give it once, and pass nil elsewhere", m.name)
		}
		u.acts = u.acts || m.action != nil
	})
	d.eachReminder(r, func(at func(string, ...any), m *reminder) {
		if !seen[m.name].acts {
			at("the reminder %q has no action", m.name)
			seen[m.name].acts = true
		}
	})
}

// eachReminder calls f with each reminder of each transition, and with what reports a fault there.
func (d *draft) eachReminder(r *report, f func(at func(string, ...any), m *reminder)) {
	for _, block := range d.b.blocks() {
		for _, e := range block.edges {
			at := func(format string, args ...any) {
				for _, s := range block.states {
					r.add(s, e.String(), format, args...)
				}
			}
			all := slices.Clone(e.remind)
			for i := range e.branches {
				all = append(all, e.branches[i].remind...)
			}
			for i := range all {
				f(at, &all[i])
			}
		}
	}
}
