package flow_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// timed is a flow with every kind of timer, in a state and global.
func timed() *flow.Builder[log] {
	b := flow.New[log]("timed")
	b.Start(flow.Text("go")).To("a")
	b.In("a").Enter(ran("enter a")).
		After(5 * time.Minute).Do(ran("nudge")).Stay().
		After(10 * time.Minute).Do(ran("move on")).To("b").
		At(at(time.Hour)).Do(ran("hour")).To("a").
		At(never).End().
		On(flow.Text("stay")).Stay().
		On(flow.Text("again")).Again().
		On(flow.Text("anew")).To("a").
		On(flow.Text("b")).To("b")
	b.In("b").
		After(10*time.Minute).When("never", no).Do(ran("lost")).Stay().
		After(15 * time.Minute).Do(ran("own lapse")).To("b").
		At(at(30 * time.Minute)).End()
	b.InAny().
		After(15 * time.Minute).Do(ran("lapse")).To("b").
		At(at(24 * time.Hour)).Do(ran("tomorrow")).Stay().
		On(flow.Text("home")).To("a").
		On(flow.Text("end")).End()
	return b
}

func TestTimers(t *testing.T) {
	t.Parallel()
	const min, hour = time.Minute, time.Hour
	tests := []struct {
		name  string
		after time.Duration // since noon, when the flow started
		event *transport.Event
		state flow.State
		out   []transport.Message
		want  offsets
	}{
		{"stay starts idle times anew", min, text("stay"), "a", nil,
			offsets{
				"after 5m0s": 6 * min, "after 10m0s": 11 * min, "at 2": hour,
				"after 15m0s": 16 * min, "at": 24 * hour,
			}},
		{"again starts idle times anew", min, text("again"), "a", said("enter a@a"),
			offsets{
				"after 5m0s": 6 * min, "after 10m0s": 11 * min, "at 2": hour,
				"after 15m0s": 16 * min, "at": 24 * hour,
			}},
		{"a wrong answer starts idle times anew", min, text("else"), "a", said("enter a@a"),
			offsets{
				"after 5m0s": 6 * min, "after 10m0s": 11 * min, "at 2": hour,
				"after 15m0s": 16 * min, "at": 24 * hour,
			}},
		{"to its own state computes the state's", min, text("anew"), "a", said("enter a@a"),
			offsets{
				"after 5m0s": 6 * min, "after 10m0s": 11 * min, "at 2": hour + min,
				"after 15m0s": 16 * min, "at": 24 * hour,
			}},
		{"to clears the old state's", min, text("b"), "b", nil,
			offsets{
				"after 10m0s": 11 * min, "after 15m0s 2": 16 * min, "at 2": 31 * min,
				"after 15m0s": 16 * min, "at": 24 * hour,
			}},
		{"end clears all", min, text("end"), "", nil, offsets{}},
		{"its own firing with stay uses it up", 5 * min, due("after 5m0s"), "a", said("nudge@a"),
			offsets{"after 10m0s": 10 * min, "at 2": hour, "after 15m0s": 15 * min, "at": 24 * hour}},
		{"firing to another state arms that one's alone", 10 * min, due("after 10m0s"), "b", said("move on@a"),
			offsets{
				"after 10m0s": 20 * min, "after 15m0s 2": 25 * min, "at 2": 40 * min,
				"after 15m0s": 15 * min, "at": 24 * hour,
			}},
		{"at, to its own state", hour, due("at 2"), "a", said("hour@a", "enter a@a"),
			offsets{
				"after 5m0s": 5 * min, "after 10m0s": 10 * min, "at 2": 2 * hour,
				"after 15m0s": 15 * min, "at": 24 * hour,
			}},
		{"a global one's firing uses it up, though it enters a state", 15 * min, due("after 15m0s"), "b", said("lapse@a"),
			offsets{"after 10m0s": 25 * min, "after 15m0s 2": 30 * min, "at 2": 45 * min, "at": 24 * hour}},
		{"a global at is used up", 24 * hour, due("at"), "a", said("tomorrow@a"),
			offsets{"after 5m0s": 5 * min, "after 10m0s": 10 * min, "at 2": hour, "after 15m0s": 15 * min}},
		{"an unknown one is used up", min, due("after 7m0s"), "a", nil,
			offsets{
				"after 5m0s": 5 * min, "after 10m0s": 10 * min, "at 2": hour,
				"after 15m0s": 15 * min, "at": 24 * hour,
			}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSession(t, timed())
			s.step(text("go"))
			s.now = noon.Add(tt.after)
			res := s.step(tt.event)
			require.Equal(t, tt.state, res.State)
			require.Equal(t, tt.out, res.Messages)
			require.True(t, res.Handled)
			require.Equal(t, tt.want, timers(res))
		})
	}
}

