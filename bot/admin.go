package bot

import (
	"context"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// Check reports whether the bot would take an event now, and why not, for a readiness probe. It
// returns ErrClosed after Shutdown, else what the store says.
func (b *Bot) Check(ctx context.Context) error {
	if b.stopping() {
		return ErrClosed
	}
	return b.store.Check(ctx)
}

// Forget deletes the conversation that events from the source belong to: what it gathered, its
// timers, and what waits to be handled or sent. Events that happened before are refused.
func (b *Bot) Forget(ctx context.Context, src transport.Source) error {
	key, ok := session.KeyOf(src, b.o.Scope)
	if !ok {
		return nil
	}
	id := key.ID()
	b.acks.take(id)
	return b.store.Forget(ctx, id)
}

// Letters, Replay and Purge look after events that could not be handled: see session.Admin.
// Mount nothing of it without authentication of your own.
func (b *Bot) DeadLetters(ctx context.Context, from string, limit int) ([]session.DeadLetter, string, error) {
	return b.store.DeadLetters(ctx, from, limit)
}

// Replay gives an event that was set aside another turn.
func (b *Bot) Replay(ctx context.Context, letter string) error {
	return b.store.Replay(ctx, letter)
}

// Purge deletes an event that was set aside.
func (b *Bot) DeleteDeadLetter(ctx context.Context, letter string) error {
	return b.store.DeleteDeadLetter(ctx, letter)
}
