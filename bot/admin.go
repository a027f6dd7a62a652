package bot

import (
	"context"
	"errors"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// errNoAdmin is what a store without session.Admin gives.
var errNoAdmin = errors.New("bot: the store has no administration")

func (b *Bot) admin() (session.Admin, error) {
	if a, ok := b.store.(session.Admin); ok {
		return a, nil
	}
	return nil, errNoAdmin
}

// Check reports whether the bot would take an event now, and why not, for a readiness probe. It
// returns ErrClosed after Shutdown, else what the store says.
func (b *Bot) Check(ctx context.Context) error {
	if b.stopping() {
		return ErrClosed
	}
	a, err := b.admin()
	if err != nil {
		return err
	}
	return a.Check(ctx)
}

// Forget deletes the conversation that events from the source belong to: what it gathered, its
// timers, and what waits to be handled or sent. Events that happened before are refused.
func (b *Bot) Forget(ctx context.Context, src transport.Source) error {
	key, ok := session.KeyOf(src, b.o.Scope)
	if !ok {
		return nil
	}
	a, err := b.admin()
	if err != nil {
		return err
	}
	b.acks.take(key.ID())
	return a.Forget(ctx, key.ID())
}

// Letters, Replay and Purge look after events that could not be handled: see session.Admin.
// Mount nothing of it without authentication of your own.
func (b *Bot) Letters(ctx context.Context, from string, limit int) ([]session.Letter, string, error) {
	a, err := b.admin()
	if err != nil {
		return nil, "", err
	}
	return a.Letters(ctx, from, limit)
}

// Replay gives an event that was set aside another turn.
func (b *Bot) Replay(ctx context.Context, letter string) error {
	a, err := b.admin()
	if err != nil {
		return err
	}
	return a.Replay(ctx, letter)
}

// Purge deletes an event that was set aside.
func (b *Bot) Purge(ctx context.Context, letter string) error {
	a, err := b.admin()
	if err != nil {
		return err
	}
	return a.Purge(ctx, letter)
}
