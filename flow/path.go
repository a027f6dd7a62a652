package flow

import (
	"strings"
	"time"
)

// Outcome is where a transition leads. The zero Outcome is none.
type Outcome uint8

// The outcomes of a transition.
const (
	Stay Outcome = iota + 1
	Reenter
	To
	End
)

// String returns the outcome in lower case.
func (o Outcome) String() string {
	names := [...]string{"open", "stay", "reenter", "to", "end"}
	if int(o) >= len(names) {
		return names[0]
	}
	return names[o]
}

type timing uint8

const (
	timingNone timing = iota
	timingAfter
	timingAt
)

// path is the part of a transition that does not depend on the type of the data: all that the
// checks and the diagram need.
type path struct {
	from      State
	triggers  []Trigger
	timing    timing
	after     time.Duration
	guards    []string
	reminders []string
	outcome   Outcome
	outcomes  int // how often an outcome was given
	to        State
	event     string // the engine's name of the transition, unique in the flow
	timer     string // the stored name of the timer
}

// edge is a transition with its code.
type edge[T any] struct {
	path
	when   []Guard[T]
	do     []Action[T]
	remind []reminder[T]
	at     func(*Turn[T]) time.Time
	target *node[T] // of To
}

type reminder[T any] struct {
	name   string
	at     func(*Turn[T]) time.Time
	action Action[T]
}

// trigger returns what the path answers to, in words.
func (p *path) trigger() string {
	switch p.timing {
	case timingAfter:
		return "after " + p.after.String()
	case timingAt:
		return "at"
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

// leaves reports whether the exit action of the state runs.
func (p *path) leaves() bool { return p.outcome != Stay }

// enters reports whether the enter action of the target runs.
func (p *path) enters() bool { return p.outcome == To || p.outcome == Reenter }

// candidate is one trigger of one transition, at its place in the order of trying.
type candidate[T any] struct {
	trigger Trigger
	rank    Rank
	edge    *edge[T]
}
