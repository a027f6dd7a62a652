package bot

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// turns runs the turns of one session for as long as its lease is held and events wait.
type turns struct {
	b     *Bot
	id    string
	token session.Token
	rev   uint32
	state []byte         // what the last commit wrote
	rec   session.Record // the same, unpacked
	timer int            // the timer of rec that this turn is for, or -1
}

// maxTurnsInRow is how many turns one session may have before it goes to the end of the line.
const maxTurnsInRow = 50

// run handles the event that Begin gave, with e if it is decoded already, then those that
// Commit hands over. An empty id stands for a timer.
func (t *turns) run(ev session.Event, e *transport.Event, attempt int) {
	for n := 1; ; n++ {
		next, ok := t.one(ev, e, attempt, n >= maxTurnsInRow)
		if !ok || next.ID == "" {
			return
		}
		crash("before-next")
		// After a timer the event that waited may be the one that is decoded.
		if next.ID != ev.ID {
			e = nil
		}
		ev, attempt = next, 1
	}
}

// one runs one turn. It returns the next event, and false if the lease is gone.
func (t *turns) one(ev session.Event, e *transport.Event, attempt int, last bool) (session.Event, bool) {
	defer t.keepLease()()
	if attempt > 1 {
		// It may have killed its process. Those that run beside it when it does so again become
		// suspects too, so suspects run one at a time.
		t.b.solo.Lock()
		defer t.b.solo.Unlock()
	}
	crash("before-turn")
	plan, err := t.plan(ev, e, attempt)
	crash("after-turn")
	if err != nil {
		return t.failed(ev, e, attempt, err, last)
	}
	return t.commit(plan, ev, last)
}

// plan is what a turn came to: the record to write and the outputs to send.
type plan struct {
	turn    string // id of the turn
	eventID string // the event that the turn used up; empty for a timer
	rec     session.Record
	outs    []output
}

// plan decides what the turn is for, a timer that was due before the event or the event, and
// runs it.
func (t *turns) plan(ev session.Event, e *transport.Event, attempt int) (*plan, error) {
	t.timer = -1
	if err := t.rec.Unmarshal(t.state); err != nil {
		return nil, err
	}
	if t.rec.Version > t.b.o.Version {
		return nil, errNewer
	}
	limit := ev.Accepted
	if ev.ID == "" {
		limit = t.b.now()
	}
	t.timer = dueTimer(t.rec.Timers, limit)
	if attempt > t.b.o.MaxAttempts {
		return nil, errAttempts // whoever tried before did not live to say why
	}
	ctx, cancel := context.WithTimeout(context.Background(), t.b.o.TurnTimeout)
	defer cancel()
	if t.timer >= 0 {
		return t.planTimer(ctx, t.timer)
	}
	if ev.ID == "" {
		return &plan{rec: t.rec}, nil // the timer was cleared meanwhile
	}
	if e == nil {
		decoded, err := t.b.channel.Decode(ev.Body)
		if err != nil {
			return nil, err
		}
		e = &decoded
	}
	return t.planEvent(ctx, ev, e)
}

// dueTimer returns the index of the first timer due at or before limit, or -1.
func dueTimer(timers []session.Timer, limit time.Time) int {
	first := -1
	for i := range timers {
		if timers[i].Due.After(limit) || first >= 0 && !timers[i].Due.Before(timers[first].Due) {
			continue
		}
		first = i
	}
	return first
}

// commit writes what the turn came to and delivers its outputs.
func (t *turns) commit(p *plan, ev session.Event, last bool) (session.Event, bool) {
	p.rec.Version = t.b.o.Version
	r := session.CommitRequest{
		ID: t.id, Token: t.token, Rev: t.rev, EventID: p.eventID,
		State: p.rec.Append(make([]byte, 0, len(p.rec.Data)+128)), Due: p.rec.Due(), Keep: t.b.o.Keep,
		Done: t.b.acks.take(t.id), Lease: t.b.o.lease, Lane: t.b.o.lane,
		Release: last || t.b.stopping(),
	}
	r.Outputs = pack(p.outs)
	crash("before-commit")
	done, err := t.write(&r)
	crash("after-commit")
	if err != nil {
		t.b.acks.add(t.id, r.Done)
		return t.notCommitted(p, ev, err, last)
	}
	t.b.stats.turns.Add(1)
	if t.timer >= 0 {
		t.b.stats.timers.Add(1)
	}
	t.rev, t.state = done.Rev, r.State
	if done.Lane && len(p.outs) > 0 {
		t.b.deliver(t.id, session.MakeSeq(done.Rev, 1), p.outs, false)
	}
	return done.Next, true
}

// write calls Commit until the store answers, for as long as the lease lasts.
func (t *turns) write(r *session.CommitRequest) (session.Committed, error) {
	start := time.Now()
	for wait := 20 * time.Millisecond; ; wait *= 2 {
		done, err := t.b.store.Commit(context.Background(), r)
		if err == nil {
			t.b.setClock(done.Now)
		}
		if !errors.Is(err, session.ErrUnavailable) || time.Since(start)+wait > t.b.o.lease {
			return done, err
		}
		time.Sleep(wait)
	}
}

