package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// progress is a turn on its way: what the steps that were taken so far have left. A turn has several steps if an
// event that one conversation handles concerns another. For example, the user says "thanks" in the FAQ, which
// suspended a booking:
//
//	step 1   the flow faq takes "thanks", and ends
//	step 2   the flow booking asks its question again, as it is active now
type progress struct {
	*planner
	id    string // of the session
	in    *flow.Input
	rec   record // the session after the steps so far
	said  []transport.Message
	marks []string // of the messages that were said: see renderMessages
	menu  menuSwitch
	gone  bool // the active conversation is in a state that is gone, and has no question to ask
	ended bool // the active conversation ended, and the one that is active now is to be asked

	// flow and from are the last step's: its flow, and the state in which it began. by says the same of the last
	// step that said something.
	flow *flow.Flow
	from flow.State
	by   struct {
		flow *flow.Flow
		from flow.State
	}
}

// asked is what a step is to do, besides what the turn and the conversation say.
type asked struct {
	mode    flow.Mode
	least   flow.Rank
	tap     flow.Tap
	resumed bool // the conversation is to be the active one from now on
	silent  bool // no question is asked, as if the conversation were suspended
}

// conversationError says which conversation made a turn fail. If the turn fails for good, that conversation is
// set aside, and not the event.
type conversationError struct {
	c   conversation
	err error
}

func (e *conversationError) Error() string { return e.err.Error() }
func (e *conversationError) Unwrap() error { return e.err }

// step steps the ith conversation. Nothing of the result is kept yet.
func (g *progress) step(ctx context.Context, i int, a asked) (flow.Result, error) {
	c, in := g.rec.at(i), g.in
	g.flow, g.from = g.byName[c.flow], flow.State(c.state)
	if g.flow == nil {
		return flow.Result{}, unread(c, c.flow, c.state, unknownFlow(c.flow))
	}
	in.Mode, in.Least, in.Tap = a.mode, a.least, a.tap
	in.Busy, in.Resumed, in.Suspended = true, a.resumed, a.silent || i > 0 && !a.resumed
	in.State, in.Data, in.Trail, in.Timers = g.from, c.data, c.trail, g.rec.timersOf(i)
	in.Gone = g.strangers.isGone(stranger{c.flow, c.state})
	res, err := g.flow.Step(ctx, in)
	return res, unread(c, c.flow, c.state, err)
}

// stepAnew steps a flow that is not active. If it is suspended, it begins below the active conversation.
func (g *progress) stepAnew(ctx context.Context, f *flow.Flow, suspended bool) (flow.Result, error) {
	in := g.in
	g.flow, g.from = f, ""
	in.Mode, in.Least, in.Tap = flow.ModeEvent, flow.RankNone, flow.TapLive
	in.Busy, in.Resumed, in.Suspended = g.rec.flow != "", false, suspended
	in.State, in.Data, in.Trail, in.Timers, in.Gone = "", nil, nil, nil, false
	return f.Step(ctx, in)
}

// keep notes what the last step has left, which was a step of what is the ith conversation now. Its timers are
// replaced by those that the step returned; reminders that were set before stay. For example: the session has
// the reminder day_before and the idle timer of ask_day. A step that leads to ask_party leaves the reminder and
// the idle timer of ask_party. The mark changes when a state is entered, so that the buttons of the earlier
// state are stale from then on.
func (g *progress) keep(i int, res *flow.Result) error {
	g.stepped(g.id, g.in, g.flow, g.from, res)
	g.accounts.of(g.id).forgotten.Add(int64(res.Trace.Forgotten))
	g.accounts.of(g.id).stray.Add(int64(res.Trace.Stray))
	if !res.Handled {
		return nil
	}
	g.gone = g.gone || res.Gone && i == 0
	c := *g.rec.at(i)
	if res.NewStep {
		if present := unpackMark(g.id, c.mark); conversationOf(present) == "" {
			c.mark = g.firstMark() // it begins, or an earlier build began it
		} else {
			c.mark = packMark(stepMark(g.id, present, g.in.Turn))
		}
	}
	own := c.mark
	if res.Beside {
		own = "" // what was said was a conversation of this turn alone
	}
	g.remind(own, res.Reminders)
	if res.State == "" {
		g.rec.remove(i)
		c.mark = ""
		g.ended = g.ended || i == 0 && g.rec.flow != ""
	} else {
		c.state, c.data, c.trail = string(res.State), res.Data, res.Trail
		c.owed = g.owes(c.owed, res)
		g.rec.put(i, c)
		g.rec.setTimers(i, res.Timers)
	}
	if len(g.rec.timers) > maxTimers {
		return errManyTimers
	}
	if i == 0 || res.MenuSwitched {
		g.follow(res)
	}
	g.say(res.Messages[:res.Aside], "")
	g.say(res.Messages[res.Aside:], c.mark)
	return nil
}

// owes returns what a conversation owes after a step.
func (g *progress) owes(before owed, res *flow.Result) owed {
	switch {
	case res.Owes:
		return owesEntry
	case res.Entered || g.in.Mode == flow.ModeShow || g.in.Mode == flow.ModeEnter || res.Trace.Wrong:
		return owesNothing
	case before == owesQuestion && res.Asked: // by Again, or by a start of this flow
		return owesNothing
	}
	return before
}

