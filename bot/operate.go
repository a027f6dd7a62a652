package bot

import (
	"context"
	"fmt"
	"iter"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// Check returns nil if the bot would take an event now, and otherwise why not, in words for an operator.
// It returns ErrClosed after Shutdown, otherwise what the store's Check returns: an error that wraps
// session.ErrPartly if the bot would take the events of some sessions. See Ready for a handler.
func (b *Bot) Check(ctx context.Context) error {
	if b.crew.stopping() {
		return ErrClosed
	}
	return b.store.Check(ctx)
}

// Forget deletes the conversation that events from the source belong to: its data, timers and dead
// letters, and the events and outputs that wait. Events that happened up to now are refused for 25 h, and
// later ones begin a new conversation. If Source.Channel is empty and the bot has one account, it is the
// name of that.
//
// Forget returns true if there was something: a state, a timer, an event or an output. If it returns false,
// nothing is kept of the source, or the source is not the one that the events had: its id has a letter of
// another case, for example, or it names a group without the user whose conversation is meant. Dead letters
// are not looked for, and are deleted in both cases.
//
// It returns ErrNoChat, and session.ErrUnavailable.
func (b *Bot) Forget(ctx context.Context, src transport.Source) (found bool, err error) {
	_, id, err := b.chat(src)
	if err != nil {
		return false, err
	}
	kept, err := b.store.Inspect(ctx, id)
	if err != nil {
		return false, err
	}
	found = !kept.LeasedUntil.IsZero() || len(kept.State)+len(kept.Events)+len(kept.Outputs) > 0
	done := b.courier.acks.take(id)
	if err := b.store.Forget(ctx, id); err != nil {
		b.courier.acks.add(id, done) // the outputs may be there still, and must not be sent again
		return found, err
	}
	return found, nil
}

// chat returns the source with what its author may leave out, and the id of the session that events from it
// belong to.
func (e *env) chat(src transport.Source) (whole transport.Source, id string, err error) {
	if names := e.accounts.names; src.Channel == "" && len(names) == 1 {
		src.Channel = names[0]
	}
	if src.Chat == transport.ChatUser && src.UserID == "" {
		src.UserID = src.ChatID
	}
	if !e.accounts.serves(src.Channel) {
		return src, "", fmt.Errorf("%w: it is of the account %q, which the bot does not serve", ErrNoChat, src.Channel)
	}
	switch key, ok := session.KeyOf(src, e.o.Scope); {
	case ok:
		return src, key.ID(), nil
	case src.Chat == transport.ChatNone:
		return src, "", fmt.Errorf("%w: it has no kind of chat", ErrNoChat)
	default:
		return src, "", fmt.Errorf("%w: it has no id of a chat", ErrNoChat)
	}
}

// deadLetterPage is how many dead letters one call of the store returns.
const deadLetterPage = 100

// DeadLetters returns the events that could not be handled and the outputs that could not be delivered.
// A store may have several parts: the oldest comes first within each. An error is the last pair of the
// sequence. Replay and DeleteDeadLetter take the ID of a dead letter. If you make these three reachable
// over HTTP, put your own authentication before them: dead letters hold what users wrote.
func (b *Bot) DeadLetters(ctx context.Context) iter.Seq2[session.DeadLetter, error] {
	return func(yield func(session.DeadLetter, error) bool) {
		for from, first := "", true; first || from != ""; first = false {
			page, next, err := b.store.DeadLetters(ctx, b.accounts.names, from, deadLetterPage)
			if err != nil {
				yield(session.DeadLetter{}, err)
				return
			}
			for _, l := range page {
				if isBare(l.Session) {
					var ok bool
					if l.Session, ok = b.owner(l.Session, nil, &l.Event, outputs(&l)...); !ok {
						continue
					}
				}
				if !yield(l, nil) {
					return
				}
			}
			from = next
		}
	}
}

// outputs returns the output that is a dead letter, if it is one.
func outputs(l *session.DeadLetter) []session.Output {
	if l.Output.Seq == 0 {
		return nil
	}
	return []session.Output{l.Output}
}

// Replay gives a dead letter another try, and deletes it. An event or a timer has another turn.
//
// An output is sent once more. It comes behind what its chat has got meanwhile, and as a push: that costs
// quota, and in a group it needs Options.PushToGroups. If it cannot be delivered again, it is a dead letter
// again. What an output is replayed for within 23 h of its turn, such as a quota that was used up, cannot
// make a push come twice; after that, or if it may have arrived as a reply (Stats.Ambiguous), it can.
//
// It returns session.ErrNoDeadLetter if there is no dead letter of that ID, session.ErrFull if 200 events of
// the session wait, and session.ErrUnavailable.
func (b *Bot) Replay(ctx context.Context, letter string) error {
	return b.store.Replay(ctx, letter)
}

// DeleteDeadLetter deletes a dead letter. It returns session.ErrNoDeadLetter if there is none of that
// ID, and session.ErrUnavailable.
func (b *Bot) DeleteDeadLetter(ctx context.Context, letter string) error {
	return b.store.DeleteDeadLetter(ctx, letter)
}