func TestTimersOfTheState(t *testing.T) {
	t.Parallel()
	s := newSession(t, timed())
	s.step(text("go"))
	before := s.step(text("b"))
	before.Data = append(before.Data, ' ') // would be lost if it were written again
	s.state = before
	s.now = noon.Add(10 * time.Minute)

	refused := s.step(due("after 10m0s"))
	require.True(t, refused.Handled)
	require.Nil(t, refused.Messages)
	require.Equal(t, before.Data, refused.Data)
	require.NotContains(t, timers(refused), "after 10m0s", "a refused timer is used up")
	require.Equal(t, 15*time.Minute, timers(refused)["after 15m0s"])

	s.now = noon.Add(15 * time.Minute)
	anew := s.step(due("after 15m0s 2"))
	require.Equal(t, said("own lapse@b"), anew.Messages)
	require.True(t, anew.Entered)
	require.NotContains(t, timers(anew), "after 15m0s 2", "only the user arms it again, though the state was entered")
	require.NotContains(t, timers(anew), "after 10m0s")
	require.Equal(t, 45*time.Minute, timers(anew)["at 2"], "a time is computed anew")
	require.Equal(t, 15*time.Minute, timers(anew)["after 15m0s"], "a timer is not the user's activity")

	user := s.step(kind(transport.KindSticker))
	require.Equal(t, offsets{
		"after 10m0s": 25 * time.Minute, "after 15m0s 2": 30 * time.Minute, "at 2": 45 * time.Minute,
		"after 15m0s": 30 * time.Minute, "at": 24 * time.Hour,
	}, timers(user), "the user arms them")

	require.Equal(t, flow.Result{Handled: true, Trace: flow.Trace{Transition: 12}}, s.step(due("at 2")))
}

// A code change gave the state another idle time. The old timer is used up, and the new one
// takes its place, so that the conversation still lapses.
func TestTimerOfOldCode(t *testing.T) {
	t.Parallel()
	s := newSession(t, timed())
	s.state = flow.Result{State: "a", Data: []byte(`{}`), Timers: []flow.Timer{{Name: "after 20m0s", Due: noon}}}
	res := s.step(due("after 20m0s"))
	require.True(t, res.Handled)
	require.Equal(t, offsets{
		"after 5m0s": 5 * time.Minute, "after 10m0s": 10 * time.Minute, "after 15m0s": 15 * time.Minute,
	}, timers(res))
	require.Equal(t, []byte(`{}`), res.Data)
}

// A time that stays in the past must not fire for ever.
func TestAtDoesNotSpin(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Any()).To("a")
	fixed := noon.Add(time.Hour)
	b.In("a").At(func(*flow.Turn[log]) time.Time { return fixed }).To("a").On(flow.Any()).End()
	s := newSession(t, b)
	require.Len(t, s.step(text("x")).Timers, 1)
	s.now = fixed
	res := s.step(due("at"))
	require.True(t, res.Entered)
	require.Empty(t, res.Timers)
}

// deadline is data with the time of an At in InAny, in hours from noon; 0 is none.
type deadline struct {
	Hours int    `json:"hours,omitempty"`
	Note  string `json:"note,omitempty"`
}

