package bot

import (
	"context"
	"errors"
	"runtime/debug"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// Why a turn fails, besides the errors of actions and of the store.
var (
	// errNewer: the session was written by a build with a higher Options.Version.
	errNewer = errors.New("bot: session of a newer build")
	// errAttempts: all attempts ended without a word, as when the event kills the process.
	errAttempts = errors.New("bot: attempts used up")
	// errTooLarge: the store does not take the result, and would not take it the next time.
	errTooLarge = flow.Permanent(errors.New("bot: state or outputs too large"))
)

const (
	// fullWait is how long a session waits whose outbox is full: 100 outputs could not be sent, and a
	// turn that leaves more cannot be committed.
	fullWait = 15 * time.Second
	// newerWait is how long a session waits that only a newer build can read. A process of that build
	// may take it then; a process of this build would find errNewer again.
	newerWait = time.Second
	// newerPatience is how long this process believes that a newer build runs somewhere. A rolling
	// deployment is over by then, or was taken back.
	newerPatience = 30 * time.Second
)

// rescue turns a panic into an error. It is deferred where actions and messages of users' code run.
func rescue(err *error) {
	if v := recover(); v != nil {
		*err = &flow.PanicError{Value: v, Stack: debug.Stack()}
	}
}

// failed ends a turn that has no result, because an action failed or because the stored session could
// not be read. With the default of five attempts, an action that always fails comes here five times:
//
//	attempts 1 to 4     the event is tried again after 0.2 s, 1 s, 5 s, 15 s
//	attempt 5           the event is set aside as a dead letter
//	a permanent error   the event is set aside at once
//	errNewer            the event is left to a newer build, and the attempt does not count
//	errElsewhere        the event is left to the bot of its account, and the attempt does not count
//	untaken             the event is a signal that nothing takes: it is set aside at once
//	unreadError         the session is left to a newer build for 30 s, or the conversation is set aside: see
//	                    stranger.go
//
// If the turn was for a timer, timerFailed goes on instead.
func (h *holder) failed(err error) (session.Event, bool) {
	j, log := &h.job, h.o.Logger
	switch {
	case errors.Is(err, errElsewhere):
		return h.leaveAlone()
	case errors.Is(err, errNewer):
		return h.leaveToNewer()
	}
	var un *unreadError
	if errors.As(err, &un) && (un.c == nil || j.rec.find(un.c) >= 0) {
		return h.notRead(un)
	}
	var u *untaken
	if errors.As(err, &u) && u.named {
		return h.setAside(u.Error())
	}
	h.accounts.of(h.id).failed.Add(1)
	attempt := j.attempt
	if j.timer >= 0 {
		attempt += j.rec.timers[j.timer].attempts
	}
	attrs := append(h.subject(), "attempt", attempt, "state", j.rec.state, "err", redact(err, h.brought()))
	var pe *flow.PanicError
	if errors.As(err, &pe) {
		attrs = append(attrs, "panic", pe, "stack", frames(pe.Stack))
	}
	log.Error("bot: turn failed", attrs...)
	var p interface{ Permanent() bool }
	last := attempt >= h.o.MaxAttempts || errors.As(err, &p) && p.Permanent()
	var of *conversationError
	switch {
	case j.timer >= 0:
		return h.timerFailed(err, last)
	case last && errors.As(err, &of) && j.rec.find(&of.c) >= 0:
		return h.setAsideConversation(j.rec.find(&of.c), nil, reason(err, &j.rec))
	}
	if last {
		return h.setAside(reason(err, &j.rec))
	}
	rest := retryTurn(j.attempt)
	h.lateEvents.note(h.id, j.event.Accepted, h.clock.now(), rest)
	h.release(rest, true)
	h.wakeIn(rest, h.id)
	return session.Event{}, false
}

// leaveToNewer gives back a session that a newer build has written, so that a process of that build can
// take it. If none has taken it after newerPatience, the event is set aside: a later build can replay it.
// The timers of the session go on waiting, because only the newer build can read them.
func (h *holder) leaveToNewer() (session.Event, bool) {
	h.accounts.of(h.id).deferred.Add(1)
	now := h.clock.now()
	since := h.newer.note(h.id, now, now, newerWait)
	if n := h.leftToNewer.note(time.Now()); n > 0 {
		h.o.Logger.Warn("bot: sessions left to a newer build", about(h.id, "version", h.job.rec.version,
			"own", h.o.Version, "for", now.Sub(since), "count", n)...)
	}
	if now.Sub(since) >= newerPatience && h.job.event.ID != "" {
		return h.setAside("its session is of a newer build, and none runs")
	}
	h.release(newerWait, false)
	return session.Event{}, false
}

// subject returns what the log says of a turn: the session, and the event or the timer that the turn was
// for. If it was for a timer, the event that waits behind it is not named.
func (h *holder) subject() []any {
	j := &h.job
	if j.timer < 0 {
		return about(h.id, "event", j.event.ID, "flow", j.rec.flow)
	}
	tm := &j.rec.timers[j.timer]
	if tm.flow == "" {
		return about(h.id, "timer", tm.name, "flow", j.rec.at(tm.of).flow)
	}
	return about(h.id, "timer", tm.name, "flow", tm.flow)
}

// notCommitted ends a turn whose result the store refused:
//
//	ErrFenced     another process has the lease, and runs the event: nothing to do
//	ErrTooLarge   it would be as large the next time: the event is set aside
//	ErrFull       100 outputs wait already: the event is tried again after fullWait
//	others        the lease runs out by itself, and then any process may begin the event again
func (h *holder) notCommitted(turn string, err error) (session.Event, bool) {
	log := h.o.Logger
	switch {
	case errors.Is(err, session.ErrFenced):
		h.accounts.of(h.id).fenced.Add(1)
		log.Info("bot: turn overtaken by another process", about(h.id, "turn", turn)...)
	case errors.Is(err, session.ErrTooLarge):
		return h.failed(errTooLarge)
	case errors.Is(err, session.ErrFull):
		log.Warn("bot: too many outputs wait", about(h.id)...)
		if h.job.timer >= 0 {
			return h.putOff(fullWait)
		}
		h.release(fullWait, false)
	default:
		log.Error("bot: turn not committed", about(h.id, "turn", turn, "err", err)...)
	}
	return session.Event{}, false
}

// setAside makes the event a dead letter and commits the state as it was before the turn, with
// Options.Failed as the answer to the user.
func (h *holder) setAside(why string) (session.Event, bool) {
	j := &h.job
	outs := h.apology()
	h.request = session.CommitRequest{EventID: j.event.ID, State: h.state, Dead: why, Due: j.rec.due()}
	if j.event.ID == "" { // timers of a session that cannot be read: a replay has them set again
		h.request.DeadTimer = &session.DeadTimer{
			Event: session.Event{ID: deadTimerID, Time: h.clock.now()}, Attempts: j.attempt,
		}
	}
	return h.bury(why, outs)
}

// bury commits the request, which makes an event or a timer a dead letter, and sends the outputs.
func (h *holder) bury(why string, outs []delivery) (session.Event, bool) {
	log, what, attrs := h.o.Logger, "bot: event", append(h.subject(), "why", why)
	switch {
	case h.job.timer >= 0:
		what = "bot: timer"
	case h.job.event.ID != "" && h.request.EventID == "":
		what = "bot: conversation"
	}
	h.request.Outputs = pack(outs)
	res, err := h.write()
	if errors.Is(err, session.ErrFull) { // 100 outputs wait already: the user is not told
		h.request.Outputs, outs = nil, nil
		res, err = h.write()
	}
	if err != nil {
		log.Error(what+" not set aside", append(attrs, "err", err)...)
		return session.Event{}, false
	}
	h.accounts.of(h.id).dead.Add(1)
	log.Error(what+" set aside", attrs...)
	return h.committed(&res, outs), true
}

// apology returns the delivery of Options.Failed, if somebody waits for an answer: after a message or a
// tap, in a chat that no other system has control of. The turn id gets the ending ":failed", so that
// the retry key of the apology differs from those of the outputs that the turn would have had.
func (h *holder) apology() []delivery {
	if h.o.Failed == nil || h.decode() != nil {
		return nil
	}
	e := h.job.decoded
	if e.Standby || !e.Kind.IsMessage() && e.Kind != transport.KindPostback {
		return nil
	}
	o := origin{session: h.id, turn: h.job.event.ID + ":failed", event: e}
	o.ages, o.spent = agesOf(h.clock.now(), h.job.event.Accepted, e), replayed(h.job.event.ID)
	msgs, err := h.failedMessages(e)
	var outs []delivery
	if err == nil {
		outs, err = h.planner.render(o, msgs, menuSwitch{})
	}
	if err != nil {
		h.o.Logger.Error("bot: Options.Failed not sent", about(h.id, "err", redact(err, e))...)
		return nil
	}
	return outs
}

// failedMessages asks Options.Failed. If that ends the goroutine, the holder goes on in another and comes here
// again: then nothing is said.
func (h *holder) failedMessages(e *transport.Event) (msgs []transport.Message, err error) {
	if h.apologising {
		h.apologising = false
		return nil, errExited
	}
	h.apologising = true
	func() {
		defer rescue(&err)
		ctx, cancel := context.WithTimeout(context.Background(), h.o.TurnTimeout)
		defer cancel()
		msgs, err = h.planner.message(ctx, notice{"Failed", h.o.Failed}, &h.job.rec, e)
	}()
	h.apologising = false
	return msgs, err
}

// replayed reports whether an event is a dead letter that was replayed: see session.Admin.Replay.
func replayed(eventID string) bool { return strings.Contains(eventID, "#r") }

// brought returns the event of the turn, as far as it can be read. Logs must not show what the user
// wrote, and redact takes it out of the text of errors.
func (h *holder) brought() *transport.Event {
	if h.job.decoded != nil {
		return h.job.decoded
	}
	if e, err := h.read(h.id, &h.job.event); err == nil {
		return &e
	}
	return &transport.Event{Source: h.job.rec.source}
}

// reason describes a failure in a dead letter, by names of the flow's author alone, such as "action
// panicked in booking/confirm: enter". It has no text of an error: that may quote what the user wrote.
func reason(err error, rec *record) string {
	var (
		te   *flow.TurnError
		pe   *flow.PanicError
		oe   *outputError
		what = "failed"
		u    *untaken
	)
	if errors.As(err, &pe) {
		what = "panicked"
	}
	switch {
	case errors.As(err, &u):
		return u.Error()
	case errors.Is(err, ErrUnknownFlow):
		return "unknown flow"
	case errors.Is(err, flow.ErrUnknownReminder):
		return "unknown reminder"
	case errors.Is(err, flow.ErrNewerData):
		return "data of a newer build"
	case errors.As(err, &te) && te.Phase == flow.PhaseDecode:
		return strings.TrimSuffix("data that cannot be read, of "+te.Flow+"/"+string(te.State), "/")
	case errors.As(err, &te):
		return "action " + what + " in " + te.Flow + "/" + string(te.State) + ": " + string(te.Phase)
	case errors.Is(err, errStuck):
		return "action did not return in " + rec.flow + "/" + rec.state
	case errors.Is(err, errExited):
		return "action ended its goroutine in " + rec.flow + "/" + rec.state
	case errors.Is(err, errTooLarge):
		return "state or outputs too large"
	case errors.Is(err, errManyConversations):
		return "too many conversations"
	case errors.Is(err, errAttempts), errors.Is(err, errDied):
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