// keepAnswer notes what a start left that answered without a conversation of its own.
func (g *progress) keepAnswer(res *flow.Result) error {
	g.stepped(g.id, g.in, g.flow, "", res)
	g.remind("", res.Reminders)
	if len(g.rec.timers) > maxTimers {
		return errManyTimers
	}
	if g.rec.flow == "" || res.MenuSwitched {
		g.follow(res)
	}
	g.say(res.Messages, "")
	return nil
}

// say adds messages to what the turn says. The mark is packed, and empty for messages of no step.
func (g *progress) say(msgs []transport.Message, mark string) {
	if len(msgs) == 0 {
		return
	}
	g.by.flow, g.by.from = g.flow, g.from
	if mark != "" {
		mark = unpackMark(g.id, mark)
	}
	if g.said == nil {
		g.said = msgs
	} else {
		g.said = append(g.said[:len(g.said):len(g.said)], msgs...)
	}
	for range msgs {
		g.marks = append(g.marks, mark)
	}
}

// remind notes what the last step says of reminders. The mark is that of its conversation, packed; it is empty
// for a conversation that begins and ends in this turn, which has reminders of its own, too.
func (g *progress) remind(mark string, set []flow.Reminder) {
	if len(set) == 0 {
		return
	}
	if mark == "" {
		mark = g.firstMark()
	}
	own := conversationOf(unpackMark(g.id, mark))
	g.rec.timers = appendReminders(slices.Clone(g.rec.timers), g.flow, own, set)
}

// follow has the menu follow the active conversation.
func (g *progress) follow(res *flow.Result) {
	entered := res.Entered || g.in.Resumed
	rec, menu := followMenu(g.rec, g.in.Event, res, entered)
	if g.rec = rec; menu.on {
		g.menu = menu
	}
}

// firstMark returns the packed mark of a conversation that begins in this turn. No other conversation of the
// session has the same two characters of the conversation, and no reminder has them as its key.
func (g *progress) firstMark() string {
	for n := 0; ; n++ {
		turn := g.in.Turn
		if n > 0 {
			turn += "#" + strconv.Itoa(n)
		}
		m := stepMark(g.id, "", turn)
		if !g.rec.names(g.id, m[sessionEnd:conversationEnd]) {
			return packMark(m)
		}
	}
}

// show asks the question of the active conversation, or enters its state if that is still to be done. Resumed
// says that it was suspended until now.
func (g *progress) show(ctx context.Context, resumed bool) error {
	a := asked{mode: flow.ModeShow, resumed: resumed}
	if g.rec.owed == owesEntry {
		a.mode = flow.ModeEnter
	}
	res, err := g.step(ctx, 0, a)
	if err != nil {
		return err
	}
	return g.keep(0, &res)
}

// resume asks the question of the conversation that is active now, if the one above it ended or if it owes its
// question. If that fails, what the turn did so far stands, and the conversation owes its question to the next
// event.
func (g *progress) resume(ctx context.Context) error {
	for g.rec.flow != "" && (g.ended || g.rec.owed != owesNothing) {
		ended := g.ended
		g.ended = false
		before := *g
		if err := g.show(ctx, ended); err != nil {
			*g = before
			g.rec.owed = max(g.rec.owed, owesQuestion)
			g.o.Logger.Error("bot: question of a conversation not asked again",
				about(g.id, "flow", g.rec.flow, "state", g.rec.state, "err", redact(err, g.in.Event))...)
			return nil
		}
	}
	return nil
}

// plan returns the plan of the turn when its steps are over. place says what the turn is for where no state does.
func (g *progress) plan(pl plan, at ages, place string) (plan, error) {
	pl.rec = g.rec
	o := origin{session: g.id, turn: pl.turn, marks: g.marks, event: g.in.Event, ages: at}
	o.spent = replayed(pl.turn) && g.o.Failed != nil
	var err error
	pl.outs, err = g.render(o, g.said, g.menu)
	return pl, outputOf(g.by.flow, cmp.Or(string(g.by.from), place), err)
}

// notTaken tells Options.Stepped which guards kept the last step from taking the event.
func (g *progress) notTaken(res *flow.Result) {
	failed := func(t *flow.Trace) bool { return len(t.Failed) > 0 }
	if failed(&res.Trace) || slices.ContainsFunc(res.Trace.Inner, func(in flow.InnerTrace) bool { return failed(&in.Trace) }) {
		g.stepped(g.id, g.in, g.flow, g.from, res)
	}
}

// stepped tells Options.Stepped how an event was handled.
func (p *planner) stepped(id string, in *flow.Input, f *flow.Flow, state flow.State, res *flow.Result) {
	if p.o.Stepped == nil || f == nil {
		return
	}
	defer func() {
		if v := recover(); v != nil {
			p.o.Logger.Error("bot: Options.Stepped panicked", "err", fmt.Sprintf("%T", v))
		}
	}()
	p.o.Stepped(Stepped{
		Account: session.Account(id), Session: id, Turn: in.Turn, Flow: f.Name(),
		From: state, To: res.State, Trace: res.Trace,
	})
}
