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
	name    string
	starts  []Trigger
	initial State
	states  []State // in order of declaration
	menus   []boundMenu
	shows   map[State]string // the menu that each state shows, its own or that of InAny
	paths   []*path

	// The functions that know the type of the data; see typed.
	step   func(context.Context, *Input) (Result, error)
	decode func(data []byte) (any, error)
}

// Name returns the name that is stored with the flow's conversations.
func (f *Flow) Name() string { return f.name }

// Rank returns how closely the start triggers of the flow describe the event: the highest rank of
// those that answer to it, or RankNone if the event does not start the flow. A Match function that
// panics counts as not matching.
func (f *Flow) Rank(e *transport.Event) Rank {
	best := RankNone
	for i := range f.starts {
		t := &f.starts[i]
		if r := t.rank(); r > best && t.matchesSafely(e) {
			best = r
		}
	}
	return best
}

func (t *Trigger) matchesSafely(e *transport.Event) (ok bool) {
	if t.form == formMatch {
		defer func() {
			if recover() != nil {
				ok = false
			}
		}()
	}
	return t.matches(e)
}

// Step handles one event of a conversation. It does no I/O of its own and keeps nothing.
//
// The error is a *TurnError: user code failed or panicked, or the stored session is not one of
// this flow (ErrUnknownState, ErrUnknownReminder) or not readable. Nothing of the step is to be
// kept then.
func (f *Flow) Step(ctx context.Context, in *Input) (Result, error) { return f.step(ctx, in) }

// DecodeData reads the stored data of a conversation and returns it as a value of the type that
// the flow was built over: Booking, not *Booking. Empty data gives the zero value.
//
// The error is a *TurnError with PhaseDecode, as that of Step is if the data cannot be read. Its
// text does not quote the data.
func (f *Flow) DecodeData(data []byte) (any, error) { return f.decode(data) }

// States returns the states in order of declaration.
func (f *Flow) States() []State { return slices.Clone(f.states) }

// Menus returns each state that is bound to a menu, with the name of the menu, in order of
// declaration. The menu of InAny comes last, with AnyState. A state that is bound to the empty name,
// which is the menu that everybody has, is left out.
func (f *Flow) Menus() iter.Seq2[State, string] {
	return func(yield func(State, string) bool) {
		for _, m := range f.menus {
			if !yield(m.state, m.name) {
				return
			}
		}
	}
}

// StartTriggers returns what StartOn was given, in that order.
func (f *Flow) StartTriggers() []Trigger { return slices.Clone(f.starts) }

// Transition describes one transition of a flow.
type Transition struct {
	From      State         // AnyState for one of InAny
	Trigger   string        // in words, such as `text "book"` or "after 15m0s"
	Guards    []string      // labels
	Outcome   Outcome       // never zero
	To        State         // of To
	After     time.Duration // of After
	Reminders []string      // names
}

// Transitions returns the transitions of each state in order of declaration, then those of
// InAny.
func (f *Flow) Transitions() []Transition {
	ts := make([]Transition, len(f.paths))
	for i, p := range f.paths {
		ts[i] = Transition{
			From:      p.from,
			Trigger:   p.trigger(),
			Guards:    slices.Clone(p.guards),
			Outcome:   p.outcome,
			To:        p.to,
			After:     p.after,
			Reminders: slices.Clone(p.reminders),
		}
	}
	return ts
}
