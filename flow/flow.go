package flow

import (
	"context"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Flow is a compiled flow over data of type T. It is immutable and safe for concurrent use.
type Flow[T any] struct {
	name      string
	menus     []boundMenu
	codec     codec[T]
	starts    []Trigger
	start     *edge[T]
	nodes     map[State]*node[T] // by name and by alias
	states    []State            // in order of declaration
	paths     []*path
	reminders map[string]Action[T]
	machines  *machines
	pool      sync.Pool // of *step[T]
}

// Name returns the name that is stored with the flow's conversations.
func (f *Flow[T]) Name() string { return f.name }

// Starts reports whether the event starts the flow: 0 if not, else how closely the best of its
// start triggers describes the event, 3 for an exact one, 2 for a kind or pattern, 1 for Any.
// A Match function that panics counts as not matching.
func (f *Flow[T]) Starts(e *transport.Event) int {
	best := 0
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
func (f *Flow[T]) Step(ctx context.Context, in *Input) (Result, error) {
	s := f.pool.Get().(*step[T])
	s.ctx, s.in = ctx, in
	res, err := s.run()
	// Not deferred: a step whose goroutine was ended by user code is not used again.
	s.release()
	return res, err
}

// States returns the states in order of declaration.
func (f *Flow[T]) States() []State { return slices.Clone(f.states) }

// Menus returns the menus that states are bound to, in order of declaration, then that of InAny
// with AnyState. States that show the one that everybody has are left out.
func (f *Flow[T]) Menus() iter.Seq2[State, string] {
	return func(yield func(State, string) bool) {
		for _, m := range f.menus {
			if !yield(m.state, m.name) {
				return
			}
		}
	}
}

// StartTriggers returns what StartOn was given, in that order.
func (f *Flow[T]) StartTriggers() []Trigger { return slices.Clone(f.starts) }

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
func (f *Flow[T]) Transitions() []Transition {
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
