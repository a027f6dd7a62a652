package flow_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// form is data of a conversation that asks.
type form struct {
	Party int      `json:"party,omitempty"`
	Name  string   `json:"name,omitempty"`
	Ran   []string `json:"ran,omitempty"`
}

// readParty is a parser that knows every way to refuse and to fail.
func readParty(_ context.Context, a *flow.Answer) (int, error) {
	switch a.Text {
	case "down":
		return 0, errBoom
	case "panic":
		panic("the user's secret")
	case "many":
		return 0, flow.Reject(say("1 to 8, please."))
	case "wrapped":
		return 0, fmt.Errorf("of course: %w", flow.Reject(say("1 to 8, please.")))
	}
	n, err := strconv.Atoi(flow.Fold(a.Text))
	if err != nil {
		return 0, flow.Reject()
	}
	return n, nil
}

// isFree is a check of the party: what it changes is undone if it refuses.
func isFree(_ context.Context, t *flow.Turn[form]) error {
	t.Data.Ran = append(t.Data.Ran, "checked")
	t.Send(say("Looking."))
	t.SwitchMenu("checked")
	switch t.Data.Party {
	case 7:
		return flow.Reject(say("No table for 7."))
	case 6:
		return flow.Reject()
	case 5:
		return errBoom
	}
	return nil
}

func noteForm(name string) flow.Action[form] {
	return func(_ context.Context, t *flow.Turn[form]) error {
		t.Data.Ran = append(t.Data.Ran, name)
		t.Send(say(name))
		return nil
	}
}

func askParty() *flow.QuestionBuilder[form] {
	return flow.Question(tell[form]("Party?"), readParty, func(f *form) *int { return &f.Party }).Check(isFree)
}

// asking is a flow with a question, and what stands around it.
func asking() *flow.Builder[form] {
	b := flow.New[form]("f")
	b.Start(flow.Text("go")).To("party")
	b.In("party").Enter(noteForm("enter")).Exit(noteForm("exit")).
		Ask(askParty()).Do(noteForm("do")).To("next").
		On(flow.Text("stay")).Stay().
		On(flow.Text("help")).Do(noteForm("Help.")).Again().
		On(flow.Text("no")).Do(func(context.Context, *flow.Turn[form]) error { return flow.Reject(say("Not now.")) }).End().
		After(time.Minute).Do(noteForm("There?")).Again()
	b.In("next").Enter(tell[form]("Next?")).On(flow.Text("party")).To("party").On(flow.Text("end")).End()
	return b
}