// The time of At in InAny follows the data: typed letters move it by an hour each. What changes other data leaves
// it as it is, and so a time that fired does not fire again.
func TestAtOfInAnyFollowsTheData(t *testing.T) {
	t.Parallel()
	const hour = time.Hour
	until := func(t *flow.Turn[deadline]) time.Time {
		if t.Data.Hours == 0 {
			return time.Time{}
		}
		return noon.Add(time.Duration(t.Data.Hours) * time.Hour)
	}
	hours := func(_ context.Context, t *flow.Turn[deadline]) error {
		t.Data.Hours, _ = strconv.Atoi(t.Input())
		return nil
	}
	note := func(_ context.Context, t *flow.Turn[deadline]) error { t.Data.Note += "x"; return nil }
	b := flow.New[deadline]("f")
	b.Start(flow.Text("go")).To("a")
	b.In("a").On(flow.PostbackPrefix("stay ")).Do(hours).Stay().
		On(flow.PostbackPrefix("b ")).Do(hours).To("b").
		On(flow.Text("back")).Back()
	b.In("b").Enter(note).On(flow.Text("back")).Back().On(flow.Text("a")).To("a").On(flow.PostbackPrefix("b ")).Do(hours).To("b")
	b.InAny().
		At(until).Do(note).Stay().
		At(func(t *flow.Turn[deadline]) time.Time { return t.Now().Add(24 * time.Hour) }).End().
		On(flow.Text("look")).When("there is a time", func(t *flow.Turn[deadline]) bool { return t.Data.Hours > 0 }).Stay().
		On(flow.Text("note")).Do(note).Again().
		On(flow.Text("anew")).Restart("a")
	s := newSession(t, b)
	s.state.State = "a"
	day := 24 * hour
	for i, l := range []struct {
		now   time.Duration
		event *transport.Event
		want  offsets
	}{
		{0, text("anew"), offsets{"at 2": day}},
		{hour, postback("stay 5"), offsets{"at": 5 * hour, "at 2": day}},
		{hour, postback("b 7"), offsets{"at": 7 * hour, "at 2": day}},
		{2 * hour, postback("b 6"), offsets{"at": 6 * hour, "at 2": day}},
		{2 * hour, text("note"), offsets{"at": 6 * hour, "at 2": day}},
		{6 * hour, text("note"), offsets{"at": 6 * hour, "at 2": day}}, // it is due, and fires next
		{6 * hour, due("at"), offsets{"at 2": day}},
		{7 * hour, text("note"), offsets{"at 2": day}},
		{7 * hour, text("look"), offsets{"at 2": day}},
		{7 * hour, text("a"), offsets{"at 2": day}},
		{7 * hour, postback("stay 9"), offsets{"at": 9 * hour, "at 2": day}},
		{7 * hour, postback("stay 0"), offsets{"at 2": day}},
		{7 * hour, postback("b 4"), offsets{"at": 4 * hour, "at 2": day}}, // as at the start: it fires at once
		{7 * hour, due("at"), offsets{"at 2": day}},
		{7 * hour, postback("b 8"), offsets{"at": 8 * hour, "at 2": day}},
		{7 * hour, text("back"), offsets{"at 2": day}}, // to a time that fired
		{7 * hour, postback("b 9"), offsets{"at": 9 * hour, "at 2": day}},
		{7 * hour, postback("b 10"), offsets{"at": 10 * hour, "at 2": day}},
		{7 * hour, text("back"), offsets{"at": 9 * hour, "at 2": day}},
		{7 * hour, text("anew"), offsets{"at 2": 31 * hour}},
	} {
		s.now = noon.Add(l.now)
		res := s.step(l.event)
		require.True(t, res.Handled)
		require.Equal(t, l.want, timers(res), "line %d", i+1)
	}
}

// A time that a timer itself moves into the past does not fire for ever.
func TestAtOfInAnyDoesNotSpin(t *testing.T) {
	t.Parallel()
	b := flow.New[int]("f")
	b.Start(flow.Text("go")).To("a")
	b.In("a").On(flow.Text("end")).End()
	b.InAny().At(func(t *flow.Turn[int]) time.Time { return noon.Add(time.Duration(-t.Data) * time.Hour) }).
		Do(func(_ context.Context, t *flow.Turn[int]) error { t.Data++; return nil }).Stay()
	s := newSession(t, b)
	require.Len(t, s.step(text("go")).Timers, 1)
	res := s.step(due("at"))
	require.Equal(t, "1", string(res.Data))
	require.Empty(t, res.Timers)
}

