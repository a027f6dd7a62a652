package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// ErrUnknownFlow is why a turn fails if its session is in a flow that the bot does not have.
var ErrUnknownFlow = errors.New("bot: session is in an unknown flow")

// plan is the result of a turn before it is committed: nothing of it is stored or sent yet.
type plan struct {
	turn    string     // id of the turn
	eventID string     // id of the event that the turn uses up; empty for a timer
	rec     record     // the session after the turn, to be stored
	outs    []delivery // what is to be sent
}

// planner steps flows, and makes plans out of the results of the steps. It stores and sends nothing,
// so that a turn whose commit fails can be run again.
type planner struct {
	*env
	flows   []*flow.Flow
	byName  map[string]*flow.Flow
	signals map[string]bool // the names of those that the flows name
	// formerly has the present names of flows by their old ones; it is nil if there are none.
	formerly map[string]string
}

// event plans the turn of the job's event, in the session of that id. If no flow answers the event, the
// record stays as it is, and perhaps Options.Otherwise or Options.Expired is sent.
func (p *planner) event(ctx context.Context, id string, j *job) (plan, error) {
	pl := plan{turn: j.event.ID, eventID: j.event.ID, rec: j.rec}
	e := j.decoded
	if e.Postback.Mark != "" {
		e = ownData(e, unpackMark(id, j.rec.mark))
	}
	e, whole := p.collect(&pl.rec, e)
	if !whole {
		return pl, nil
	}
	return p.step(ctx, id, pl, j, e, agesOf(p.clock.now(), j.event.Accepted, e))
}

// step plans what the flows do with an event. The plan has the record as it is before the step.
func (p *planner) step(ctx context.Context, id string, pl plan, j *job, e *transport.Event, at ages) (plan, error) {
	j.in = p.input(pl.turn, e, at.born)
	g := &j.steps
	*g = progress{planner: p, id: id, in: &j.in, rec: pl.rec}
	var answered bool
	var err error
	if g.rec.lost && mayTell(e) {
		answered, err = g.afterLoss(ctx)
	} else {
		answered, err = g.answer(ctx)
	}
	if err == nil && answered {
		err = g.resume(ctx)
	}
	if err == nil && g.gone && mayTell(e) {
		_, err = g.tellLost(ctx)
	}
	if err != nil {
		return pl, err
	}
	if !answered && e.Kind == transport.KindSignal {
		return pl, &untaken{e.Signal, p.signals[e.Signal]}
	}
	if !answered {
		g.flow = nil
		msgs, err := p.message(ctx, p.unanswered(id, &pl.rec, e), &pl.rec, e)
		if err != nil {
			return pl, err
		}
		g.say(msgs, "")
	}
	if len(g.rec.timers) > 0 {
		g.rec.source = e.Source
	}
	return g.plan(pl, at, "start")
}

// input returns what a step gets of an event. now is the time of the turn, by the store's clock.
func (p *planner) input(turn string, e *transport.Event, now time.Time) flow.Input {
	in := flow.Input{Turn: turn, Event: e, Now: now.In(p.o.Zone)}
	if p.o.Language != nil {
		in.Language = func(ctx context.Context) string { return p.o.Language(ctx, e.Source) }
	}
	return in
}

// timer plans the turn of the job's timer, which is a timer of a conversation or a reminder of any
// flow. An event that waits keeps waiting. A reminder is stepped without the conversation's state and
// data, and leaves both as they are.
func (p *planner) timer(ctx context.Context, id string, j *job) (plan, error) {
	tm := j.rec.timers[j.timer]
	if tm.flow == photosTimer {
		return p.late(ctx, id, j, tm)
	}
	pl := plan{turn: tm.turn(), rec: j.rec}
	pl.rec.timers = slices.Delete(slices.Clone(j.rec.timers), j.timer, j.timer+1)
	now := p.clock.now()
	e := &transport.Event{
		ID: pl.turn, Kind: transport.KindTimer, Type: "timer", Source: j.rec.source, Time: tm.due, Text: tm.name,
	}
	j.in = p.input(pl.turn, e, now)
	if j.in.Now.Before(tm.due) { // the store says that it is time; this process's idea of that clock is behind
		j.in.Now = tm.due.In(p.o.Zone)
	}
	g := progress{planner: p, id: id, in: &j.in, rec: pl.rec}
	step := g.timer
	if tm.flow != "" {
		step = g.reminder
	}
	if err := step(ctx, &tm); err != nil {
		return pl, err
	}
	return g.plan(pl, ages{now, now, now}, tm.name)
}

