package bot

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// ErrUnknownFlow is why a turn fails if its session is in a flow that the bot does not have.
var ErrUnknownFlow = errors.New("bot: session is in an unknown flow")

// planEvent runs the turn of the event.
func (t *turns) planEvent(ctx context.Context) error {
	if len(t.event.Body) == 0 {
		return nil // its sender took the message back
	}
	if err := t.decode(); err != nil {
		return err
	}
	p, e := &t.plan, t.decoded
	if e.Standby {
		return nil // another system has the chat
	}
	t.awaited(e)
	t.in = flow.Input{Turn: p.turn, Event: e, Now: t.b.now()}
	f, res, err := t.b.stepEvent(ctx, &t.rec, &t.in)
	if err != nil {
		return err
	}
	var menu menuSwitch
	if f != nil {
		if err := apply(&p.rec, f, p.turn, &res); err != nil {
			return err
		}
		menu = followMenu(&p.rec, e, &res)
	} else if m := t.b.unanswered(p.rec.Flow, e); m != nil {
		res.Messages = []transport.Message{m}
	}
	if len(p.rec.Timers) > 0 {
		p.rec.Source = e.Source
	}
	p.outs, err = t.b.render(t.id, p.turn, p.rec.Mark, e, t.event.Accepted, res.Messages, menu)
	return outputOf(f, &t.in, err)
}

// stepEvent finds the flow that answers the event and steps it: the flow that is active, which
// shows its question again where a button is stale; else the flow that the event starts. It
// returns no flow if none answers.
func (b *Bot) stepEvent(ctx context.Context, rec *session.Record, in *flow.Input) (*flow.Flow, flow.Result, error) {
	e := in.Event
	if rec.Flow != "" {
		f := b.byName[rec.Flow]
		if f == nil {
			return nil, flow.Result{}, fmt.Errorf("%w: %q", ErrUnknownFlow, rec.Flow)
		}
		in.State, in.Data, in.Timers = flow.State(rec.State), rec.Data, ownTimers(rec.Timers)
		stale := e.Kind == transport.KindPostback && e.Postback.Mark != "" && e.Postback.Mark != rec.Mark
		if !stale {
			if res, err := f.Step(ctx, in); err != nil || res.Handled {
				return f, res, err
			}
		}
		if other, rank := b.startedBy(e); rank == flow.RankExact && !stale {
			in.State, in.Data, in.Timers = "", nil, nil
			res, err := other.Step(ctx, in)
			return other, res, err
		}
		if e.Kind != transport.KindPostback {
			return nil, flow.Result{}, nil
		}
		in.Show = true
		res, err := f.Step(ctx, in)
		return f, res, err
	}
	f, rank := b.startedBy(e)
	if rank == flow.RankNone || e.Kind == transport.KindPostback && e.Postback.Mark != "" {
		return nil, flow.Result{}, nil
	}
	res, err := f.Step(ctx, in)
	return f, res, err
}

// unanswered returns what to say to an event that no flow answers, or nil.
func (b *Bot) unanswered(active string, e *transport.Event) transport.Message {
	switch {
	case active != "":
		return nil
	case e.Kind == transport.KindPostback && e.Postback.Mark != "":
		return b.o.Expired
	case (e.Kind.IsMessage() || e.Kind == transport.KindFollow) && e.Source.Chat == transport.ChatUser:
		return b.o.Otherwise
	default:
		return nil
	}
}

// startedBy returns the flow that the event starts best, the first of equals.
func (b *Bot) startedBy(e *transport.Event) (f *flow.Flow, rank flow.Rank) {
	for _, g := range b.flows {
		if r := g.Rank(e); r > rank {
			f, rank = g, r
		}
	}
	return f, rank
}

