package flow_test

import (
	"context"
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
