package flow_test

import (
	"context"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// starts is a flow with starts of every kind.
func starts() *flow.Builder[log] {
	set := func(_ context.Context, t *flow.Turn[log]) error {
		t.Data.Ran = append(t.Data.Ran, t.Input())
		return nil
	}
	b := flow.New[log]("f")
	b.Start(flow.Text("go")).When("panics", func(*flow.Turn[log]) bool { panic("secret") }).To("a")
	b.Start(flow.Text("go")).When("has data", func(t *flow.Turn[log]) bool { return len(t.Data.Ran) > 0 }).To("a")
	b.Start(flow.Text("go")).When("at noon", func(t *flow.Turn[log]) bool { return t.Now().Hour() == 12 }).To("b")
	b.Start(flow.PostbackPrefix("link ")).Do(set).If("is deep", func(t *flow.Turn[log]) bool {
		return t.Data.Ran[0] == "deep"
	}).Do(tell[log]("Deep.")).To("b").Else().Do(tell[log]("Unknown.")).End()
	b.Start(flow.Text("hours")).Do(tell[log]("9 to 5.")).Remind("later", at(time.Hour), ran("later")).End()
	b.Start(flow.Text("rejected")).Do(failing(flow.Reject(say("Not today.")))).End()
	b.Start(flow.Text("fails")).Do(failing(errBoom)).End()
	b.In("a").Enter(tell[log]("A?")).Exit(tell[log]("(left)")).On(flow.Text("end")).End()
	b.In("b").Enter(tell[log]("B?")).Exit(tell[log]("(left)")).On(flow.Text("set")).Do(set).Stay().On(flow.Text("a")).To("a").
		On(flow.Text("end")).End()
	return b
}

// Guards of a start see fresh data, the event and the time; one that panics does not pass.
func TestGuardsOfStarts(t *testing.T) {
	t.Parallel()
	s := newSession(t, starts())
	s.holds(turn{text("go"), "b: B?"})
	require.Equal(t, flow.Trace{
		Transition: 3, Matched: true,
		Failed: []flow.FailedGuard{{Transition: 2, Guard: "has data"}},
	}, s.state.Trace)
	s.state, s.now = flow.Result{}, noon.Add(time.Hour)
	res := s.step(text("go"))
	require.False(t, res.Handled)
	require.True(t, res.Trace.Matched)
	require.Empty(t, res.State)
}

func TestStartThatEnds(t *testing.T) {
	t.Parallel()
	s := newSession(t, starts())
	s.holds(
		turn{postback("link deep"), "b: Deep. | B?"},
	)
	require.Equal(t, `{"ran":["deep"]}`, string(s.state.Data))
	s.state = flow.Result{}
	s.holds(turn{postback("link x"), ": Unknown."})
	require.True(t, s.state.Handled)
	require.Nil(t, s.state.Data)
	s.holds(turn{text("hours"), ": 9 to 5."})
	require.Len(t, s.state.Reminders, 1)
	s.holds(turn{text("rejected"), ": Not today."})
	require.Equal(t, flow.TurnError{Flow: "f", Trigger: "start", Phase: flow.PhaseAction, Err: errBoom}, *s.fails(text("fails")))
}

// While the flow is active, a start that ends answers, and then the question is asked, in a one-to-one chat
// alone. Any other asks the question. Neither leaves, changes the data, or counts.
func TestStartWhileActive(t *testing.T) {
	t.Parallel()
	one := func(e *transport.Event) *transport.Event { e.Source.Chat = transport.ChatUser; return e }
	for _, tt := range []struct {
		name      string
		event     *transport.Event
		out       []transport.Message
		reminders int
	}{
		{"one that ends", one(text("hours")), said("9 to 5.", "B? #1"), 1},
		{"one that ends, in a group", inGroup(text("hours")), said("9 to 5."), 1},
		{"one that leads to a state", one(text("go")), said("B? #1"), 0},
		{"one that leads to a state, in a group", inGroup(text("go")), said("B? #1"), 0},
		{"one with a branch that ends", one(postback("link x")), said("Unknown.", "B? #1"), 0},
		{"one whose other branch would end", one(postback("link deep")), said("B? #1"), 0},
		{"one that refuses", one(text("rejected")), said("Not today.", "B? #1"), 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSession(t, starts())
			s.step(text("go"))
			s.step(text("set"))
			before := s.step(text("what?"))
			in := s.input(tt.event)
			in.Mode = flow.ModeStart
			res := s.run(in)
			require.Equal(t, tt.out, res.Messages)
			require.True(t, res.Handled)
			require.False(t, res.Entered)
			require.False(t, res.NewStep)
			require.Equal(t, before.State, res.State)
			require.Equal(t, before.Data, res.Data)
			require.Equal(t, before.Trail, res.Trail)
			require.Len(t, res.Reminders, tt.reminders)
			require.NotZero(t, res.Trace.Transition)
		})
	}
	s := newSession(t, starts())
	s.step(text("go"))
	in := s.input(text("what?"))
	in.Mode = flow.ModeStart
	require.Equal(t, flow.Result{State: "b", Data: []byte("{}")}, s.run(in), "no start takes it")
	in = s.input(text("fails"))
	in.Mode = flow.ModeStart
	_, err := s.f.Step(t.Context(), in)
	require.ErrorIs(t, err, errBoom)
}

