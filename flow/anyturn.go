package flow

import (
	"context"
	"time"
)

// The code of a flow depends on the type of its data, and the machinery does not: it calls the code through the
// types below, so that it is compiled once and not again for each type. One more type adds 16 kB to a program; when
// the machinery was generic, it added 400 kB and two seconds of building.

// anyTurn is a *Turn of any data.
type anyTurn interface {
	core() *turn
	data() any  // a pointer to Data
	value() any // Data
	clear()     // makes Data zero
}

func (t *Turn[T]) core() *turn { return &t.turn }
func (t *Turn[T]) data() any   { return &t.Data }
func (t *Turn[T]) value() any  { return t.Data }

func (t *Turn[T]) clear() {
	var zero T
	t.Data = zero
}

// action, guard and moment are an Action, a Guard and a function that returns a time, of turns with any data.
type (
	action func(context.Context, anyTurn) error
	guard  func(anyTurn) bool
	moment func(anyTurn) time.Time
)

// erased returns the action without the type of its data; nil for nil.
func erased[T any](a Action[T]) action {
	if a == nil {
		return nil
	}
	return func(ctx context.Context, t anyTurn) error { return a(ctx, t.(*Turn[T])) }
}

func erasedGuard[T any](g Guard[T]) guard {
	if g == nil {
		return nil
	}
	return func(t anyTurn) bool { return g(t.(*Turn[T])) }
}

func erasedTime[T any](f func(*Turn[T]) time.Time) moment {
	if f == nil {
		return nil
	}
	return func(t anyTurn) time.Time { return f(t.(*Turn[T])) }
}

func erasedKey[T any](f func(*Turn[T]) string) func(anyTurn) string {
	if f == nil {
		return nil
	}
	return func(t anyTurn) string { return f(t.(*Turn[T])) }
}
