package flow

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Outcome is where a transition leads. The zero Outcome is none.
type Outcome uint8

// The outcomes of a transition: see the methods of TransitionBuilder.
const (
	Stay Outcome = iota + 1
	Again
	To
	Call
	Return
	ReturnOr
	Back
	Restart
	End
	GiveUp
)

var outcomeNames = [...]string{"open", "stay", "again", "to", "call", "return", "return or", "back", "restart", "end",
	"give up"}

// String returns the outcome in lower case.
func (o Outcome) String() string {
	if int(o) >= len(outcomeNames) {
		return outcomeNames[0]
	}
	return outcomeNames[o]
}

// named reports whether the outcome names a state.
func (o Outcome) named() bool { return o == To || o == Call || o == ReturnOr || o == Restart }

// leaves reports whether the exit action of the state runs.
func (o Outcome) leaves() bool { return o > Again }

// enters reports whether the enter action of the target runs.
func (o Outcome) enters() bool { return o.leaves() && !o.ends() }

// ends reports whether the flow is over.
func (o Outcome) ends() bool { return o == End || o == GiveUp }

// cause is what begins a transition.
type cause uint8

const (
	causeNone    cause = iota
	causeStart         // Start
	causeEvent         // On
	causeAnswer        // Ask
	causeWrong         // Wrong
	causeIdle          // After
	causeTime          // At
	causeDone          // Run
	causeGivenUp       // GivenUp
)

// timed reports whether a timer begins the transition.
func (c cause) timed() bool { return c == causeIdle || c == causeTime }

// path is the part of a transition that does not depend on the type of the data: all that the
// checks and the diagram need.
type path struct {
	from      State   // startState for a start, AnyState for InAny and InAnyBut
	but       []State // of InAnyBut
	cause     cause
	triggers  []Trigger
	after     time.Duration
	wrong     int
	guards    []string
	replaces  bool     // of a start
	whenIdle  bool     // of a start
	lateWhen  []string // labels of guards that were declared after Do
	reminders []string // set before the branches, or without them
	forks     []*fork  // the branches, at least one once it is compiled
	event     string   // the engine's name of the transition, unique in the flow
	timer     string   // the stored name of the timer
	run       string   // the name of the flow that a state runs, for Run and GivenUp
	number    int      // its place in Flow.Transitions, counted from 1
}

type branchKind uint8

const (
	branchOnly branchKind = iota // the one of a transition without If
	branchIf
	branchElseIf
	branchElse
)

// fork is the part of a branch that does not depend on the type of the data.
type fork struct {
	kind      branchKind
	guard     string // the label
	outcome   Outcome
	outcomes  int // how often an outcome was given
	to        State
	event     string // the engine's name
	reminders []string
}

// allReminders returns the names of the reminders that the transition may set, each once.
func (p *path) allReminders() []string {
	all := slices.Clone(p.reminders)
	for _, f := range p.forks {
		all = append(all, f.reminders...)
	}
	var names []string
	for _, name := range all {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// edge is a transition with its code.
type edge struct {
	path
	when     []guard
	do       []action // what runs before the branches; empty without If
	remind   []reminder
	branches []branch
	question *question // of Ask
	at       moment
}

// branch is one way out of a transition.
type branch struct {
	fork
	cond   guard
	do     []action
	remind []reminder
	target *node // of the outcomes that name a state
}

// open returns the branch that has no outcome yet, or nil if none was begun.
func (e *edge) open() *branch {
	if len(e.branches) == 0 {
		return nil
	}
	return &e.branches[len(e.branches)-1]
}

// only returns the outcome of a transition without branches; zero for one with branches.
func (e *edge) only() Outcome {
	if len(e.branches) != 1 {
		return 0
	}
	return e.branches[0].outcome
}

// reminder is what a transition does to a reminder.
type reminder struct {
	name   string
	keyed  bool // of RemindKey
	key    func(anyTurn) string
	at     moment
	action action // nil if it stands at another transition
}

// trigger returns what the path answers to, in words.
func (p *path) trigger() string {
	switch p.cause {
	case causeIdle:
		return idlePrefix + p.after.String()
	case causeTime:
		return "at"
	case causeAnswer:
		return "answer"
	case causeWrong:
		return "wrong answer " + strconv.Itoa(p.wrong)
	case causeDone:
		return p.run + " done"
	case causeGivenUp:
		return strings.TrimSpace(p.run + " given up")
	case causeStart:
		if len(p.triggers) == 0 {
			return "run"
		}
	}
	names := make([]string, len(p.triggers))
	for i, t := range p.triggers {
		names[i] = t.String()
	}
	if len(names) == 0 {
		return "on nothing"
	}
	return strings.Join(names, ", ")
}

// String returns the trigger and the guards.
func (p *path) String() string {
	s := p.trigger()
	for _, g := range p.guards {
		s += " [" + g + "]"
	}
	return s
}

// idlePrefix begins the names of timers of idle time.
const idlePrefix = "after "

// place returns the state that the path leaves from, as problems and diagrams name it.
func (p *path) place() State {
	if len(p.but) == 0 {
		return p.from
	}
	names := make([]string, len(p.but))
	for i, s := range p.but {
		names[i] = string(s)
	}
	return AnyState + State(" but "+strings.Join(names, ", "))
}

// candidate is one trigger of one transition, at its place in the order of trying.
type candidate struct {
	trigger Trigger
	rank    Rank
	edge    *edge
	number  int // which trigger of the transition it is
}

// isZero reports whether v points to a zero value.
func isZero(v any) bool { return reflect.ValueOf(v).Elem().IsZero() }