// With Least, only the ranks from it on are tried, and what they do not take is no wrong answer.
func TestLeast(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Text("go"), flow.TextLike(regexp.MustCompile("^go"))).To("a")
	b.In("a").On(flow.Text("exact")).Do(ran("exact")).Stay().
		On(flow.TextLike(regexp.MustCompile("pattern"))).Do(ran("pattern")).Stay().
		On(flow.Text()).When("kind", func(t *flow.Turn[log]) bool { return t.Input() == "kind" }).Do(ran("kind")).Stay().
		On(flow.Any()).When("any", func(t *flow.Turn[log]) bool { return t.Input() == "any" }).Do(ran("any")).End()
	f := b.MustBuild()
	ranks := map[string]flow.Rank{
		"exact": flow.RankExact, "pattern": flow.RankPattern, "kind": flow.RankKind, "any": flow.RankAny, "none": flow.RankNone,
	}
	for word, rank := range ranks {
		for least := flow.RankNone; least <= flow.RankExact; least++ {
			res := must(f.Step(t.Context(), &flow.Input{Event: text(word), State: "a", Least: least}))
			require.Equal(t, rank > flow.RankNone && rank >= least, res.Trace.Transition > 0, "%s from %d on", word, least)
			require.Equal(t, rank == flow.RankNone && least == flow.RankNone, res.Trace.Wrong, "%s from %d on", word, least)
		}
	}
	require.True(t, must(f.Step(t.Context(), &flow.Input{Event: text("gone"), Least: flow.RankPattern})).Handled)
	require.False(t, must(f.Step(t.Context(), &flow.Input{Event: text("gone"), Least: flow.RankExact})).Handled)
}

