package bot

import (
	"errors"
	"slices"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// Why a turn is not run, besides what the user's code and the store return.
var (
	errNewer    = errors.New("bot: session of a newer build")
	errAttempts = errors.New("bot: attempts used up")
)

// fullWait is how long a session rests whose outputs cannot be sent and are too many already.
const fullWait = 15 * time.Second

// notCommitted sees to a turn that the store refused.
func (t *turns) notCommitted(err error) (session.Event, bool) {
	log := t.b.o.Logger
	switch {
	case errors.Is(err, session.ErrFenced):
		t.b.stats.fenced.Add(1)
		log.Info("bot: turn overtaken by another process", "session", t.id, "turn", t.plan.turn)
	case errors.Is(err, session.ErrTooLarge):
		return t.giveUp("state or outputs too large")
	case errors.Is(err, session.ErrFull):
		log.Warn("bot: too many outputs wait", "session", t.id)
		t.release(fullWait, false)
	default:
		log.Error("bot: turn not committed", "session", t.id, "turn", t.plan.turn, "err", err)
	}
	return session.Event{}, false
}

// failed sees to a turn that its actions, or what was stored, made fail: it is tried again, or
// its event is set aside.
func (t *turns) failed(err error) (session.Event, bool) {
	log := t.b.o.Logger
	if errors.Is(err, errNewer) {
		t.b.stats.deferred.Add(1)
		log.Warn("bot: session left to a newer build", "session", t.id, "version", t.rec.Version)
		t.release(time.Second, false)
		return session.Event{}, false
	}
	t.b.stats.failed.Add(1)
	attrs := []any{
		"session", t.id, "event", t.event.ID, "attempt", t.attempt,
		"flow", t.rec.Flow, "state", t.rec.State, "err", t.redacted(err),
	}
	var pe *flow.PanicError
	if errors.As(err, &pe) {
		attrs = append(attrs, "panic", pe, "stack", frames(pe.Stack))
	}
	log.Error("bot: turn failed", attrs...)
	var p interface{ Permanent() bool }
	if t.attempt >= t.b.o.MaxAttempts || errors.As(err, &p) && p.Permanent() {
		return t.giveUp(t.reason(err))
	}
	t.release(backoff(t.attempt), true)
	return session.Event{}, false
}

// reason describes a failure in a dead letter without what the user wrote.
func (t *turns) reason(err error) string {
	var (
		te   *flow.TurnError
		pe   *flow.PanicError
		oe   *outputError
		what = "failed"
	)
	if errors.As(err, &pe) {
		what = "panicked"
	}
	switch {
	case errors.As(err, &te):
		return "action " + what + " in " + te.Flow + "/" + string(te.State) + ": " + string(te.Phase)
	case errors.Is(err, errStuck):
		return "action did not return in " + t.rec.Flow + "/" + t.rec.State
	case errors.Is(err, errExited):
		return "action ended its goroutine in " + t.rec.Flow + "/" + t.rec.State
	case errors.Is(err, errAttempts):
		return "attempts used up: the process died of it, or froze"
	case errors.Is(err, errManyMessages):
		return "too many messages"
	case errors.As(err, &oe):
		return "output " + what + " in " + oe.flow + "/" + oe.at
	case errors.Is(err, errManyTimers):
		return "too many timers"
	default:
		return "turn " + what
	}
}

// giveUp sets the event aside as a dead letter, leaves the session as it was and tells the user;
// or it clears the timer that cannot be handled.
func (t *turns) giveUp(why string) (session.Event, bool) {
	log := t.b.o.Logger
	var outs []output
	if i := t.timer; i >= 0 {
		t.rec.Timers = slices.Delete(slices.Clone(t.rec.Timers), i, i+1)
		t.commit = session.CommitRequest{State: t.rec.Append(nil)}
	} else {
		outs = t.apology()
		t.commit = session.CommitRequest{EventID: t.event.ID, State: t.state, Dead: why, Outputs: pack(outs)}
	}
	t.commit.Due = t.rec.Due()
	done, err := t.write()
	if errors.Is(err, session.ErrFull) { // too many outputs wait already: it goes without a word
		t.commit.Outputs, outs = nil, nil
		done, err = t.write()
	}
	if err != nil {
		log.Error("bot: event not set aside", "session", t.id, "event", t.event.ID, "why", why, "err", err)
		return session.Event{}, false
	}
	t.b.stats.dead.Add(1)
	log.Error("bot: event set aside", "session", t.id, "event", t.event.ID, "why", why)
	t.deliver(&done, outs)
	return done.Next, true
}

// apology is what the user of a failed event is told.
func (t *turns) apology() []output {
	if t.b.o.Failed == nil || t.decode() != nil {
		return nil
	}
	e := t.decoded
	if e.Standby || !e.Kind.IsMessage() && e.Kind != transport.KindPostback {
		return nil
	}
	outs, err := t.b.render(t.id, t.event.ID+":failed", "", e, t.event.Accepted, []transport.Message{t.b.o.Failed}, menuSwitch{})
	if err != nil {
		t.b.o.Logger.Error("bot: Options.Failed not sent", "session", t.id, "err", t.redacted(err))
		return nil
	}
	return outs
}

// backoff is how long an event waits after its nth attempt.
func backoff(attempt int) time.Duration {
	waits := [...]time.Duration{200 * time.Millisecond, time.Second, 5 * time.Second, 15 * time.Second}
	return waits[min(max(attempt, 1), len(waits))-1]
}
