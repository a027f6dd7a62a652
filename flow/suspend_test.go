package flow_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
)

// suspended is a flow whose timers go on while it is suspended.
func suspended() *flow.Builder[log] {
	b := flow.New[log]("f")
	b.Start(flow.Text("go")).To("a")
	b.In("a").Enter(ran("enter a")).Exit(ran("exit a")).
		On(flow.Text("ask")).To("b").
		At(at(time.Hour)).Do(ran("at")).To("b").
		After(time.Minute).Do(ran("idle")).End()
	b.In("b").Enter(ran("enter b")).Exit(ran("exit b")).Menu("menu").Exclusive().
		On(flow.Text("on")).To("a").
		At(at(3 * time.Hour)).End().
		After(2 * time.Minute).End()
	b.In("b").On(flow.Text("end")).End()
	return b
}

// A timer moves a suspended conversation: it is left, and entered when it comes back.
func TestTimerOfASuspendedConversation(t *testing.T) {
	t.Parallel()
	s := newSession(t, suspended())
	require.Equal(t, "a: enter a@a", s.says(text("go")))
	in := s.input(due("at"))
	in.Suspended, in.Now = true, noon.Add(time.Hour)
	require.Equal(t, "b: exit a@a | at@a", s.saysTo(in), "nothing is entered")
	require.True(t, s.state.Owes)
	require.True(t, s.state.NewStep)
	require.Equal(t, offsets{"at": 4 * time.Hour}, timers(s.state), "no idle time")

	in = s.input(text("book"))
	in.Mode, in.Resumed, in.Now = flow.ModeEnter, true, noon.Add(2*time.Hour)
	require.Equal(t, "b: enter b@b", s.saysTo(in))
	require.False(t, s.state.Owes)
	require.Equal(t, "menu", s.state.Menu)
	require.Equal(t, offsets{"at": 4 * time.Hour, "after 2m0s": 2*time.Hour + 2*time.Minute}, timers(s.state))
	require.JSONEq(t, `{"ran":["enter a","exit a","at","enter b"]}`, string(s.state.Data))

	in = s.input(due("at"))
	in.Suspended = true
	require.Equal(t, ": exit b@b", s.saysTo(in), "an end needs no entry")
	require.False(t, s.state.Owes)
}

// Idle time begins anew when a conversation is resumed, also by a timer of another one.
func TestIdleTimeOfAResumedConversation(t *testing.T) {
	t.Parallel()
	for _, resumed := range []bool{true, false} {
		s := newSession(t, suspended())
		s.step(text("go"))
		in := s.input(due("after 5m0s"))
		in.Mode, in.Resumed, in.Now = flow.ModeShow, resumed, noon.Add(30*time.Minute)
		require.Equal(t, "a: enter a@a", s.saysTo(in))
		want := offsets{"at": time.Hour, "after 1m0s": time.Minute}
		if resumed {
			want["after 1m0s"] = 31 * time.Minute
		}
		require.Equal(t, want, timers(s.state))
	}
}

// What fails when a conversation is entered late fails the step.
func TestLateEntryThatFails(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Text("go")).To("a")
	b.In("a").Enter(ran("a")).At(at(time.Hour)).To("b")
	b.In("b").Enter(failing(errBoom)).On(flow.Text("end")).End()
	s := newSession(t, b)
	s.step(text("go"))
	in := s.input(due("at"))
	in.Suspended = true
	s.run(in)
	require.True(t, s.state.Owes)
	in = s.input(text("x"))
	in.Mode = flow.ModeEnter
	_, err := s.f.Step(t.Context(), in)
	require.ErrorIs(t, err, errBoom)
	in.Data = []byte("{")
	_, err = s.f.Step(t.Context(), in)
	require.Error(t, err)
}

func TestModeLeave(t *testing.T) {
	t.Parallel()
	s := newSession(t, suspended())
	s.step(text("go"))
	in := s.input(text("replace"))
	in.Mode = flow.ModeLeave
	require.Equal(t, ": exit a@a", s.saysTo(in))
	require.Empty(t, s.state.Timers)
	require.Empty(t, s.state.Data)
}

func TestExclusive(t *testing.T) {
	t.Parallel()
	b := suspended()
	b.In("b").Formerly("c")
	f := b.MustBuild()
	for state, want := range map[flow.State]bool{"a": false, "b": true, "c": true, "d": false} {
		require.Equal(t, want, f.Exclusive(state, nil), state)
	}
}

// A start may be for idle times, or take the place of all conversations.
func TestReplaceAndWhenIdle(t *testing.T) {
	t.Parallel()
	b := suspended()
	b.Start(flow.Text("idle")).WhenIdle().To("b")
	b.Start(flow.Text("replace")).Replace().Do(ran("replace")).To("b")
	b.Start(flow.Text("either")).Replace().Do(ran("either")).If("no", no).To("b").Else().End()
	s := newSession(t, b)

	busy := s.input(text("idle"))
	busy.Busy = true
	res := s.run(busy)
	require.False(t, res.Handled)
	res = s.step(text("idle"))
	require.Equal(t, flow.State("b"), res.State)
	require.False(t, res.Replaces)

	in := s.input(text("idle"))
	in.Mode = flow.ModeStart
	require.False(t, s.run(in).Handled, "its own conversation is one too")

	in = s.input(text("replace"))
	in.Mode = flow.ModeStart
	before := s.state
	res = s.run(in)
	require.True(t, res.Replaces)
	require.Empty(t, res.Messages)
	require.Equal(t, before.Data, res.Data)

	s = newSession(t, b)
	res = s.step(text("replace"))
	require.True(t, res.Replaces)
	require.Equal(t, said("replace@", "enter b@b"), res.Messages)
	s = newSession(t, b)
	require.False(t, s.step(text("either")).Replaces, "it only answers")
}