// A tap on a button of the present step may do all; one on an earlier step's button does what is Lasting;
// one on a button of no step what is taken FromAnywhere. Only the first is ever a wrong answer.
func TestTaps(t *testing.T) {
	t.Parallel()
	b := flow.New[form]("f")
	b.Start(flow.Text("go")).To("a")
	b.In("a").Ask(flow.Question(tell[form]("A?"), readParty, func(f *form) *int { return &f.Party })).Stay().
		On(flow.Postback("plain")).Stay().
		On(flow.PostbackPrefix("lasting").Lasting()).Stay().
		On(flow.Postback("rich").FromAnywhere()).Stay().
		On(flow.Postback("both").Lasting().FromAnywhere()).Stay()
	b.InAny().On(flow.Any()).When("is any", func(t *flow.Turn[form]) bool { return t.Input() == "any" }).End()
	f := b.MustBuild()
	for _, tt := range []struct {
		data string
		want [3]int // the transition for a live, an earlier and a loose tap
	}{
		{"plain", [3]int{3, 0, 0}}, {"lasting 3", [3]int{4, 4, 0}}, {"rich", [3]int{5, 0, 5}}, {"both", [3]int{6, 6, 6}},
		{"4", [3]int{2, 0, 0}}, {"any", [3]int{7, 0, 0}}, {"wrong", [3]int{0, 0, 0}},
	} {
		for tap, want := range tt.want {
			res := must(f.Step(t.Context(), &flow.Input{Event: postback(tt.data), State: "a", Tap: flow.Tap(tap)}))
			require.Equal(t, want, res.Trace.Transition, "%s %d", tt.data, tap)
			require.Equal(t, want > 0 || flow.Tap(tap) == flow.TapLive, res.Handled, "%s %d", tt.data, tap)
			require.Equal(t, tt.data == "wrong" && flow.Tap(tap) == flow.TapLive, res.Trace.Wrong, "%s %d", tt.data, tap)
		}
	}
	require.True(t, f.Transitions()[3].Triggers[0].Info().Lasting)
	require.True(t, f.Transitions()[4].Triggers[0].Info().FromAnywhere)
}

// The innermost comes first at each rank, and InAnyBut leaves states out.
func TestInAnyBut(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Text("go")).To("a")
	b.In("a").On(flow.Text()).Do(ran("own text")).Stay().On(flow.Postback("desk")).To("desk")
	b.In("desk").Enter(tell[log]("Desk?")).On(flow.Postback("a")).To("a")
	b.InAnyBut("desk").
		On(flow.Text("cancel")).Do(ran("cancel")).Stay().
		On(flow.TextLike(regexp.MustCompile("(?i)^cancel"))).Do(ran("pattern")).Stay().
		Wrong(1).Do(ran("wrong")).Again().
		After(time.Hour).End()
	b.InAny().On(flow.Text("cancel")).Do(ran("any")).Stay().On(flow.Sticker()).End()
	s := newSession(t, b)
	s.holds(
		turn{text("go"), "a: "}, turn{text("Cancel!"), "a: cancel@a"}, turn{text("Cancel please"), "a: pattern@a"},
		turn{text("x"), "a: own text@a"}, turn{kind(transport.KindImage), "a: wrong@a"},
	)
	require.Equal(t, offsets{"after 1h0m0s": time.Hour}, timers(s.state))
	s.holds(turn{postback("desk"), "desk: Desk?"})
	require.Empty(t, timers(s.state))
	s.holds(turn{text("cancel"), "desk: any@desk"}, turn{text("Cancel please"), "desk: Desk? #1"})
	s.now = noon.Add(time.Minute)
	s.step(postback("a"))
	require.Equal(t, offsets{"after 1h0m0s": time.Hour + time.Minute}, timers(s.state))
}

// A nudge nudges once, and then the lapse comes.
func TestNudgeOnceThenLapse(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Text("go")).To("a")
	b.In("a").Enter(tell[log]("A?")).After(5 * time.Minute).Do(tell[log]("There?")).Again().
		After(30 * time.Minute).Do(tell[log]("Bye.")).End()
	s := newSession(t, b)
	s.step(text("go"))
	s.now = noon.Add(5 * time.Minute)
	s.holds(turn{due("after 5m0s"), "a: There? | A?"})
	require.Equal(t, offsets{"after 30m0s": 30 * time.Minute}, timers(s.state))
	s.holds(turn{text("what?"), "a: A? #1"})
	require.Equal(t, offsets{"after 5m0s": 10 * time.Minute, "after 30m0s": 35 * time.Minute}, timers(s.state))
	s.now = noon.Add(35 * time.Minute)
	s.holds(turn{due("after 30m0s"), ": Bye. #1"})
}
