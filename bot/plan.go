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
	flows  []*flow.Flow
	byName map[string]*flow.Flow
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
	return p.step(ctx, id, pl, &j.in, e, agesOf(p.clock.now(), j.event.Accepted, e))
}

// step plans what the flows do with an event. The plan has the record as it is before the step.
func (p *planner) step(ctx context.Context, id string, pl plan, in *flow.Input, e *transport.Event, at ages) (plan, error) {
	rec := pl.rec
	*in = p.input(pl.turn, e)
	a, err := p.answer(ctx, id, &rec, in)
	if err != nil {
		return pl, err
	}
	p.stepped(id, in, a.aside, "", &a.said)
	p.stepped(id, in, a.flow, a.from, &a.res)
	var menu menuSwitch
	if a.flow == nil {
		if m := p.unanswered(id, &rec, e); m != nil {
			a.res.Messages = []transport.Message{m}
		}
	} else {
		if a.aside != nil {
			pl.rec = withReminders(pl.rec, a.aside, a.said.Reminders)
		}
		if pl.rec, err = after(id, pl.rec, a.flow, pl.turn, &a.res); err != nil {
			return pl, err
		}
		pl.rec, menu = followMenu(pl.rec, e, &a.res)
		p.accounts.of(id).forgotten.Add(int64(a.res.Trace.Forgotten))
		p.accounts.of(id).stray.Add(int64(a.res.Trace.Stray))
	}
	if len(pl.rec.timers) > 0 {
		pl.rec.source = e.Source
	}
	o := origin{session: id, turn: pl.turn, aside: a.res.Aside, event: e, ages: at}
	if a.flow != nil && len(a.res.Messages) > 0 {
		o.mark = unpackMark(id, pl.rec.mark)
	}
	o.spent = replayed(pl.turn) && p.o.Failed != nil
	pl.outs, err = p.render(o, a.res.Messages, menu)
	return pl, outputOf(a.flow, cmp.Or(string(a.from), "start"), err)
}

// input returns what a step gets of an event.
func (p *planner) input(turn string, e *transport.Event) flow.Input {
	in := flow.Input{Turn: turn, Event: e, Now: p.clock.now().In(p.o.Zone)}
	if p.o.Language != nil {
		in.Language = func(ctx context.Context) string { return p.o.Language(ctx, e.Source) }
	}
	return in
}

// timer plans the turn of the job's timer, which is a timer of the active flow or a reminder of any
// flow. An event that waits keeps waiting. A reminder is stepped without the conversation's state and
// data, and leaves both as they are.
func (p *planner) timer(ctx context.Context, id string, j *job) (plan, error) {
	tm := j.rec.timers[j.timer]
	if tm.flow == photosTimer {
		return p.late(ctx, id, j, tm)
	}
	pl := plan{turn: tm.turn(), rec: j.rec}
	pl.rec.timers = slices.Delete(slices.Clone(j.rec.timers), j.timer, j.timer+1)
	name := cmp.Or(tm.flow, j.rec.flow)
	f := p.byName[name]
	if f == nil {
		return pl, fmt.Errorf("%w: %q", ErrUnknownFlow, name)
	}
	now := p.clock.now()
	e := &transport.Event{
		ID: pl.turn, Kind: transport.KindTimer, Type: "timer", Source: j.rec.source, Time: tm.due, Text: tm.name,
	}
	j.in = p.input(pl.turn, e)
	reminder := tm.flow != ""
	j.in.Data = tm.data
	if reminder {
		j.in.Mode = flow.ModeRemind
	} else {
		j.in.State, j.in.Data, j.in.Trail = flow.State(j.rec.state), j.rec.data, j.rec.trail
		j.in.Timers = pl.rec.ownTimers()
	}
	res, err := f.Step(ctx, &j.in)
	if err != nil {
		return pl, err
	}
	p.stepped(id, &j.in, f, j.in.State, &res)
	var menu menuSwitch
	o := origin{session: id, turn: pl.turn, event: e, ages: ages{now, now, now}}
	if !reminder {
		if pl.rec, err = after(id, pl.rec, f, pl.turn, &res); err != nil {
			return pl, err
		}
		o.mark = unpackMark(id, pl.rec.mark)
	}
	if !reminder || res.MenuSwitched {
		pl.rec, menu = followMenu(pl.rec, e, &res)
	}
	pl.outs, err = p.render(o, res.Messages, menu)
	return pl, outputOf(f, cmp.Or(string(j.in.State), tm.name), err)
}

// maxTimers is how many timers and reminders a session may have.
const maxTimers = 100

var errManyTimers = flow.Permanent(fmt.Errorf("bot: a session has more than %d timers", maxTimers))

// after returns the record as it is after a step of flow f. The timers of the active flow are replaced
// by those that the step returned; reminders that were set before stay. For example: the session has the
// reminder day_before and the idle timer of ask_day. A step that leads to ask_party leaves the reminder
// and the idle timer of ask_party. The mark changes when a state is entered, so that the buttons of the
// earlier state are stale from then on.
func after(id string, rec record, f *flow.Flow, turn string, res *flow.Result) (record, error) {
	if !res.Handled {
		return rec, nil
	}
	timers := make([]timer, 0, len(rec.timers)+len(res.Timers)+len(res.Reminders))
	for _, tm := range rec.timers {
		if tm.flow != "" {
			timers = append(timers, tm)
		}
	}
	timers = appendReminders(timers, f, res.Reminders)
	present := rec.mark
	if rec.flow != f.Name() {
		present = "" // another conversation begins
	}
	rec.flow, rec.state, rec.data, rec.trail = "", "", nil, nil
	if res.State != "" {
		rec.flow, rec.state, rec.data, rec.trail = f.Name(), string(res.State), res.Data, res.Trail
		for _, tm := range res.Timers {
			timers = append(timers, rec.set(tm.Name, milli(tm.Due)))
		}
	}
	switch {
	case res.State == "":
		rec.mark = ""
	case res.NewStep:
		rec.mark = packMark(stepMark(id, unpackMark(id, present), turn))
	}
	rec.timers = timers
	if len(timers) > maxTimers {
		return rec, errManyTimers
	}
	return rec, nil
}

// withReminders adds the reminders that a flow set which answered without becoming active.
func withReminders(rec record, f *flow.Flow, set []flow.Reminder) record {
	if len(set) > 0 {
		rec.timers = appendReminders(slices.Clone(rec.timers), f, set)
	}
	return rec
}

func appendReminders(timers []timer, f *flow.Flow, set []flow.Reminder) []timer {
	for _, r := range set {
		timers = append(timers, distinct(timers, timer{flow: f.Name(), name: r.Name, due: milli(r.Due), data: r.Data}))
	}
	return timers
}

// set returns a timer of the active flow. If it was set before, for the same time, it keeps its attempts.
func (r *record) set(name string, due time.Time) timer {
	for i := range r.timers {
		if r.timers[i].is("", name, due) {
			return r.timers[i]
		}
	}
	return timer{name: name, due: due}
}

// distinct moves a reminder by milliseconds until no other of the timers has the same name and the same
// time. The id of a reminder's turn is made of these two, and so are the retry keys of what the turn
// sends: with the same key, the platform would take the second message for a repetition of the first.
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
