package flow_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
)

// calls is a flow with a summary that calls the question of a field, which is on the way to it, too.
func calls() *flow.Builder[log] {
	b := flow.New[log]("f")
	b.Start(flow.Text("go")).To("field")
	b.In("field").Enter(tell[log]("Field?")).Exit(tell[log]("(field left)")).
		On(flow.Text("next")).ReturnOr("summary").
		On(flow.Text("deeper")).Call("deep").
		On(flow.Text("return")).Return().
		On(flow.Text("end")).End()
	b.In("deep").Enter(tell[log]("Deep?")).
		On(flow.Text("return")).Return().
		On(flow.Text("summary")).To("summary").
		On(flow.Text("deeper")).Call("field").
		On(flow.Text("aside")).To("field").
		On(flow.Text("anew")).Do(ran("lost")).Restart("field")
	b.In("summary").Enter(tell[log]("Summary?")).Exit(tell[log]("(summary left)")).
		On(flow.Text("field")).Call("field").
		On(flow.Text("end")).End()
	b.InAny().On(flow.Text("self")).Call("field")
	return b
}

func TestCall(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		lines []turn
	}{
		{"a call leaves and enters, and so does a return", []turn{
			{text("next"), "summary: (field left) | Summary?"},
			{text("field"), "field: (summary left) | Field?"},
			{text("next"), "summary: (field left) | Summary?"},
		}},
		{"ReturnOr goes on if nobody called", []turn{
			{text("next"), "summary: (field left) | Summary?"},
		}},
		{"calls within calls return one by one", []turn{
			{text("next"), "summary: (field left) | Summary?"},
			{text("field"), "field: (summary left) | Field?"},
			{text("deeper"), "deep: (field left) | Deep?"},
			{text("return"), "field: Field?"},
			{text("next"), "summary: (field left) | Summary?"},
			{text("end"), ": (summary left)"},
		}},
		{"To keeps the callers", []turn{
			{text("next"), "summary: (field left) | Summary?"},
			{text("field"), "field: (summary left) | Field?"},
			{text("deeper"), "deep: (field left) | Deep?"},
			{text("deeper"), "field: Field?"}, // waiting: summary, field, deep
			{text("return"), "deep: (field left) | Deep?"},
		}},
		{"To a state that waits ends its call and those after it", []turn{
			{text("next"), "summary: (field left) | Summary?"},
			{text("field"), "field: (summary left) | Field?"},
			{text("deeper"), "deep: (field left) | Deep?"},
			{text("aside"), "field: Field?"},
			{text("return"), "summary: (field left) | Summary?"},
		}},
		{"To the first that waits ends all calls", []turn{
			{text("next"), "summary: (field left) | Summary?"},
			{text("field"), "field: (summary left) | Field?"},
			{text("deeper"), "deep: (field left) | Deep?"},
			{text("summary"), "summary: Summary?"},
			{text("field"), "field: (summary left) | Field?"},
			{text("return"), "summary: (field left) | Summary?"},
		}},
		{"a return that nobody called asks again", []turn{
			{text("return"), "field: Field?"},
		}},
		{"a call of the present state asks again", []turn{
			{text("self"), "field: Field?"},
			{text("return"), "field: Field?"},
		}},
		{"an end in a called state ends the conversation", []turn{
			{text("next"), "summary: (field left) | Summary?"},
			{text("field"), "field: (summary left) | Field?"},
			{text("end"), ": (field left)"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSession(t, calls())
			s.step(text("go"))
			s.holds(tt.lines...)
		})
	}
}

// Up to 16 calls wait. One more asks again, and both that and a return without a call are counted.
func TestCallsAreBounded(t *testing.T) {
	t.Parallel()
	s := newSession(t, calls())
	s.step(text("go"))
	require.Equal(t, 1, s.step(text("return")).Trace.Stray)
	for range 16 {
		res := s.step(text("deeper"))
		require.True(t, res.Entered)
		require.Zero(t, res.Trace.Stray)
	}
	trail := s.state.Trail
	res := s.step(text("deeper"))
	require.Equal(t, said("Field?"), res.Messages)
	require.Equal(t, 1, res.Trace.Stray)
	require.False(t, res.Entered)
	require.Equal(t, trail, res.Trail)
	require.Zero(t, s.step(text("return")).Trace.Stray)
}

func TestRestartDropsDataCallersHistoryAndTries(t *testing.T) {
	t.Parallel()
	b := calls()
	b.InAny().On(flow.Text("back")).Back()
	s := newSession(t, b)
	s.step(text("go"))
	s.step(text("deeper"))
	s.step(text("what?"))
	require.NotEmpty(t, s.state.Trail)
	res := s.step(text("anew"))
	require.Equal(t, said("lost@deep", "Field?"), res.Messages)
	require.Equal(t, "{}", string(res.Data))
	require.Nil(t, res.Trail)
	require.True(t, res.NewStep)
}

