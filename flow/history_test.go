package flow_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
)

// walk is a flow of three questions that a user may go back through, with a called state and timers.
func walk() *flow.Builder[log] {
	b := flow.New[log]("f")
	b.Start(flow.Text("go")).To("a")
	b.In("a").Enter(tell[log]("A?")).Exit(tell[log]("(left)")).On(flow.Text("b")).Do(note).To("b").
		On(flow.Text("stay")).Do(note).Stay().
		On(flow.Text("silent")).To("silent")
	b.In("b").Enter(tell[log]("B?")).On(flow.Text("c")).Do(note).To("c").
		On(flow.Text("call")).Do(note).Call("c").
		On(flow.Text("a")).Do(note).To("a").
		After(time.Minute).Do(note).To("a")
	b.In("c").Enter(tell[log]("C?")).On(flow.Text("return")).Do(note).Return().On(flow.Text("end")).End().
		After(time.Minute).Do(note).To("lapsed")
	b.In("lapsed").Enter(tell[log]("Lapsed?")).On(flow.Text("b")).To("b")
	b.In("silent").On(flow.Text("b")).To("b")
	b.InAny().
		On(flow.Text("back")).When("may", yes).Do(tell[log]("(back)")).Back().
		On(flow.Text("back")).Do(tell[log]("This is the first step.")).Again().
		On(flow.Text("help")).Do(note, tell[log]("Help.")).Again()
	return b
}

// note writes down what happened, but not in words.
func note(_ context.Context, t *flow.Turn[log]) error {
	t.Data.Ran = append(t.Data.Ran, t.Event().Text)
	return nil
}

func TestBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		lines []turn
		data  string
	}{
		{"restores state and data, and enters", []turn{
			{text("b"), "b: (left) | B?"}, {text("c"), "c: C?"}, {text("back"), "b: (back) | B?"},
		}, `{"ran":["b"]}`},
		{"goes back step by step", []turn{
			{text("b"), "b: (left) | B?"}, {text("c"), "c: C?"}, {text("back"), "b: (back) | B?"}, {text("back"), "a: (back) | A?"},
		}, `{}`},
		{"is not taken if nothing is behind", []turn{
			{text("back"), "a: This is the first step. | A?"},
		}, `{}`},
		{"does not know of Stay, Again and wrong answers, which stay done where it does not undo them", []turn{
			{text("stay"), "a: "}, {text("b"), "b: (left) | B?"}, {text("help"), "b: Help. | B?"}, {text("what?"), "b: B? #1"},
			{text("back"), "a: (back) #1 | A?"},
		}, `{"ran":["stay"]}`},
		{"is right when Again changed the data", []turn{
			{text("b"), "b: (left) | B?"}, {text("c"), "c: C?"}, {text("help"), "c: Help. | C?"}, {text("help"), "c: Help. | C?"},
			{text("back"), "b: (back) | B?"}, {text("help"), "b: Help. | B?"}, {text("back"), "a: (back) | A?"},
		}, `{}`},
		{"leads past states that ask nothing", []turn{
			{text("silent"), "silent: (left)"}, {text("b"), "b: B?"}, {text("back"), "a: (back) | A?"},
		}, `{}`},
		{"restores the callers", []turn{
			{text("b"), "b: (left) | B?"}, {text("call"), "c: C?"}, {text("return"), "b: B?"},
			{text("back"), "c: (back) | C?"}, {text("return"), "b: B?"},
		}, `{"ran":["b","call","return"]}`},
		{"undoes a call", []turn{
			{text("b"), "b: (left) | B?"}, {text("call"), "c: C?"}, {text("back"), "b: (back) | B?"},
			{text("c"), "c: C?"}, {text("return"), "c: C?"},
		}, `{"ran":["b","c","return"]}`},
		{"does not lead behind a timer's move to a state that was never asked", []turn{
			{text("b"), "b: (left) | B?"}, {text("c"), "c: C?"}, {due("after 1m0s"), "lapsed: Lapsed?"},
			{text("back"), "lapsed: This is the first step. | Lapsed?"},
		}, `{"ran":["b","c","after 1m0s"]}`},
		{"leads to before the last time that the state was asked to which a timer moved", []turn{
			{text("b"), "b: (left) | B?"}, {text("a"), "a: A?"}, {text("b"), "b: (left) | B?"},
			{due("after 1m0s"), "a: A?"}, {text("back"), "b: (left) | (back) | B?"}, {text("back"), "a: (back) | A?"},
		}, `{}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSession(t, walk())
			s.step(text("go"))
			s.holds(tt.lines...)
			require.Equal(t, tt.data, string(s.state.Data))
		})
	}
}

// A question that is shown again, and a start word of the flow, are no steps.
func TestAskingAgainIsNoStep(t *testing.T) {
	t.Parallel()
	s := newSession(t, walk())
	s.step(text("go"))
	s.step(text("b"))
	before := s.state
	for range 3 {
		in := s.input(postback("old"))
		in.Mode = flow.ModeShow
		require.Equal(t, said("B?"), s.run(in).Messages)
		in = s.input(text("go"))
		in.Mode = flow.ModeStart
		require.Equal(t, said("B?"), s.run(in).Messages)
		require.Equal(t, before.Trail, s.state.Trail)
		require.False(t, s.state.NewStep)
	}
	s.holds(turn{text("back"), "a: (back) | A?"})
}

// History is kept only by flows that have Back.
func TestNoBackNoHistory(t *testing.T) {
	t.Parallel()
	s := newSession(t, calls())
	s.step(text("go"))
	require.Nil(t, s.step(text("next")).Trail)
}

// A timer that goes back leaves the rest of the history right.
func TestBackByTimer(t *testing.T) {
	t.Parallel()
	b := walk()
	b.In("c").After(time.Second).Do(note).Back()
	s := newSession(t, b)
	s.step(text("go"))
	s.holds(
		turn{text("b"), "b: (left) | B?"}, turn{text("c"), "c: C?"},
		turn{due("after 1s"), "b: B?"}, turn{text("back"), "a: (back) | A?"},
	)
	require.Equal(t, `{}`, string(s.state.Data))
}

// With nothing behind, a timer and a wrong answer that go back ask again.
func TestBackFromTheFirstStep(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Any()).To("a")
	b.In("a").Enter(tell[log]("A?")).Wrong(1).Back().After(time.Minute).Back().On(flow.Text("end")).End()
	s := newSession(t, b)
	s.step(text("go"))
	s.holds(turn{text("what?"), "a: A? #1"}, turn{due("after 1m0s"), "a: A? #1"}, turn{text("end"), ": "})
}

// The oldest steps are forgotten when the history is full, and counted.
func TestHistoryIsBounded(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Text("go")).To("a")
	b.In("a").Enter(tell[log]("A?")).
		On(flow.Text("back")).Back().
		On(flow.Text()).Do(func(_ context.Context, t *flow.Turn[log]) error {
		t.Data.Ran = []string{strings.Repeat(t.Input(), 500)} // differs from step to step
		return nil
	}).To("a").On(flow.Follow()).End()
	s := newSession(t, b)
	s.step(text("go"))
	steps, forgotten := 0, 0
	for _, c := range strings.Split("abcdefghijklmnop", "") {
		res := s.step(text(c))
		require.LessOrEqual(t, len(res.Trail), 4<<10+2)
		steps, forgotten = steps+1, forgotten+res.Trace.Forgotten
	}
	require.Positive(t, forgotten)
	want := []byte("ponmlkjihgfedcba")
	for i := 1; i <= steps-forgotten; i++ {
		require.True(t, s.step(text("back")).Entered)
		require.Contains(t, string(s.state.Data), strings.Repeat(string(want[i]), 500))
	}
	require.False(t, strings.Contains(s.says(text("back")), "back"))
	require.Contains(t, string(s.state.Data), "bac", "back is a text like any other")

	huge := s.step(text(strings.Repeat("x", 20)))
	require.LessOrEqual(t, huge.Trace.Forgotten, 2)
	require.Positive(t, s.step(text("z")).Trace.Forgotten, "a step that is too large is not kept")
	require.Nil(t, s.state.Trail)
}

// pair is data that can be read in one of two forms, and loose is the same in both.
type (
	pair  struct{ form, value string }
	loose pair
)

func (l *loose) AppendData(b []byte) ([]byte, error) { return append(b, l.form+l.value...), nil }

func (l *loose) SetData(b []byte) error {
	l.form, l.value = string(b[:1]), string(b[1:])
	return nil
}

func (p *pair) AppendData(b []byte) ([]byte, error) { return append(b, p.form+p.value...), nil }

func (p *pair) SetData(b []byte) error {
	if len(b) == 0 || b[0] != '2' {
		return errors.New("an old form")
	}
	p.form, p.value = "2", string(b[1:])
	return nil
}

// pairs is a flow of three questions over such data.
func pairs[T pair | loose](b *flow.Builder[T], second flow.State) *flow.Flow {
	set := func(_ context.Context, t *flow.Turn[T]) error {
		t.Data = T(pair{t.Input()[:1], t.Input()[1:]})
		return nil
	}
	b.Start(flow.Text("2go")).Do(set).To("a")
	b.In("a").Enter(tell[T]("A?")).On(flow.PostbackPrefix("go")).Do(set).To(second)
	b.In(second).Enter(tell[T]("B?")).On(flow.PostbackPrefix("go")).Do(set).To("c")
	b.In("c").Enter(tell[T]("C?")).On(flow.PostbackPrefix("go")).Do(set).To("a").On(flow.Follow()).End()
	b.InAny().On(flow.Text("back")).Back()
	return b.MustBuild()
}

// The data of a step cannot be read, or its state is gone: it goes with all older ones.
func TestHistoryOfOldCode(t *testing.T) {
	t.Parallel()
	go2 := func(f *flow.Flow, forms ...string) *session {
		s := &session{t: t, f: f, now: noon}
		s.step(text("2go"))
		for _, form := range forms {
			s.step(postback("go" + form))
		}
		return s
	}
	s := go2(pairs(flow.New[pair]("f"), "b"), "2first", "2second")
	s.holds(turn{text("back"), "b: B?"}, turn{text("back"), "a: A?"})

	s = go2(pairs(flow.New[loose]("f"), "b"), "1first", "2second")
	s.f = pairs(flow.New[pair]("f"), "b")
	s.holds(turn{text("back"), "c: C?"})
	require.Nil(t, s.state.Trail, "the data of b went with all that is older")
	require.Equal(t, "2second", string(s.state.Data))

	renamed := flow.New[pair]("f")
	renamed.In("renamed").Formerly("b")
	s = go2(pairs(flow.New[pair]("f"), "b"), "2first", "2second")
	s.f = pairs(renamed, "renamed")
	s.holds(turn{text("back"), "renamed: B?"}, turn{text("back"), "a: A?"})

	s = go2(pairs(flow.New[pair]("f"), "b"), "2first", "2second")
	s.f = pairs(flow.New[pair]("f"), "other")
	s.holds(turn{text("back"), "c: C?"})
	require.Nil(t, s.state.Trail, "the unknown state went with all that is older")
	s.holds(turn{text("back"), "c: C? #1"})
}

// The bytes of the history are spoiled: it is gone, and the conversation goes on.
func TestHistoryThatCannotBeRead(t *testing.T) {
	t.Parallel()
	s := newSession(t, walk())
	s.step(text("go"))
	s.step(text("b"))
	s.step(text("c"))
	for n := 3; n < len(s.state.Trail); n++ {
		in := s.input(text("back"))
		in.Trail = in.Trail[:n]
		res, err := s.f.Step(t.Context(), in)
		require.NoError(t, err)
		require.True(t, res.Handled)
	}
	in := s.input(text("back"))
	in.Trail = []byte{0, 200, 1}
	_, err := s.f.Step(t.Context(), in)
	require.EqualError(t, err, "flow: f: c: decode: data: *errors.errorString")
}
