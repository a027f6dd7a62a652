package flow_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

func TestBuild(t *testing.T) {
	t.Parallel()
	f, err := newBooking()
	require.NoError(t, err)
	require.Equal(t, "booking", f.Name())
	require.Equal(t, []flow.State{AskDate, AskParty, Confirm}, f.States())
	ts := f.Transitions()
	require.Len(t, ts, 10)
	require.Equal(t, flow.Transition{
		Trigger:  `text "book", postback "book"`,
		Triggers: []flow.Trigger{flow.Text("book"), flow.Postback("book")},
		Branches: []flow.Branch{{Outcome: flow.To, To: AskDate}},
	}, ts[0])
	require.Equal(t, flow.Transition{
		From: AskDate, Trigger: "answer", Ask: true, Branches: []flow.Branch{{Outcome: flow.ReturnOr, To: AskParty}},
	}, ts[1])
	require.Equal(t, flow.Transition{
		From: Confirm, Trigger: `postback "yes"`, Triggers: []flow.Trigger{flow.Postback("yes")},
		Guards: []string{"is still ahead"}, Branches: []flow.Branch{{Outcome: flow.End}}, Reminders: []string{"day_before"},
	}, ts[3])
	require.Equal(t, flow.Transition{
		From: flow.AnyState, Trigger: "after 15m0s", Branches: []flow.Branch{{Outcome: flow.End}}, After: 15 * time.Minute,
	}, ts[9])
	ts[3].Guards[0], ts[1].Branches[0].To, f.States()[0] = "changed", "changed", "changed"
	require.Equal(t, "is still ahead", f.Transitions()[3].Guards[0], "the flow is immutable")
	require.Equal(t, AskParty, f.Transitions()[1].Branches[0].To)
	require.Equal(t, AskDate, f.States()[0])
	for o, name := range []string{
		"open", "stay", "again", "to", "call", "return", "return or", "back", "restart", "end", "give up", "open",
	} {
		require.Equal(t, name, flow.Outcome(o).String())
	}
}

func TestBuildAgain(t *testing.T) {
	t.Parallel()
	b := twoStates()
	first := b.MustBuild()
	b.In("a", "c").On(flow.Text("c")).To("c")
	second := b.MustBuild()
	in := &flow.Input{Event: text("c"), State: "a"}
	res, err := first.Step(t.Context(), in)
	require.NoError(t, err)
	require.True(t, res.Trace.Wrong)
	res, err = second.Step(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, flow.State("c"), res.State)
	res, err = second.Step(t.Context(), &flow.Input{Event: text("c"), State: "c"})
	require.NoError(t, err)
	require.True(t, res.Entered, "one statement for two states")
}

func TestMustBuildPanics(t *testing.T) {
	t.Parallel()
	defer func() {
		err, _ := recover().(*flow.DefinitionError)
		require.Equal(t, "f", err.Flow)
	}()
	flow.New[log]("f").MustBuild()
}

// faulty has every fault that Build finds.
func faulty() *flow.Builder[chan int] {
	type act = flow.Action[chan int]
	ok := act(func(context.Context, *flow.Turn[chan int]) error { return nil })
	when := func(*flow.Turn[chan int]) bool { return true }
	soon := func(t *flow.Turn[chan int]) time.Time { return t.Now() }
	match := func(*transport.Event) bool { return true }

	b := flow.New[chan int]("Faulty-Flow")
	b.Formerly("Faulty-Flow", "faulty", "faulty", "Bad Name")
	b.In()
	b.In("", "*", "start", "end", "Ask", "1st", "ask-date", "日付", flow.State(strings.Repeat("x", 65)))
	b.In("a").Enter(ok).Enter(ok).Exit(nil).
		On(flow.Text("x")).To("missing").
		On().End().
		On(flow.Text("Book")).Do(ok).To("b").
		On(flow.Text(" book ")).To("b").
		On(flow.Postback("p")).When("g", when).To("b").
		On(flow.Postback("p")).When("g", when).To("c").
		On(flow.Postback("q")).When("g", when).To("b").
		On(flow.Postback("q")).When("other", when).To("c").
		On(flow.Match("same", match)).To("b").
		On(flow.Match("same", match)).To("c").
		On(flow.Text(), flow.Kind(transport.KindText)).To("b").
		On(flow.TextLike(regexp.MustCompile("x"))).To("b").
		On(flow.Postback()).To("b").
		On(flow.Date()).To("b").
		On(flow.Any()).When("", nil).Do(nil).Stay()
	a := b.In("a")
	a.On(flow.Text("open"))
	a.On(flow.Text("hanging")).When("it hangs", when).Do(ok)
	twice := a.On(flow.Text("twice"))
	twice.Stay()
	twice.End()
	b.In("b").
		On(flow.Trigger{}, flow.Text(" "), flow.Postback(""), flow.PostbackPrefix(""), flow.Date(""), flow.Kind(),
			flow.Kind(transport.KindTimer), flow.Kind(200), flow.TextLike(nil),
			flow.Match("", match), flow.Match("nil", nil)).Stay().
		After(time.Millisecond).Stay().
		After(367*24*time.Hour).Stay().
		After(time.Minute).Stay().
		After(time.Minute).Stay().
		At(nil).Stay().
		On(flow.Text("remind")).Remind("Bad", soon, ok).Remind("twice", nil, nil).Stay().
		On(flow.Text("remind too")).Remind("twice", soon, ok).Stay()
	b.In("c").On(flow.Text("loop")).To("d")
	b.In("d").On(flow.Text("loop")).To("c")
	many := b.In("many")
	for i := range 33 {
		many.After(time.Duration(i+1)*time.Second).When("g", when).End()
	}
	b.InAny().Enter(ok).Exit(ok)
	b.In("a").Formerly("old")
	b.In("b").Formerly("old", "a", "Bad Name")
	b.In("c", "d").Formerly("both")
	b.InAny().Formerly("any")
	return b
}

