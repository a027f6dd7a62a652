package bot

import (
	"context"
	"iter"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// Check reports whether the bot would take an event now, and why not, for a readiness probe. It
// returns ErrClosed after Shutdown, else what the store says.
func (b *Bot) Check(ctx context.Context) error {
	if b.crew.stopping() {
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
	b.courier.acks.take(id)
	return b.store.Forget(ctx, id)
}

// deadLetterPage is how many dead letters one call of the store returns.
const deadLetterPage = 100

// DeadLetters returns the events that could not be handled and the outputs that could not be
// delivered, the oldest first within a part of the store. An error ends the sequence. Replay and
// DeleteDeadLetter take the ID of one. Mount nothing of the three without authentication of your own.
func (b *Bot) DeadLetters(ctx context.Context) iter.Seq2[session.DeadLetter, error] {
	return func(yield func(session.DeadLetter, error) bool) {
		for from, first := "", true; first || from != ""; first = false {
			page, next, err := b.store.DeadLetters(ctx, from, deadLetterPage)
			if err != nil {
				yield(session.DeadLetter{}, err)
				return
			}
			for _, l := range page {
				if !yield(l, nil) {
					return
				}
			}
			from = next
		}
	}
}

// Replay gives an event or a timer that was set aside another turn. It returns session.ErrNoDeadLetter if there
// is none of that ID, session.ErrOutput if it is an output, session.ErrFull and
// session.ErrUnavailable.
func (b *Bot) Replay(ctx context.Context, letter string) error {
	return b.store.Replay(ctx, letter)
}

// DeleteDeadLetter deletes an event or output that was set aside. It returns
// session.ErrNoDeadLetter and session.ErrUnavailable.
func (b *Bot) DeleteDeadLetter(ctx context.Context, letter string) error {
	return b.store.DeleteDeadLetter(ctx, letter)
}