// A timer of InAnyBut runs in the states that have it, and begins anew when one is entered from one that has
// not.
func TestTimersOfInAnyBut(t *testing.T) {
	t.Parallel()
	const min = time.Minute
	b := flow.New[log]("f")
	b.Start(flow.Text("go")).To("a")
	b.In("a").On(flow.Text("b")).To("b").On(flow.Text("desk")).Call("desk")
	b.In("b").On(flow.Text("desk")).Call("desk").After(20 * min).To("desk")
	b.In("desk").On(flow.Text("done")).Return().On(flow.Text("stay")).Stay().After(5 * min).Return()
	b.InAnyBut("desk").After(30 * min).End().At(at(time.Hour)).End()
	s := newSession(t, b)
	for i, l := range []struct {
		now   time.Duration
		event *transport.Event
		want  offsets
	}{
		{0, text("go"), offsets{"after 30m0s": 30 * min, "at": 60 * min}},
		{10 * min, text("b"), offsets{"after 30m0s": 40 * min, "at": 60 * min, "after 20m0s": 30 * min}},
		{20 * min, text("desk"), offsets{"after 5m0s": 25 * min}},
		{22 * min, text("stay"), offsets{"after 5m0s": 27 * min}},
		{27 * min, due("after 5m0s"), offsets{"after 30m0s": 57 * min, "at": 87 * min, "after 20m0s": 47 * min}},
		{28 * min, text("desk"), offsets{"after 5m0s": 33 * min}},
		{29 * min, text("done"), offsets{"after 30m0s": 59 * min, "at": 89 * min, "after 20m0s": 49 * min}},
	} {
		s.now = noon.Add(l.now)
		require.Equal(t, l.want, timers(s.step(l.event)), "line %d", i+1)
	}
}

// A time in the past fires at once, in the state that a timer of the same name led to as well.
func TestAtInThePast(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Any()).To("a")
	b.In("a").At(at(time.Hour)).To("b")
	b.In("b").At(at(-time.Hour)).End()
	s := newSession(t, b)
	s.step(text("x"))
	require.Equal(t, offsets{"at": -time.Hour}, timers(s.step(due("at"))))
}

// The time of At sees what the enter action did, and cannot send.
func TestAtIsComputedAfterEnter(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Any()).To("a")
	b.In("a").Enter(ran("enter")).
		At(func(t *flow.Turn[log]) time.Time {
			t.Send(say("lost"))
			return t.Now().Add(time.Duration(len(t.Data.Ran)) * time.Hour)
		}).End()
	s := newSession(t, b)
	res := s.step(text("x"))
	require.Equal(t, offsets{"at": time.Hour}, timers(res))
	require.Equal(t, said("enter@a"), res.Messages)
}

func TestReminders(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Any()).To("a")
	b.In("a").
		On(flow.Text("set")).Do(ran("do")).
		Remind("soon", at(time.Hour), ran("soon")).
		Remind("never", never, ran("never")).
		Remind("past", at(0), ran("past")).
		Remind("later", at(2*time.Hour), ran("later")).To("b").
		On(flow.Text("end")).Remind("last", at(time.Hour), failing(flow.Reject(say("instead")))).End().
		After(time.Minute).Remind("by_timer", at(time.Hour), panicking).Stay()
	b.In("b").Enter(ran("enter b")).On(flow.Any()).End()
	s := newSession(t, b)
	s.state.State = "a"

	set := s.step(text("set"))
	snapshot := []byte(`{"ran":["do"]}`)
	require.Equal(t, []flow.Reminder{
		{Name: "soon", Due: noon.Add(time.Hour), Data: snapshot},
		{Name: "never"}, {Name: "past"},
		{Name: "later", Due: noon.Add(2 * time.Hour), Data: snapshot},
	}, set.Reminders)

	for _, state := range []flow.State{"b", "", "a state of another flow"} {
		in := &flow.Input{Event: due("soon"), Now: noon, State: state, Data: snapshot, Mode: flow.ModeRemind,
			Timers: []flow.Timer{{Name: "at", Due: noon}}}
		require.Equal(t, flow.Result{Handled: true, State: state, Timers: in.Timers, Messages: said("soon@")}, s.run(in))
	}

	s.state = flow.Result{State: "a"}
	ended := s.step(text("end"))
	require.Empty(t, ended.State)
	require.Len(t, ended.Reminders, 1)
	in := &flow.Input{Event: due("last"), Now: noon, Mode: flow.ModeRemind}
	require.Equal(t, said("instead"), s.run(in).Messages)

	s.state = flow.Result{State: "a"}
	require.Len(t, s.step(due("after 1m0s")).Reminders, 1)
	in = &flow.Input{Event: due("by_timer"), Mode: flow.ModeRemind}
	_, err := s.f.Step(context.Background(), in)
	require.EqualError(t, err, "flow: f: by_timer: action: flow: panic with a string")

	in = &flow.Input{Event: due("gone"), Mode: flow.ModeRemind}
	_, err = s.f.Step(context.Background(), in)
	require.ErrorIs(t, err, flow.ErrUnknownReminder)
	require.EqualError(t, err, "flow: f: gone: decode: flow: unknown reminder")
}
