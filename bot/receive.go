package bot

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// Receive takes events as a webhook brings them. When it returns nil, each of them is durable
// (as far as the store is) and will have its turn, once, whatever happens to this process.
// Otherwise some are not, and the whole set should be delivered again.
//
// Events of one session run in the order of their time. Events that belong to no chat, that are
// too old, or of which one user sends too many are left out; Stats counts them. The bytes in Raw
// must be what the channel's Decode takes, and must not change.
//
// What happens outside of the chat may be told as an event too, such as that a payment came in: see
// the example. It takes the id of the user, and an event id of its own for each thing that happens.
func (b *Bot) Receive(ctx context.Context, events []transport.Event) error {
	if b.stopping() {
		return ErrClosed
	}
	size := weigh(events)
	defer b.gate.leave(size)
	if !b.gate.enter(size) {
		b.stats.busy.Add(1)
		return ErrBusy
	}
	if len(events) == 1 {
		return b.receive(ctx, &events[0])
	}
	var (
		mu   sync.Mutex
		errs []error
		wg   sync.WaitGroup
	)
	for _, group := range b.bySession(events) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for _, e := range group {
				if err := b.receive(ctx, e); err != nil {
					mu.Lock()
					errs = append(errs, err)
					mu.Unlock()
					return
				}
			}
		}()
	}
	wg.Wait()
	return errors.Join(errs...)
}

// bySession keeps the order of the events of one session.
func (b *Bot) bySession(events []transport.Event) map[session.Key][]*transport.Event {
	groups := make(map[session.Key][]*transport.Event, len(events))
	for i := range events {
		if key, ok := session.KeyOf(events[i].Source, b.o.Scope); ok {
			groups[key] = append(groups[key], &events[i])
		}
	}
	return groups
}

// receive begins the turn of one event, which then runs in the background.
func (b *Bot) receive(ctx context.Context, e *transport.Event) error {
	key, ok := session.KeyOf(e.Source, b.o.Scope)
	if !ok {
		b.o.Logger.Debug("bot: event of no chat left out", "type", e.Type, "event", e.ID)
		return nil
	}
	id := key.ID()
	if e.Kind == transport.KindUnsend && len(e.MessageID) <= session.MaxEventID {
		// However late: the event may be too old for a turn, and the message is kept still.
		if err := b.store.Unsend(ctx, id, e.MessageID); err != nil {
			return err
		}
	}
	if !b.admits(e) {
		return nil
	}
	r := b.request(id, e)
	crash("before-begin")
	begun, err := b.begin(ctx, &r)
	crash("after-begin")
	switch {
	case errors.Is(err, session.ErrFull), errors.Is(err, session.ErrTooLarge):
		// Refusing would make the platform send it again, with the same result, and would
		// count as an error for all users.
		b.stats.refused.Add(1)
		b.leftOut("session", id, "event", e.ID, "err", err)
		return nil
	case err != nil:
		return err
	}
	b.accepted(&r, &begun, e)
	return nil
}

// accepted counts an event, and runs its turn or that of an older one if it is this process's.
func (b *Bot) accepted(r *session.BeginRequest, begun *session.BeginResult, e *transport.Event) {
	switch begun.Status {
	case session.Duplicate:
		b.stats.duplicates.Add(1)
	case session.Stale:
		b.stats.stale.Add(1)
	case session.Run:
		b.stats.events.Add(1)
		b.startTurns(r.ID, r.Token, begun, e)
	default:
		b.stats.events.Add(1)
	}
}

// request asks for the turn of an event.
func (b *Bot) request(id string, e *transport.Event) session.BeginRequest {
	r := session.BeginRequest{
		ID: id, Token: newToken(), Redelivered: e.Redelivered,
		Event: session.Event{ID: e.ID, Time: e.Time, Body: e.Raw},
		Hold:  b.running.Load() >= int64(b.o.MaxTurns-b.o.MaxTurns/sweepShare),
		Lease: b.o.lease, DeliveryLease: b.o.lane,
	}
	if len(e.MessageID) <= session.MaxEventID {
		r.Event.MessageID = e.MessageID
	}
	return r
}

// maxAge is how old an event may be, by its own time: a signed webhook never expires, and no store
// remembers its events for longer.
const maxAge = 24 * time.Hour

// admits says whether an event is to be taken at all, before the store is asked.
func (b *Bot) admits(e *transport.Event) bool {
	now := time.Now()
	age := now.Add(time.Duration(b.skew.Load())).Sub(e.Time)
	switch {
	case !e.Time.IsZero() && age > maxAge:
		b.stats.stale.Add(1)
		b.leftOut("event", e.ID, "why", "too old", "age", age)
		return false
	case e.Redelivered || e.Kind == transport.KindUnsend || b.rates.take(&e.Source, now):
		return true
	default:
		b.stats.limited.Add(1)
		b.leftOut("event", e.ID, "why", "too many of one user")
		return false
	}
}

// leftOut logs the last of the events that were left out lately.
func (b *Bot) leftOut(last ...any) {
	if n := b.noisy.note(time.Now()); n > 0 {
		b.o.Logger.Warn("bot: events left out", append(last, "count", n)...)
	}
}

// begin calls the store with the acknowledgement that waits for this session, and sees to the
// outputs that come back.
func (b *Bot) begin(ctx context.Context, r *session.BeginRequest) (session.BeginResult, error) {
	r.Done = b.acks.take(r.ID)
	begun, err := b.store.Begin(ctx, r)
	if err != nil {
		b.acks.add(r.ID, r.Done)
		return begun, err
	}
	b.setClock(begun.Now)
	if len(begun.Outputs) > 0 {
		b.handedOut(r.ID, begun.Outputs, begun.Retried)
	}
	return begun, nil
}

// handedOut delivers outputs that Begin handed out, in the background.
func (b *Bot) handedOut(id string, outs []session.Output, retried bool) {
	b.sending.Add(1)
	b.startOrRun(func() {
		defer b.sending.Add(-1)
		b.deliverStored(id, outs, retried)
	})
}

func newToken() session.LeaseToken {
	var t session.LeaseToken
	for t == (session.LeaseToken{}) {
		binary.LittleEndian.PutUint64(t[:], rand.Uint64())
	}
	return t
}