// notCommitted sees to a turn that the store refused.
func (t *turns) notCommitted(p *plan, ev session.Event, err error, last bool) (session.Event, bool) {
	switch {
	case errors.Is(err, session.ErrFenced):
		t.b.stats.fenced.Add(1)
		t.b.o.Logger.Info("bot: turn overtaken by another process", "session", t.id, "turn", p.turn)
	case errors.Is(err, session.ErrTooLarge):
		return t.giveUp(ev, nil, "state or outputs too large", last)
	case errors.Is(err, session.ErrFull):
		t.b.o.Logger.Warn("bot: too many outputs wait", "session", t.id)
		t.b.release(t, backoff(1), false)
	default:
		t.b.o.Logger.Error("bot: turn not committed", "session", t.id, "turn", p.turn, "err", err)
	}
	return session.Event{}, false
}

// failed sees to a turn that its actions, or what was stored, made fail: it is tried again, or
// its event is set aside.
func (t *turns) failed(ev session.Event, e *transport.Event, attempt int, err error, last bool) (session.Event, bool) {
	if errors.Is(err, errNewer) {
		t.b.stats.deferred.Add(1)
		t.b.o.Logger.Warn("bot: session left to a newer build", "session", t.id, "version", t.rec.Version)
		t.b.release(t, time.Second, false)
		return session.Event{}, false
	}
	t.b.stats.failed.Add(1)
	t.b.o.Logger.Error("bot: turn failed", "session", t.id, "event", ev.ID, "attempt", attempt, "err", err)
	var p interface{ Permanent() bool }
	if attempt >= t.b.o.MaxAttempts || errors.As(err, &p) && p.Permanent() {
		return t.giveUp(ev, e, reason(err), last)
	}
	t.b.release(t, backoff(attempt), true)
	return session.Event{}, false
}

// errNewer is why a turn is put off: the session was written by a newer build.
var errNewer = errors.New("bot: session of a newer build")

var errAttempts = errors.New("bot: attempts used up")

// reason describes a failure in a dead letter without what the user wrote.
func reason(err error) string {
	var te *flow.TurnError
	if errors.As(err, &te) {
		return "action failed in " + te.Flow + "/" + string(te.State) + ": " + string(te.Phase)
	}
	if errors.Is(err, errAttempts) {
		return "attempts used up"
	}
	return "turn failed"
}

// giveUp sets an event aside as a dead letter, leaves the session as it was and tells the user;
// or it clears the timer that cannot be handled.
func (t *turns) giveUp(ev session.Event, e *transport.Event, why string, last bool) (session.Event, bool) {
	t.b.stats.dead.Add(1)
	t.b.o.Logger.Error("bot: event set aside", "session", t.id, "event", ev.ID, "why", why)
	r := session.CommitRequest{
		ID: t.id, Token: t.token, Rev: t.rev, EventID: ev.ID, State: t.state, Keep: t.b.o.Keep,
		Lease: t.b.o.lease, Lane: t.b.o.lane, Release: last || t.b.stopping(), Dead: why,
	}
	var outs []output
	if i := t.timer; i >= 0 {
		t.rec.Timers = slices.Delete(slices.Clone(t.rec.Timers), i, i+1)
		r.EventID, r.Dead, r.State = "", "", t.rec.Append(nil)
	} else {
		outs = t.apology(ev, e)
		r.Outputs = pack(outs)
	}
	r.Due = t.rec.Due()
	done, err := t.write(&r)
	if err != nil {
		t.b.o.Logger.Error("bot: event not set aside", "session", t.id, "err", err)
		return session.Event{}, false
	}
	t.rev, t.state = done.Rev, r.State
	if done.Lane && len(outs) > 0 {
		t.b.deliver(t.id, session.MakeSeq(done.Rev, 1), outs, false)
	}
	return done.Next, true
}

// apology is what the user of a failed event is told.
func (t *turns) apology(ev session.Event, e *transport.Event) []output {
	if e == nil {
		decoded, err := t.b.channel.Decode(ev.Body)
		if err != nil {
			return nil
		}
		e = &decoded
	}
	if t.b.o.Failed == nil || e.Standby || !(e.Kind.IsMessage() || e.Kind == transport.KindPostback) {
		return nil
	}
	outs, err := t.b.render(t.id, ev.ID+":failed", "", e, ev.Accepted, []transport.Message{t.b.o.Failed})
	if err != nil {
		return nil
	}
	return outs
}

// backoff is how long an event waits after its nth attempt.
func backoff(attempt int) time.Duration {
	waits := [...]time.Duration{200 * time.Millisecond, time.Second, 5 * time.Second, 15 * time.Second}
	return waits[min(max(attempt, 1), len(waits))-1]
}