// A state's question is the prompt of Ask, and Enter runs at entry alone. A refusal without words asks with
// the number of tries; one with words asks in the first wording. What it did is undone.
func TestAsk(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		lines []turn
		data  string
	}{
		{"a good answer", []turn{{text("4"), "next: Looking. | exit | do | Next?"}}, `{"party":4,"ran":["enter","checked","exit","do"]}`},
		{"is folded by the parser", []turn{{text("４ "), "next: Looking. | exit | do | Next?"}}, `{"party":4,"ran":["enter","checked","exit","do"]}`},
		{"the data of a button", []turn{{postback("4"), "next: Looking. | exit | do | Next?"}}, `{"party":4,"ran":["enter","checked","exit","do"]}`},
		{"a picked value", []turn{{picked("time", "19", "x"), "next: Looking. | exit | do | Next?"}}, `{"party":19,"ran":["enter","checked","exit","do"]}`},
		{"a parser refuses without words", []turn{{text("x"), "party: Party? #1"}, {text("y"), "party: Party? #2"}}, `{"ran":["enter"]}`},
		{"a parser refuses with words", []turn{{text("x"), "party: Party? #1"}, {text("many"), "party: 1 to 8, please. | Party?"}, {text("z"), "party: Party? #3"}}, `{"ran":["enter"]}`},
		{"a wrapped refusal", []turn{{text("wrapped"), "party: 1 to 8, please. | Party?"}}, `{"ran":["enter"]}`},
		{"a check refuses with words", []turn{{text("7"), "party: No table for 7. | Party?"}}, `{"ran":["enter"]}`},
		{"a check refuses without words", []turn{{text("6"), "party: Party? #1"}}, `{"ran":["enter"]}`},
		{"an action refuses", []turn{{text("no"), "party: Not now. | Party?"}, {text("x"), "party: Party? #2"}}, `{"ran":["enter"]}`},
		{"a photo and a button are answers", []turn{{kind(transport.KindImage), "party: Party? #1"}, {postback("gone"), "party: Party? #2"}}, `{"ran":["enter"]}`},
		{"a tap that nothing takes is one", []turn{{text("4"), "next: Looking. | exit | do | Next?"}, {postback("4"), "next: Next? #1"}}, `{"party":4,"ran":["enter","checked","exit","do"]}`},
		{"what is no message is none", []turn{{kind(transport.KindFollow), "party: "}, {kind(transport.KindUnsend), "party: "}}, `{"ran":["enter"]}`},
		{"Again keeps the tries", []turn{{text("x"), "party: Party? #1"}, {text("help"), "party: Help. | Party? #1"}, {text("x"), "party: Party? #2"}}, `{"ran":["enter","Help."]}`},
		{"a timer keeps the tries", []turn{{text("x"), "party: Party? #1"}, {due("after 1m0s"), "party: There? | Party? #1"}}, `{"ran":["enter","There?"]}`},
		{"Stay ends the tries", []turn{{text("x"), "party: Party? #1"}, {text("stay"), "party: "}, {text("x"), "party: Party? #1"}}, `{"ran":["enter"]}`},
		{"entering ends the tries", []turn{
			{text("x"), "party: Party? #1"}, {text("4"), "next: Looking. | exit | do | Next?"}, {text("x"), "next: Next? #1"},
			{text("party"), "party: enter | Party?"}, {text("x"), "party: Party? #1"},
		}, `{"party":4,"ran":["enter","checked","exit","do","enter"]}`},
		{"a group talks", []turn{{inGroup(text("x")), "party: "}, {inGroup(text("7")), "party: "}, {inGroup(text("no")), "party: "}, {text("x"), "party: Party? #1"}}, `{"ran":["enter"]}`},
		{"a group talks to the bot", []turn{{mentioning(inGroup(text("@bot x"))), "party: Party? #1"}, {inGroup(postback("x")), "party: Party? #2"}}, `{"ran":["enter"]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSession(t, asking())
			s.step(text("go"))
			s.holds(tt.lines...)
			require.JSONEq(t, tt.data, string(s.state.Data))
			require.NotEqual(t, "checked", must(s.f.Step(t.Context(), s.input(text("6")))).Menu, "a refused check switches no menu")
		})
	}
}

func mentioning(e *transport.Event) *transport.Event {
	e.Mentions = []transport.Mention{{Index: 0, Length: 4, Self: true}}
	return e
}

// An error that is no refusal is an error, and is no wrong answer.
func TestFailuresOfQuestions(t *testing.T) {
	t.Parallel()
	for answer, panics := range map[string]bool{"down": false, "5": false, "panic": true} {
		s := newSession(t, asking())
		s.step(text("go"))
		err := s.fails(text(answer))
		require.Equal(t, flow.PhaseAnswer, err.Phase)
		require.Equal(t, "answer", err.Trigger)
		require.Equal(t, flow.State("party"), err.State)
		require.Equal(t, panics, errors.As(err, new(*flow.PanicError)), answer)
		s.holds(turn{text("x"), "party: Party? #1"})
	}
}

// A parser gets the time, the language, the event and the context of the turn.
func TestWhatAParserReads(t *testing.T) {
	t.Parallel()
	type key struct{}
	var got *flow.Answer
	b := flow.New[form]("f")
	b.Start(flow.Text("go")).To("a")
	parser := func(ctx context.Context, a *flow.Answer) (string, error) {
		require.Equal(t, "value", ctx.Value(key{}))
		require.Equal(t, "ja", a.Language(ctx))
		got = a
		return a.Text, nil
	}
	b.In("a").Ask(flow.Question(tell[form]("A?"), parser, func(f *form) *string { return &f.Name })).Do(
		func(ctx context.Context, turn *flow.Turn[form]) error {
			require.Equal(t, "ja", turn.Language(ctx))
			return nil
		}).Stay().On(flow.Follow()).End()
	f := b.MustBuild()
	ctx := context.WithValue(t.Context(), key{}, "value")
	for _, tt := range []struct {
		event *transport.Event
		want  string
	}{
		{text(" Ｋｅｎ! "), " Ｋｅｎ! "}, {postback("data"), "data"}, {picked("date", "2026-05-09", "d"), "2026-05-09"},
		{picked("datetime", "2026-05-09T10:00", "d"), "2026-05-09T10:00"}, {kind(transport.KindLocation), ""},
	} {
		res, err := f.Step(ctx, &flow.Input{
			Event: tt.event, State: "a", Now: noon, Language: func(context.Context) string { return "ja" },
		})
		require.NoError(t, err)
		require.Equal(t, 2, res.Trace.Transition)
		require.Equal(t, tt.want, got.Text)
		require.Same(t, tt.event, got.Event)
		require.Equal(t, noon, got.Now)
	}
	require.Empty(t, (&flow.Answer{}).Language(ctx))
}

func must(res flow.Result, err error) flow.Result {
	if err != nil {
		panic(err)
	}
	return res
}

// Of several Wrong the highest that fits is taken, of equal ones that of the state; its guards count; it
// sees the data as it was before the answer.
func TestWrong(t *testing.T) {
	t.Parallel()
	b := asking()
	b.In("party").
		Wrong(2).When("many", func(t *flow.Turn[form]) bool { return t.Tries() == 2 }).Do(noteForm("second")).Again().
		Wrong(4).Do(noteForm("fourth")).Stay().
		Wrong(6).Do(noteForm("sixth")).To("desk")
	b.In("desk").Enter(tell[form]("Desk?")).On(flow.Text("end")).End()
	b.InAny().Wrong(4).Do(noteForm("any fourth")).Stay().Wrong(5).Do(noteForm("any fifth")).Again()
	s := newSession(t, b)
	s.step(text("go"))
	s.holds(
		turn{text("x"), "party: Party? #1"},
		turn{text("7"), "party: No table for 7. | second | Party?"},
		turn{text("x"), "party: Party? #3"},
		turn{text("many"), "party: 1 to 8, please. | fourth"},
		turn{text("x"), "party: any fifth | Party? #5"},
		turn{text("many"), "desk: exit | sixth | Desk?"},
		turn{text("x"), "desk: Desk? #1"},
	)
	require.JSONEq(t, `{"ran":["enter","second","fourth","any fifth","exit","sixth"]}`, string(s.state.Data))
	require.Equal(t, flow.Trace{Wrong: true}, s.state.Trace)
}

// A Wrong that refuses itself asks again, and so does one that leads to a state which refuses to be entered,
// over a question that is skipped.
func TestWrongThatIsRefused(t *testing.T) {
	t.Parallel()
	b := flow.New[form]("f")
	b.Start(flow.Text("go")).To("a")
	b.In("a").Enter(tell[form]("A?")).
		On(flow.Text("set")).Do(func(_ context.Context, t *flow.Turn[form]) error { t.Data.Party = 4; return nil }).Stay().
		Wrong(1).When("first", func(t *flow.Turn[form]) bool { return t.Tries() == 1 }).To("known").
		Wrong(2).When("second", func(t *flow.Turn[form]) bool { return t.Tries() == 2 }).
		Do(func(context.Context, *flow.Turn[form]) error { return flow.Reject(say("No.")) }).End()
	b.In("known").Ask(askParty().SkipKnown()).To("refusing")
	b.In("refusing").Enter(func(context.Context, *flow.Turn[form]) error { return flow.Reject() }).On(flow.Text("end")).End()
	s := newSession(t, b)
	s.step(text("go"))
	s.step(text("set"))
	s.holds(
		turn{text("x"), "a: A? #1"},
		turn{text("x"), "a: No. | A?"},
		turn{text("x"), "a: A? #3"},
	)
	s.state.Trail = nil
	res := s.step(text("x"))
	require.Equal(t, flow.Trace{Wrong: true, Refused: []int{3}}, res.Trace)
	require.JSONEq(t, `{"party":4}`, string(res.Data))
}

// What is refused of a tap that is no wrong answer, or of an event that is no answer, never takes the
// buttons away: the words, then the question.
func TestRefusalOfWhatIsNoAnswer(t *testing.T) {
	t.Parallel()
	refuse := func(context.Context, *flow.Turn[form]) error { return flow.Reject(say("No.")) }
	b := flow.New[form]("f")
	b.Start(flow.Text("go")).To("a")
	b.In("a").Enter(tell[form]("A?")).
		On(flow.Postback("old").Lasting(), flow.Postback("rich").FromAnywhere(), flow.Follow()).Do(refuse).End().
		After(time.Minute).Do(refuse).End()
	s := newSession(t, b)
	s.step(text("go"))
	s.step(text("x"))
	for _, in := range []*flow.Input{
		{Event: postback("old"), Tap: flow.TapEarlier}, {Event: postback("rich"), Tap: flow.TapLoose}, {Event: kind(transport.KindFollow)},
	} {
		in.State, in.Data, in.Trail = s.state.State, s.state.Data, s.state.Trail
		res := must(s.f.Step(t.Context(), in))
		require.Equal(t, said("No.", "A?"), res.Messages)
		require.Equal(t, s.state.Trail, res.Trail, "it is no wrong answer")
		require.False(t, res.Trace.Wrong)
	}
	s.holds(turn{due("after 1m0s"), "a: No."})
}

// known is a flow whose questions are skipped if they are known.
func known() *flow.Builder[form] {
	name := flow.Question(tell[form]("Name?"), func(_ context.Context, a *flow.Answer) (string, error) { return a.Text, nil },
		func(f *form) *string { return &f.Name }).SkipKnown()
	b := flow.New[form]("f")
	set := func(_ context.Context, t *flow.Turn[form]) error {
		t.Data.Party, _ = strconv.Atoi(t.Input()[:1])
		t.Data.Name = t.Input()[1:]
		return nil
	}
	b.Start(flow.TextLike(regexp.MustCompile(`^\d`))).Do(set).To("party")
	b.In("party").Enter(noteForm("enter")).Exit(noteForm("exit")).Ask(askParty().SkipKnown()).Do(noteForm("do")).To("name")
	b.In("name").Ask(name).When("is no robot", func(t *flow.Turn[form]) bool { return t.Data.Name != "robot" }).To("done")
	b.In("done").Enter(tell[form]("Done?")).
		On(flow.Text("to")).To("party").On(flow.Text("call")).Call("party").On(flow.Text("back")).Back().
		On(flow.Text("restart")).Do(set).Restart("party").On(flow.Text("end")).End()
	return b
}

func TestSkipKnown(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		start, want string
		lines       []turn
		skipped     []int
	}{
		{"4Ken", "done: enter | Looking. | exit | do | Done?", nil, []int{2, 3}},
		{"4", "name: enter | Looking. | exit | do | Name?", []turn{{text("Ken"), "done: Done?"}}, []int{2}},
		{"0Ken", "party: enter | Party?", []turn{{text("4"), "done: Looking. | exit | do | Done?"}}, nil},
		{"7Ken", "party: enter | No table for 7. | Party?", []turn{{text("x"), "party: Party? #1"}}, nil},
		{"6Ken", "party: enter | Party?", nil, nil},
		{"4robot", "name: enter | Looking. | exit | do | Name?", nil, []int{2}},
		{"4Ken", "done: enter | Looking. | exit | do | Done?", []turn{
			{text("to"), "done: enter | Looking. | exit | do | Done?"}, {text("call"), "party: enter | Party?"},
		}, []int{2, 3}},
		{"0Ken", "party: enter | Party?", []turn{{text("4"), "done: Looking. | exit | do | Done?"}, {text("back"), "party: enter | Party?"}}, nil},
		{"4Ken", "done: enter | Looking. | exit | do | Done?", []turn{{text("restart"), "party: enter | Party?"}}, []int{2, 3}},
	} {
		t.Run(tt.start+" "+strconv.Itoa(len(tt.lines)), func(t *testing.T) {
			t.Parallel()
			s := newSession(t, known())
			require.Equal(t, tt.want, s.says(text(tt.start)))
			require.Equal(t, tt.skipped, s.state.Trace.Skipped)
			require.Equal(t, 1, s.state.Trace.Transition)
			if s.state.State == "party" {
				require.NotContains(t, string(s.state.Data), "checked", "a refused check is undone")
				require.NotEqual(t, "checked", s.state.Menu)
				require.Nil(t, s.state.Trail, "nothing is counted")
			}
			s.holds(tt.lines...)
		})
	}
}

// At most 16 questions of one turn are skipped, so that a circle of known values ends.
func TestSkipsAreBounded(t *testing.T) {
	t.Parallel()
	q := func() *flow.QuestionBuilder[form] {
		return flow.Question(tell[form]("Again?"), readParty, func(f *form) *int { return &f.Party }).SkipKnown()
	}
	b := flow.New[form]("f")
	b.Start(flow.Text("go")).Do(func(_ context.Context, t *flow.Turn[form]) error { t.Data.Party = 1; return nil }).To("a")
	b.In("a").Ask(q()).Do(noteForm("a")).To("b")
	b.In("b").Ask(q()).Do(noteForm("b")).To("a").On(flow.Text("end")).End()
	s := newSession(t, b)
	res := s.step(text("go"))
	require.Len(t, res.Trace.Skipped, 16)
	require.Len(t, res.Messages, 17)
	require.Equal(t, say("Again?"), res.Messages[16])
}

// A start that leads to a question which is skipped, and on to a rejection, has entered no state.
func TestSkipThatIsRefusedAtTheStart(t *testing.T) {
	t.Parallel()
	b := flow.New[form]("f")
	b.Start(flow.Text("go")).Do(func(_ context.Context, t *flow.Turn[form]) error { t.Data.Party = 4; return nil }).To("a")
	b.In("a").Menu("m").Ask(askParty().SkipKnown()).
		Do(func(context.Context, *flow.Turn[form]) error { return flow.Reject(say("No.")) }).End()
	res := newSession(t, b).step(text("go"))
	require.Equal(t, flow.Result{Handled: true, Messages: said("No."), Trace: flow.Trace{Matched: true, Refused: []int{1}}}, res)
}

// Trace says what was tried and taken.
func TestTrace(t *testing.T) {
	t.Parallel()
	s := newSession(t, asking())
	require.Equal(t, flow.Trace{Transition: 1, Matched: true}, s.step(text("go")).Trace)
	require.Equal(t, flow.Trace{Matched: true, Wrong: true, Refused: []int{2}}, s.step(text("x")).Trace)
	require.Equal(t, flow.Trace{Matched: true, Wrong: true, Refused: []int{5}}, s.step(text("no")).Trace)
	require.Equal(t, flow.Trace{}, s.step(kind(transport.KindFollow)).Trace)
	require.Equal(t, flow.Trace{Transition: 6}, s.step(due("after 1m0s")).Trace)
	require.Equal(t, flow.Trace{Transition: 2, Matched: true}, s.step(text("4")).Trace)
	require.Equal(t, flow.Trace{Wrong: true}, s.step(postback("4")).Trace, "nothing takes the data of this button")
}

func TestFaultsOfQuestionsAndBranches(t *testing.T) {
	t.Parallel()
	field := func(f *form) *int { return &f.Party }
	for _, tt := range []struct {
		name   string
		define func(a *flow.StateBuilder[form], b *flow.Builder[form])
		want   string
	}{
		{"two questions", func(a *flow.StateBuilder[form], _ *flow.Builder[form]) {
			a.Ask(askParty()).Stay().Ask(askParty()).Stay()
		}, "a: asks 2 questions"},
		{"a nil question", func(a *flow.StateBuilder[form], _ *flow.Builder[form]) { a.Ask(nil).Stay() }, "a: answer: the question is nil"},
		{"a nil prompt", func(a *flow.StateBuilder[form], _ *flow.Builder[form]) {
			a.Ask(flow.Question(nil, readParty, field)).Stay()
		}, "a: answer: the prompt of the question is nil"},
		{"a nil field", func(a *flow.StateBuilder[form], _ *flow.Builder[form]) {
			a.Ask(flow.Question[form, int](tell[form]("x"), readParty, nil)).Stay()
		}, "a: answer: the field of the question is nil"},
		{"a nil check", func(a *flow.StateBuilder[form], _ *flow.Builder[form]) { a.Ask(askParty().Check(nil)).Stay() }, "a: answer: a check of the question is nil"},
		{"InAny asks", func(_ *flow.StateBuilder[form], b *flow.Builder[form]) { b.InAny().Ask(askParty()).Stay() }, "*: InAny cannot ask a question"},
		{"Wrong of nothing", func(a *flow.StateBuilder[form], _ *flow.Builder[form]) { a.Wrong(0).Stay() }, "a: wrong answer 0: Wrong is out of bounds: at least 1, at most 100"},
		{"Wrong of too many", func(a *flow.StateBuilder[form], _ *flow.Builder[form]) { a.Wrong(101).Stay() }, "a: wrong answer 101: Wrong is out of bounds: at least 1, at most 100"},
		{"When after Do", func(a *flow.StateBuilder[form], _ *flow.Builder[form]) {
			a.On(flow.Text("x")).Do(noteForm("x")).When("late", func(*flow.Turn[form]) bool { return true }).Stay()
		}, `a: text "x" [late]: When "late" stands after Do or If: put it before them, or use If`},
		{"If without Else", func(a *flow.StateBuilder[form], _ *flow.Builder[form]) { a.On(flow.Text("x")).If("g", isSet).Stay() }, `a: text "x": If without Else`},
		{"Else without If", func(a *flow.StateBuilder[form], _ *flow.Builder[form]) { a.On(flow.Text("x")).Stay().Else().Stay() }, `a: text "x": Else without If`},
		{"Else first", func(_ *flow.StateBuilder[form], b *flow.Builder[form]) { b.InAny().Else().Stay() }, "*: Else or ElseIf follows no transition"},
		{"Else before ElseIf", func(a *flow.StateBuilder[form], _ *flow.Builder[form]) {
			a.On(flow.Text("x")).If("g", isSet).Stay().Else().Stay().ElseIf("h", isSet).Stay()
		}, `a: text "x": Else is not the last branch`},
		{"a nil guard of If", func(a *flow.StateBuilder[form], _ *flow.Builder[form]) {
			a.On(flow.Text("x")).If("g", nil).Stay().Else().Stay()
		}, `a: text "x": the guard "g" is nil`},
		{"an open branch", func(a *flow.StateBuilder[form], _ *flow.Builder[form]) {
			a.On(flow.Text("x")).If("g", isSet).Stay().Else()
		}, `a: text "x": is open: finish it with Stay, Again, To, Call, Return, ReturnOr, Back, Restart, End or GiveUp`},
		{"a start that stays", func(_ *flow.StateBuilder[form], b *flow.Builder[form]) { b.Start(flow.Text("x")).Stay() }, `start: text "x": has the outcome stay: a start leads To a state, or Ends`},
		{"a start that calls", func(_ *flow.StateBuilder[form], b *flow.Builder[form]) { b.Start(flow.Text("x")).Call("a") }, `start: text "x": has the outcome call: a start leads To a state, or Ends`},
		{"a return to nobody", func(a *flow.StateBuilder[form], _ *flow.Builder[form]) { a.On(flow.Text("x")).Return() }, `a: text "x": returns, but nothing calls: use To, Call or ReturnOr`},
		{"any but a stranger", func(_ *flow.StateBuilder[form], b *flow.Builder[form]) { b.InAnyBut("gone").On(flow.Text("x")).Stay() }, `InAnyBut names "gone", which is not a state of the flow`},
		{"a time that never comes", func(a *flow.StateBuilder[form], _ *flow.Builder[form]) {
			a.After(3 * time.Minute).Stay().After(2 * time.Minute).End().After(time.Minute).End().After(30 * time.Second).Back()
		}, "a: after 3m0s: never fires: after 2m0s leads away before\nf: a: after 2m0s: never fires: after 1m0s leads away before"},
		{"an example that does not match", func(a *flow.StateBuilder[form], _ *flow.Builder[form]) {
			a.On(flow.Match("m", func(*transport.Event) bool { return false }, *text("x"))).Stay()
		}, "a: m: the function of Match does not answer to its example text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := flow.New[form]("f")
			b.Start(flow.Text("go")).To("a")
			a := b.In("a").On(flow.Text("end")).End()
			tt.define(a, b)
			_, err := b.Build()
			require.ErrorContains(t, err, "\nf: "+tt.want)
			require.NotContains(t, err.Error(), "after 1m0s: never")
		})
	}
}

func isSet(t *flow.Turn[form]) bool { return t.Data.Party > 0 }