// timer steps the conversation whose timer is due. If that is suspended, the user sees what it says, and it is
// not active for that.
func (g *progress) timer(ctx context.Context, tm *timer) error {
	res, err := g.step(ctx, tm.of, asked{})
	if err != nil {
		return err
	}
	if err := g.keep(tm.of, &res); err != nil || !g.ended {
		return err
	}
	return g.resume(ctx)
}

// reminder steps a flow without the state and the data of a conversation.
func (g *progress) reminder(ctx context.Context, tm *timer) error {
	g.flow = g.byName[tm.flow]
	if g.flow == nil {
		return unread(nil, tm.flow, tm.name, unknownFlow(tm.flow))
	}
	g.in.Mode, g.in.Data = flow.ModeRemind, tm.data
	res, err := g.flow.Step(ctx, g.in)
	if err != nil {
		return unread(nil, tm.flow, tm.name, err)
	}
	g.stepped(g.id, g.in, g.flow, "", &res)
	if res.MenuSwitched {
		g.follow(&res)
	}
	g.say(res.Messages, "")
	return nil
}

// maxTimers is how many timers and reminders a session may have.
const maxTimers = 100

var errManyTimers = flow.Permanent(fmt.Errorf("bot: a session has more than %d timers", maxTimers))

// setTimers replaces the timers of the ith conversation.
func (r *record) setTimers(i int, set []flow.Timer) {
	isOwn := func(t *timer) bool { return t.flow == "" && t.of == i }
	others := 0
	for k := range r.timers {
		if !isOwn(&r.timers[k]) {
			others++
		}
	}
	timers := make([]timer, 0, others+len(set))
	for k := range r.timers {
		if t := &r.timers[k]; !isOwn(t) {
			timers = append(timers, *t)
		}
	}
	for _, tm := range set {
		timers = append(timers, r.set(timers, i, tm.Name, milli(tm.Due)))
	}
	r.timers = timers
}

// appendReminders does to the timers what a step of flow f says of reminders: it sets them, moves those that
// there are, or takes them back. Own is the key of the reminders of the step's conversation: see timer.key. For
// example, with the reminder day_before of the key "zj" among the timers:
//
//	day_before at 12:00, own "zj"   it moves to 12:00
//	day_before at no time           it is gone
//	day_before at 12:00, own "FE"   there are two: another conversation set the second
//
// Nothing moves what has no key.
func appendReminders(timers []timer, f *flow.Flow, own string, set []flow.Reminder) []timer {
	for _, r := range set {
		tm := timer{flow: cmp.Or(r.Flow, f.Name()), name: r.Name, key: own, due: milli(r.Due), data: r.Data}
		if r.Key != "" {
			tm.key = authorsKey + r.Key
		}
		timers = slices.DeleteFunc(timers, func(t timer) bool {
			return t.key != "" && t.flow == tm.flow && t.name == tm.name && t.key == tm.key
		})
		if !r.Due.IsZero() {
			timers = append(timers, distinct(timers, tm))
		}
	}
	return timers
}

// set returns a timer of the ith conversation. If it was set before, for the same time, it keeps its attempts.
func (r *record) set(others []timer, i int, name string, due time.Time) timer {
	for k := range r.timers {
		if t := &r.timers[k]; t.of == i && t.is("", name, due) {
			return *t
		}
	}
	return distinct(others, timer{name: name, of: i, due: due})
}

// distinct moves a timer by milliseconds until no other of the timers has the same flow, name and time. The id
// of a timer's turn is made of these, and so are the retry keys of what the turn sends: with the
// same key, the platform would take the second message for a repetition of the first.
func distinct(timers []timer, r timer) timer {
	for slices.ContainsFunc(timers, func(tm timer) bool { return tm.is(r.flow, r.name, r.due) }) {
		r.due = r.due.Add(time.Millisecond)
	}
	return r
}

// milli rounds a time up to whole milliseconds, which is what a record keeps, so that no timer fires
// early.
func milli(t time.Time) time.Time {
	if m := t.Truncate(time.Millisecond); m.Before(t) {
		return m.Add(time.Millisecond)
	}
	return t
}
