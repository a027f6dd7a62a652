package flow

import (
	"context"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Action is code that runs on a transition, or on entering or leaving a state. It may change
// the data of the turn, send messages, switch the menu, and do work outside. If it returns an error,
// nothing of the turn is kept; the turn may then be run again, so that work outside should use
// Turn.ID as its idempotency key. See Reject for an answer to wrong input. It must be safe for
// concurrent use by different turns.
type Action[T any] func(context.Context, *Turn[T]) error

// Guard is a pure predicate on a turn. It must not change the data. What it sends and
// the menu it switches to are ignored.
type Guard[T any] func(*Turn[T]) bool

// Turn is one event being handled. It is for one goroutine, and must not be kept after the
// action returned.
type Turn[T any] struct {
	// Data is the conversation's data. Actions change it freely; it is stored if the turn
	// succeeds.
	Data T

	in    *Input
	state State
	out   []transport.Message
	menu  *menuSwitch // nil if no action asked for one
}

// Event returns what is being handled. It is not to be changed.
func (t *Turn[T]) Event() *transport.Event { return t.in.Event }

// ID returns the id of the turn. It stays the same when the turn is run again, and so serves as
// the idempotency key of work done outside.
func (t *Turn[T]) ID() string { return t.in.Turn }

// Now returns the time of the turn. Use it rather than the clock of the machine.
func (t *Turn[T]) Now() time.Time { return t.in.Now }

// State returns the state that the conversation is in: in an enter action the state that is
// entered, else the one the turn began in. It is empty in the action of a reminder.
func (t *Turn[T]) State() State { return t.state }

// Send leaves messages to be sent, in order, once the turn is committed.
func (t *Turn[T]) Send(msgs ...transport.Message) { t.out = append(t.out, msgs...) }