func TestEveryFaultAtOnce(t *testing.T) {
	t.Parallel()
	_, err := faulty().Build()
	var de *flow.DefinitionError
	require.ErrorAs(t, err, &de)
	golden(t, "faults.txt", err.Error()+"\n")
	require.Contains(t, de.Problems, flow.Problem{
		State: "a", Transition: `text "x"`, Text: `leads to "missing", which is not a state of the flow`,
	})
}

func TestFaultWithoutNames(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("")
	b.Start(flow.Any()).To("")
	b.In("").On(flow.Any()).End()
	_, err := b.Build()
	require.EqualError(t, err, "flow: \"\": 2 faults in the definition\n"+
		"\"\": the flow's name \"\" is empty\n\"\": the state's name \"\" is empty")
}

func TestFaults(t *testing.T) {
	t.Parallel()
	yes := func(*flow.Turn[log]) bool { return true }
	tests := []struct {
		name   string
		define func(b *flow.Builder[log])
		want   []string
	}{
		{"nothing at all", func(*flow.Builder[log]) {}, []string{
			"f: has no Start: nothing starts the flow",
		}},
		{"unreachable", func(b *flow.Builder[log]) {
			b.Start(flow.Any()).To("a")
			b.In("a").On(flow.Any()).End()
			b.In("b").On(flow.Any()).End()
		}, []string{"f: b: cannot be reached"}},
		{"no transitions", func(b *flow.Builder[log]) {
			b.Start(flow.Any()).To("a")
			b.In("a")
		}, []string{"f: a: is a dead end: it has no transitions"}},
		{"a way that only timers take is a way", func(b *flow.Builder[log]) {
			b.Start(flow.Any()).To("a")
			b.In("a").After(time.Second).To("b")
			b.In("b").After(366 * 24 * time.Hour).End()
		}, nil},
		{"the same trigger starts twice", func(b *flow.Builder[log]) {
			b.Start(flow.Text("Go"), flow.Any()).To("a")
			b.Start(flow.Text("go "), flow.Text()).To("a")
			b.In("a").On(flow.Any()).End()
		}, []string{`f: start: text "go ", text: the trigger text "go " cannot be told from text "Go"`}},
		{"a trigger named twice", func(b *flow.Builder[log]) {
			b.Start(flow.Any()).To("a")
			b.In("a").On(flow.Date(), flow.Date()).End()
		}, []string{"f: a: date, date: names the trigger date twice"}},
		{"shadowed by several together", func(b *flow.Builder[log]) {
			b.Start(flow.Any()).To("a")
			b.In("a").On(flow.Text("x")).Stay().On(flow.Text("y")).End().On(flow.Text("X", "y")).End()
		}, []string{`f: a: text "X", "y": the trigger text "X", "y" is shadowed: text "x" comes first`}},
		{"shadowed data", func(b *flow.Builder[log]) {
			b.Start(flow.Any()).To("a")
			b.In("a").
				On(flow.PostbackPrefix("i=")).End().On(flow.PostbackPrefix("i=1")).End().
				On(flow.Postback("d")).End().On(flow.Date("d")).End().
				On(flow.Time()).End().On(flow.Time()).When("g", yes).End()
		}, []string{
			`f: a: date "d": the trigger date "d" is shadowed: postback "d" comes first`,
			`f: a: postback "i=1…": the trigger postback "i=1…" is shadowed: postback "i=…" comes first`,
			`f: a: time [g]: the trigger time is shadowed: time comes first`,
		}},
		{"a global transition that no state lets through", func(b *flow.Builder[log]) {
			b.Start(flow.Any()).To("a")
			b.In("a").On(flow.Text()).To("b")
			b.In("b").On(flow.Text()).End()
			b.InAny().On(flow.Text()).End()
		}, []string{"f: *: text: the trigger text is shadowed: text comes first"}},
		{"a global transition that one state lets through", func(b *flow.Builder[log]) {
			b.Start(flow.Any()).To("a")
			b.In("a").On(flow.Text()).To("b")
			b.In("b").On(flow.Postback()).End()
			b.InAny().On(flow.Text()).End()
		}, nil},
		{"global ones that cannot be told apart", func(b *flow.Builder[log]) {
			b.Start(flow.Any()).To("a")
			b.In("a").On(flow.Postback("b")).To("b")
			b.In("b")
			b.InAny().On(flow.Text("end")).End().On(flow.Text("END")).Stay()
		}, []string{`f: *: text "END": the trigger text "END" cannot be told from text "end"`}},
		{"a state shadowed by InAny", func(b *flow.Builder[log]) {
			b.Start(flow.Any()).To("a")
			b.In("a").On(flow.Any()).Stay()
			b.InAny().On(flow.Text(), flow.Image(), flow.Video(), flow.Audio(), flow.File(), flow.Location(),
				flow.Sticker(), flow.Kind(transport.KindMessage), flow.Postback()).End()
		}, []string{"f: a: any: the trigger any is shadowed: " +
			"text, image, video, audio, file, location, sticker, message, postback comes first"}},
		{"the engine's end", func(b *flow.Builder[log]) {
			b.Start(flow.Any()).To("a")
			b.In("a").On(flow.Text("x")).To("end").On(flow.Any()).End()
		}, []string{`f: a: text "x": leads to "end", which is reserved: use End`}},
		{"a word that is taken", func(b *flow.Builder[log]) {
			b.Start(flow.Any()).To("a")
			b.In("a").On(flow.Text("ok", "Yes")).Stay().On(flow.Text("yes", "sure")).End().
				On(flow.Date("d", "e")).Stay().On(flow.Date("e", "f")).Stay()
		}, []string{
			`f: a: text "yes", "sure": the trigger text "yes", "sure" shares "yes" with text "ok", "Yes", which comes first`,
			`f: a: date "e", "f": the trigger date "e", "f" shares "e" with date "d", "e", which comes first`,
		}},
		{"words that are not taken", func(b *flow.Builder[log]) {
			b.Start(flow.Any()).To("a")
			b.In("a").On(flow.Text("x", "y")).When("g", yes).Stay().On(flow.Text("y", "z"), flow.Text("z", "u")).Stay().
				On(flow.Postback("y", "v")).Stay()
			b.InAny().On(flow.Text("z", "cancel")).End()
		}, nil},
		{"no name", func(b *flow.Builder[log]) {
			b.Start(flow.Any()).To("a")
			b.In("a").On(flow.Any()).To("")
			b.InAny().On(flow.Text("x")).To("b")
		}, []string{
			`f: a: any: leads to "", which is not a state of the flow`,
			`f: *: text "x": leads to "b", which is not a state of the flow`,
			"f: a: is a dead end: no way leads to the end of the flow",
		}},
		{"different guards", func(b *flow.Builder[log]) {
			b.Start(flow.Any()).To("a")
			b.In("a").On(flow.Text()).When("a", yes).End().On(flow.Text()).When("b", yes).Stay().On(flow.Text()).Again().
				After(time.Second).When("a", yes).End().After(time.Second).When("b", yes).End()
		}, nil},
		{"Always takes all that comes after it", func(b *flow.Builder[log]) {
			b.Start(flow.Always()).To("a")
			b.In("a").On(flow.Text("x")).Stay().On(flow.Always()).Stay().On(flow.Postback("y")).End().On(flow.Join()).End()
			b.In("b").On(flow.Always()).When("g", yes).To("a").On(flow.Text("x")).To("a")
			b.In("a").On(flow.Follow()).When("g", yes).To("b")
			b.InAny().On(flow.Text("cancel")).End()
		}, []string{
			"f: start: always: a start has no Always: it would take all that others start on",
			`f: a: postback "y": the trigger postback "y" is shadowed: always comes first`,
		}},
		{"a Match covers nothing but itself and is covered by nothing", func(b *flow.Builder[log]) {
			b.Start(flow.Any()).To("a")
			follow := func(e *transport.Event) bool { return e.Kind == transport.KindFollow }
			b.In("a").On(flow.Follow()).Stay().On(flow.PostbackPrefix("x")).Stay().
				On(flow.Match("follow", follow)).Stay().On(flow.Postback()).Stay().On(flow.Any()).End()
		}, nil},
		{"32 timers with those of InAny", func(b *flow.Builder[log]) {
			b.Start(flow.Any()).To("a")
			s := b.In("a")
			for i := range 31 {
				s.After(time.Duration(i+1)*time.Second).When("g", yes).End()
			}
			b.InAny().After(time.Hour).End()
		}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := flow.New[log]("f")
			tt.define(b)
			_, err := b.Build()
			if tt.want == nil {
				require.NoError(t, err)
				return
			}
			require.Error(t, err)
			lines := strings.Split(err.Error(), "\n")
			require.Equal(t, tt.want, lines[1:])
		})
	}
}