// A call that waits under a name of earlier days returns to the state of today, and ends when To leads there.
func TestCallersOfOldCode(t *testing.T) {
	t.Parallel()
	old := calls()
	old.In("summary_v1").Enter(tell[log]("Old?")).On(flow.Text("deep")).Call("deep").On(flow.Text("end")).End()
	old.In("summary").On(flow.Text("v1")).To("summary_v1")
	s := newSession(t, old)
	s.step(text("go"))
	s.step(text("next"))
	s.step(text("v1"))
	before := s.step(text("deep"))

	b := calls()
	b.In("summary").Formerly("summary_v1")
	now := b.MustBuild()
	s = &session{t: t, f: now, now: noon, state: before}
	s.holds(turn{text("return"), "summary: Summary?"})
	s.state = before
	s.holds(
		turn{text("summary"), "summary: Summary?"},
		turn{text("field"), "field: (summary left) | Field?"},
		turn{text("next"), "summary: (field left) | Summary?"},
	)
	require.Nil(t, s.state.Trail, "nobody waits any more")

	s = &session{t: t, f: calls().MustBuild(), now: noon, state: before}
	in := s.input(text("return"))
	_, err := s.f.Step(t.Context(), in)
	require.ErrorIs(t, err, flow.ErrUnknownState, "a newer build may know the caller")
	in.Gone = true
	require.Equal(t, "summary_v1: ", s.saysTo(in), "nobody is locked out in a state with a Return alone")
	require.True(t, s.state.Gone)
	require.Zero(t, s.state.Trace.Stray)
	require.Nil(t, s.state.Trail)
}

// The branch of Return is one like any other: its actions run after the exit action.
func TestReturnRunsItsActions(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Any()).To("a")
	b.In("a").Enter(ran("a")).On(flow.Text("b")).Call("b").On(flow.Text("end")).End()
	b.In("b").Exit(ran("exit")).On(flow.Text("return")).Do(ran("do")).Return()
	s := newSession(t, b)
	s.step(text("x"))
	s.step(text("b"))
	require.Equal(t, said("exit@b", "do@b", "a@a"), s.step(text("return")).Messages)
	require.Equal(t, `{"ran":["a","exit","do","a"]}`, string(s.state.Data), "data are shared, and not undone")
}

func TestBranches(t *testing.T) {
	t.Parallel()
	input := func(want string) flow.Guard[log] {
		return func(t *flow.Turn[log]) bool {
			t.Send(say("lost"))
			return len(t.Data.Ran) > 0 && t.Data.Ran[len(t.Data.Ran)-1] == want
		}
	}
	note := func(_ context.Context, t *flow.Turn[log]) error {
		t.Data.Ran = append(t.Data.Ran, t.Input())
		t.Send(say("noted"))
		return nil
	}
	b := flow.New[log]("f")
	b.Start(flow.Text("go")).To("a")
	b.In("a").Enter(tell[log]("A?")).Exit(tell[log]("(left)")).
		On(flow.Postback("x", "y", "z", "reject")).Do(note).
		If("is x", input("x")).Do(tell[log]("x")).Remind("of_x", at(1), ran("of x")).To("b").
		ElseIf("is y", input("y")).Do(tell[log]("y")).Stay().
		ElseIf("is refused", input("reject")).Do(failing(flow.Reject(say("no")))).To("b").
		Else().Do(tell[log]("else")).End()
	b.In("b").Enter(tell[log]("B?")).On(flow.Text("end")).End()
	for _, tt := range []struct {
		data, want string
		branch     int
		reminders  int
	}{
		{"x", "b: noted | (left) | x | B?", 0, 1},
		{"y", "a: noted | y", 1, 0},
		{"reject", "a: no | A?", 0, 0},
		{"z", ": noted | (left) | else", 3, 0},
	} {
		s := newSession(t, b)
		s.step(text("go"))
		s.holds(turn{postback(tt.data), tt.want})
		require.Equal(t, tt.branch, s.state.Trace.Branch)
		require.Len(t, s.state.Reminders, tt.reminders)
		require.NotContains(t, string(s.state.Data), "reject")
	}
}

func TestBranchesInDefinitionsAndDiagrams(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Text("go")).If("is known", yes).To("b").Else().To("a")
	b.In("a").On(flow.Text("x")).Do(ran("x")).If("one", yes).Call("b").ElseIf("two", no).Again().Else().ReturnOr("b")
	b.In("b").On(flow.Text("x")).Return().On(flow.Text("y")).Restart("a")
	b.InAnyBut("b").On(flow.Text("back")).Back()
	b.InAny().Wrong(3).End()
	f := b.MustBuild()
	require.Equal(t, []flow.Branch{
		{Guard: "one", Outcome: flow.Call, To: "b"}, {Guard: "two", Outcome: flow.Again}, {Outcome: flow.ReturnOr, To: "b"},
	}, f.Transitions()[1].Branches)
	require.Equal(t, []flow.State{"b"}, f.Transitions()[4].But)
	require.Equal(t, 3, f.Transitions()[5].Wrong)
	golden(t, "branches.mmd", f.Diagram())
}

func TestPanicInIf(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Text("go")).To("a")
	b.In("a").On(flow.Text("x")).Do(ran("x")).If("panics", func(*flow.Turn[log]) bool { panic("secret") }).Stay().Else().End()
	s := newSession(t, b)
	s.step(text("go"))
	require.Equal(t, flow.PhaseGuard, s.fails(text("x")).Phase)
}
