package bot

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// maxAge is how old an event may be, by its own time. The signature of a webhook never expires, so
// somebody who keeps a webhook could send it again after years; and a store remembers events for 24 h.
const maxAge = 24 * time.Hour

// intake takes events: it decides which are let in, makes them durable, and has the runner begin their
// turns. An event passes these points in order; each of them may leave it out or refuse it:
//
//	gate     too many webhooks at once     -> ErrBusy, the platform delivers again
//	kind     a channel cannot make it      -> left out, Stats.Refused
//	chat     it belongs to no chat         -> left out
//	age      older than 24 h               -> left out, Stats.Stale. The store's clock decides
//	rates    too many of one user          -> left out, Stats.Limited
//	store    200 events of its session wait, or it is too large  -> left out, Stats.Refused
type intake struct {
	*env
	runner  *runner
	signals map[string]bool // the names of those that flows name
	gate    gate
	rates   rates
	refused rarely // the log of events that are left out
}

func (in *intake) init(e *env, r *runner) {
	in.env, in.runner, in.signals = e, r, r.planner.signals
	in.gate.webhooks = int64(e.o.MaxWebhooks)
	in.rates.limit(e.o.UserRate)
}

// receive takes events, as accept does. With Options.ProcessBeforeResponse it waits for their turns.
func (in *intake) receive(ctx context.Context, events []transport.Event) error {
	if !in.settling.on {
		return in.accept(ctx, events)
	}
	wait, cancel := context.WithTimeout(ctx, beforeResponse)
	defer cancel()
	err := in.accept(ctx, events)
	for i := range events {
		if key, ok := session.KeyOf(events[i].Source, in.o.Scope); ok {
			in.settling.wait(wait, key.ID())
		}
	}
	return err
}

// accept takes the events of a webhook, as the channel decoded them, and those of Bot.Receive that
// check found good. Events of one session are made durable one after the other, in the order of the
// webhook. Events of different sessions are made durable side by side.
func (in *intake) accept(ctx context.Context, events []transport.Event) error {
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

// bySession puts the events of each session together, in the order in which they came.
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
	if !in.accounts.serves(e.Source.Channel) {
		return errElsewhere
	}
	id := key.ID()
	if isMade(e.Kind) || strings.HasPrefix(e.ID, signalID) {
		in.accounts.of(id).refused.Add(1)
		in.leftOut(id, "event", e.ID, "why", "no channel makes such an event", "kind", e.Kind.String())
		return nil
	}
	if e.Kind == transport.KindUnsend && len(e.MessageID) <= session.MaxEventID && e.MessageID != "" {
		// This comes before the age is looked at: the event may be too old for a turn while the
		// store still has the message.
		if err := in.store.Unsend(ctx, id, e.MessageID); err != nil {
			return err
		}
	}
	now := time.Now()
	if err := in.askTime(ctx, id, e, now); err != nil {
		return err
	}
	if !in.admits(id, e, now) {
		return nil
	}
	status, err := in.runner.begin(ctx, in.request(id, e), e)
	switch {
	case errors.Is(err, session.ErrFull), errors.Is(err, session.ErrTooLarge):
		// An error would make the platform deliver the event again, with the same result. And the
		// platform would count it as an error of the bot, for all users.
		in.accounts.of(id).refused.Add(1)
		in.leftOut(id, "event", e.ID, "err", err)
		return nil
	case err != nil:
		return err
	}
	switch status {
	case session.Duplicate:
		in.accounts.of(id).duplicates.Add(1)
	case session.Stale:
		in.accounts.of(id).stale.Add(1)
		in.leftOut(id, "event", e.ID, "redelivered", e.Redelivered,
			"why", "it came again later than the store remembers, or happened before a Forget")
	default:
		in.accounts.of(id).events.Add(1)
	}
	return nil
}

// request makes the request for the turn of an event. If too many turns run already, it asks the store
// to make the event durable and no more (Hold): the sweep begins the turn later.
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

// askAgain is for how long the bot relies on a time that the store told, before it leaves out an event as
// too old.
const askAgain = 10 * time.Second

// askTime asks the store for its time, if the age of the event is in doubt. That is so if the store has not
// told its time since the bot was made, or if the event looks too old by a time that the store told a while
// ago. Otherwise the bot has the time from Begin.
func (in *intake) askTime(ctx context.Context, id string, e *transport.Event, now time.Time) error {
	tooOld := in.clock.at(now).Sub(e.Time) > maxAge
	if e.Time.IsZero() || in.clock.toldWithin(askAgain, now) || !tooOld && in.clock.toldWithin(math.MaxInt64, now) {
		return nil
	}
	kept, err := in.store.Inspect(ctx, id)
	if err == nil {
		in.clock.set(kept.Now)
	}
	return err
}

// admits reports whether an event is taken at all. It is called before the store is asked. The rate of
// a user does not bound two kinds of events: those that are delivered again, since they came before,
// and those that take a message back, since the message must go.
func (in *intake) admits(id string, e *transport.Event, now time.Time) bool {
	age := in.clock.at(now).Sub(e.Time)
	switch {
	case !e.Time.IsZero() && age > maxAge:
		in.accounts.of(id).stale.Add(1)
		in.leftOut(id, "event", e.ID, "why", "too old", "age", age)
		return false
	case e.Redelivered || e.Kind == transport.KindUnsend || in.rates.take(&e.Source, now):
		return true
	default:
		in.accounts.of(id).limited.Add(1)
		in.leftOut(id, "event", e.ID, "why", "too many of one user")
		return false
	}
}

// leftOut logs an event that was left out, but no more than one line in ten seconds: the line describes
// the last such event, and counts all of them.
func (in *intake) leftOut(id string, last ...any) {
	if n := in.refused.note(time.Now()); n > 0 {
		in.o.Logger.Warn("bot: events left out", about(id, append(last, "count", n)...)...)
	}
}