// planTimer runs the turn of a timer.
func (t *turns) planTimer(ctx context.Context) error {
	i, p := t.timer, &t.plan
	tm := t.rec.Timers[i]
	p.turn, p.eventID = timerTurn(&tm), ""
	p.rec.Timers = slices.Delete(slices.Clone(t.rec.Timers), i, i+1)
	name := tm.Flow
	if name == "" {
		name = t.rec.Flow
	}
	f := t.b.byName[name]
	if f == nil {
		return fmt.Errorf("%w: %q", ErrUnknownFlow, name)
	}
	now := t.b.now()
	e := &transport.Event{
		ID: p.turn, Kind: transport.KindTimer, Type: "timer", Source: t.rec.Source, Time: tm.Due, Text: tm.Name,
	}
	t.in = flow.Input{Turn: p.turn, Event: e, Now: now, Reminder: tm.Flow != "", Data: tm.Data}
	if !t.in.Reminder {
		t.in.State, t.in.Data, t.in.Timers = flow.State(t.rec.State), t.rec.Data, ownTimers(p.rec.Timers)
	}
	res, err := f.Step(ctx, &t.in)
	if err != nil {
		return err
	}
	var (
		tag  string
		menu menuSwitch
	)
	if !t.in.Reminder {
		if err := apply(&p.rec, f, p.turn, &res); err != nil {
			return err
		}
		tag = p.rec.Mark
	}
	if !t.in.Reminder || res.MenuSwitched {
		menu = followMenu(&p.rec, e, &res)
	}
	p.outs, err = t.b.render(t.id, p.turn, tag, e, now, res.Messages, menu)
	return outputOf(f, &t.in, err)
}

// timerTurn identifies one arming of a timer, so that a repeated turn has the same id.
func timerTurn(tm *session.Timer) string {
	return "timer:" + tm.Flow + ":" + tm.Name + ":" + strconv.FormatInt(tm.Due.UnixMilli(), 10)
}

// maxTimers is how many timers and reminders a session may have.
const maxTimers = 100

var errManyTimers = flow.Permanent(fmt.Errorf("bot: a session has more than %d timers", maxTimers))

// apply writes what a step came to into the record.
func apply(rec *session.Record, f *flow.Flow, turn string, res *flow.Result) error {
	if !res.Handled {
		return nil
	}
	timers := make([]session.Timer, 0, len(rec.Timers)+len(res.Timers)+len(res.Reminders))
	for _, tm := range rec.Timers {
		if tm.Flow != "" {
			timers = append(timers, tm)
		}
	}
	for _, r := range res.Reminders {
		timers = append(timers, distinct(timers, session.Timer{
			Flow: f.Name(), Name: r.Name, Due: milli(r.Due), Data: r.Data,
		}))
	}
	rec.Flow, rec.State, rec.Data = "", "", nil
	if res.State != "" {
		rec.Flow, rec.State, rec.Data = f.Name(), string(res.State), res.Data
		for _, tm := range res.Timers {
			timers = append(timers, session.Timer{Name: tm.Name, Due: milli(tm.Due)})
		}
	}
	switch {
	case res.State == "":
		rec.Mark = ""
	case res.Entered:
		rec.Mark = tagOf(turn)
	}
	rec.Timers = timers
	if len(timers) > maxTimers {
		return errManyTimers
	}
	return nil
}

// distinct moves a reminder by milliseconds until none of the timers has its name and its time:
// the two make the id of its turn, and so the retry key of what it sends.
func distinct(timers []session.Timer, r session.Timer) session.Timer {
	for slices.ContainsFunc(timers, func(tm session.Timer) bool {
		return tm.Flow == r.Flow && tm.Name == r.Name && tm.Due.Equal(r.Due)
	}) {
		r.Due = r.Due.Add(time.Millisecond)
	}
	return r
}

// milli rounds up to what a record keeps, so that no timer fires early.
func milli(t time.Time) time.Time {
	if m := t.Truncate(time.Millisecond); m.Before(t) {
		return m.Add(time.Millisecond)
	}
	return t
}

// ownTimers returns the timers of the active flow.
func ownTimers(timers []session.Timer) []flow.Timer {
	var own []flow.Timer
	for _, tm := range timers {
		if tm.Flow == "" {
			own = append(own, flow.Timer{Name: tm.Name, Due: tm.Due})
		}
	}
	return own
}

// tagOf marks the step that a turn entered.
func tagOf(turn string) string {
	sum := sha256.Sum256([]byte(turn))
	return base64.RawURLEncoding.EncodeToString(sum[:6])[:transport.MarkLen]
}
