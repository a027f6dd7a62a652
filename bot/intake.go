package bot

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// maxAge is how old an event may be, by its own time: a signed webhook never expires, and no store
// remembers its events for longer.
const maxAge = 24 * time.Hour

// intake takes events: it decides which are let in, makes them durable, and has their turns run.
type intake struct {
	*env
	runner  *runner
	gate    gate
	rates   rates
	refused rarely // the log of events that are left out
}

func (in *intake) init(e *env, r *runner) {
	in.env, in.runner = e, r
	in.gate.webhooks = int64(e.o.MaxWebhooks)
	in.rates.limit(e.o.UserRate)
}

// receive is Bot.Receive.
func (in *intake) receive(ctx context.Context, events []transport.Event) error {
	if in.crew.stopping() {
		return ErrClosed
	}
	size := weigh(events)
	defer in.gate.leave(size)
	if !in.gate.enter(size) {
		in.stats.busy.Add(1)
		return ErrBusy
	}
	if len(events) == 1 {
		return in.one(ctx, &events[0])
	}
	var (
		mu   sync.Mutex
		errs []error
		wg   sync.WaitGroup
	)
	for _, group := range in.bySession(events) {
		wg.Go(func() {
			for _, e := range group {
				if err := in.one(ctx, e); err != nil {
					mu.Lock()
					errs = append(errs, err)
					mu.Unlock()
					return
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// bySession keeps the order of the events of one session.
func (in *intake) bySession(events []transport.Event) map[session.Key][]*transport.Event {
	groups := make(map[session.Key][]*transport.Event, len(events))
	for i := range events {
		if key, ok := session.KeyOf(events[i].Source, in.o.Scope); ok {
			groups[key] = append(groups[key], &events[i])
		}
	}
	return groups
}

// one makes one event durable. Its turn runs in the background.
func (in *intake) one(ctx context.Context, e *transport.Event) error {
	key, ok := session.KeyOf(e.Source, in.o.Scope)
	if !ok {
		in.o.Logger.Debug("bot: event of no chat left out", "type", e.Type, "event", e.ID)
		return nil
	}
	id := key.ID()
	if e.Kind == transport.KindUnsend && len(e.MessageID) <= session.MaxEventID {
		// However late: the event may be too old for a turn, and the message is kept still.
		if err := in.store.Unsend(ctx, id, e.MessageID); err != nil {
			return err
		}
	}
	if !in.admits(e) {
		return nil
	}
	status, err := in.runner.begin(ctx, in.request(id, e), e)
	switch {
	case errors.Is(err, session.ErrFull), errors.Is(err, session.ErrTooLarge):
		// Refusing would make the platform send it again, with the same result, and would
		// count as an error for all users.
		in.stats.refused.Add(1)
		in.leftOut("session", id, "event", e.ID, "err", err)
		return nil
	case err != nil:
		return err
	}
	switch status {
	case session.Duplicate:
		in.stats.duplicates.Add(1)
	case session.Stale:
		in.stats.stale.Add(1)
	default:
		in.stats.events.Add(1)
	}
	return nil
}

// request asks the store for the turn of an event. While most of the turns that may run at once do
// run, the event is made durable and nothing more: the sweep finds it.
func (in *intake) request(id string, e *transport.Event) *session.BeginRequest {
	r := &session.BeginRequest{
		ID: id, Redelivered: e.Redelivered, Hold: in.runner.full(),
		Event: session.Event{ID: e.ID, Time: e.Time, Body: e.Raw},
	}
	if len(e.MessageID) <= session.MaxEventID {
		r.Event.MessageID = e.MessageID
	}
	return r
}

// admits reports whether an event is taken at all, before the store is asked.
func (in *intake) admits(e *transport.Event) bool {
	now := time.Now()
	age := in.clock.now().Sub(e.Time)
	switch {
	case !e.Time.IsZero() && age > maxAge:
		in.stats.stale.Add(1)
		in.leftOut("event", e.ID, "why", "too old", "age", age)
		return false
	case e.Redelivered || e.Kind == transport.KindUnsend || in.rates.take(&e.Source, now):
		return true
	default:
		in.stats.limited.Add(1)
		in.leftOut("event", e.ID, "why", "too many of one user")
		return false
	}
}

// leftOut logs the last of the events that were left out lately.
func (in *intake) leftOut(last ...any) {
	if n := in.refused.note(time.Now()); n > 0 {
		in.o.Logger.Warn("bot: events left out", append(last, "count", n)...)
	}
}
