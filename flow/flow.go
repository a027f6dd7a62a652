package flow

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Flow is a compiled flow, which Builder.Build returns. It is immutable and safe for concurrent
// use. The type of its data is not part of its type, so that flows over different data fit in one
// slice.
type Flow struct {
	name      string
	formerly  []string
	starts    []start // in the order of trying
	states    []State // in order of declaration
	menus     []boundMenu
	shows     map[State]string // the menu that each state shows, its own or that of InAny
	exclusive map[State]bool   // also by old name
	paths     []*path          // the starts, then those of each state, then those of InAny

	subs  []*Flow
	depth int // how many flows run in each other here, without this one

	program *program
}

// start is one trigger of Start.
type start struct {
	trigger *Trigger
	rank    Rank
}

// Name returns the name that is stored with the flow's conversations.
func (f *Flow) Name() string { return f.name }

// Rank returns how closely the start triggers of the flow describe the event: the highest rank of
// those that answer to it, or RankNone if the event does not start the flow. A Match function that
// panics counts as not matching. Guards are not asked: Step may find that none lets the flow start.
func (f *Flow) Rank(e *transport.Event) Rank {
	r := reading{Event: e}
	for _, s := range f.starts {
		if s.trigger.matchesSafely(&r) {
			return s.rank
		}
	}
	return RankNone
}

// Step handles one event of a conversation. It does no I/O of its own and keeps nothing.
//
// The error is a *TurnError: user code failed or panicked, or the stored session is not one of
// this flow (ErrUnknownState, ErrUnknownReminder) or not readable. Nothing of the step is to be
// kept then.
func (f *Flow) Step(ctx context.Context, in *Input) (Result, error) { return f.program.step(ctx, in) }

// DecodeData reads the stored data of a conversation and returns it as a value of the type that
// the flow was built over: Booking, not *Booking. Empty data gives the zero value.
//
// The error is a *TurnError with PhaseDecode, as that of Step is if the data cannot be read. Its
// text does not quote the data.
func (f *Flow) DecodeData(data []byte) (any, error) { return f.program.decodeData(data) }

// Exclusive reports whether a conversation in that state, or in that of a sub-flow which the state runs, listens
// to nothing but its own: see StateBuilder.Exclusive. trail is what Result.Trail was.
func (f *Flow) Exclusive(s State, trail []byte) bool {
	return f.exclusive[s] || len(f.subs) > 0 && f.exclusiveInside(trail)
}

// States returns the states in order of declaration.
func (f *Flow) States() []State { return slices.Clone(f.states) }

// Menus returns each state that is bound to a menu, with the name of the menu, in order of
// declaration. The menus of InAny and InAnyBut come last, with AnyState. A state that is bound to the empty
// name, which is the menu that everybody has, is left out.
func (f *Flow) Menus() iter.Seq2[State, string] {
	return func(yield func(State, string) bool) {
		for _, m := range f.menus {
			if !yield(m.state, m.name) {
				return
			}
		}
	}
}

// Transition describes one transition of a flow.
type Transition struct {
	// From is the state; AnyState for a transition of InAny or InAnyBut, and empty for one of Start.
	From State
	// But are the states of InAnyBut.
	But []State
	// Trigger says in words what the transition answers to, such as `text "book"`, "answer", "wrong answer 3"
	// or "after 15m0s". Triggers are those of On and Start.
	Trigger  string
	Triggers []Trigger
	// Guards are the labels of When.
	Guards []string
	// Branches are the ways out: one without a guard, or those of If, ElseIf and Else.
	Branches []Branch
	// After is the time of After, and Wrong the number of Wrong.
	After time.Duration
	Wrong int
	// Ask says that the transition is that of Ask.
	Ask bool
	// Run is the name of the flow at whose end the transition of Run is taken, or that of GivenUp if GivenUp is
	// true.
	Run     string
	GivenUp bool
	// Reminders are the names of Remind and RemindKey, each once.
	Reminders []string
}

// Branch is one way out of a transition.
type Branch struct {
	// Guard is the label of If or ElseIf; empty for Else, and for a transition without branches.
	Guard   string
	Outcome Outcome
	// To is the state that Outcome names.
	To State
}

// Transitions returns the starts, then the transitions of each state in order of declaration, then those
// of InAny and InAnyBut.
func (f *Flow) Transitions() []Transition {
	ts := make([]Transition, len(f.paths))
	for i, p := range f.paths {
		ts[i] = Transition{
			From:      p.from,
			But:       slices.Clone(p.but),
			Trigger:   p.trigger(),
			Triggers:  slices.Clone(p.triggers),
			Guards:    slices.Clone(p.guards),
			After:     p.after,
			Wrong:     p.wrong,
			Ask:       p.cause == causeAnswer,
			Run:       p.run,
			GivenUp:   p.cause == causeGivenUp,
			Reminders: p.allReminders(),
		}
		if p.cause == causeStart {
			ts[i].From = ""
		}
		for _, f := range p.forks {
			ts[i].Branches = append(ts[i].Branches, Branch{f.guard, f.outcome, f.to})
		}
	}
	return ts
}
