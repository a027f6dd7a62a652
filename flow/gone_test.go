package flow_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// changed is a flow from which the state "topping" was removed.
func changed() *flow.Builder[log] {
	b := flow.New[log]("f")
	b.Start(flow.Text("go")).Do(ran("begin")).To("a")
	b.Start(flow.Text("hours")).Do(tell[log]("10 to 6")).End()
	b.In("a").Enter(tell[log]("A?")).On(flow.Text("x")).To("a").After(time.Hour).To("a")
	b.In("desk").On(flow.Text("done")).ReturnOr("a")
	b.InAny().
		On(flow.Text("cancel")).Do(ran("cancel")).End().
		On(flow.Text("home")).To("a").
		On(flow.Text("stay")).Do(ran("stay")).Stay().
		On(flow.Text("help")).Do(tell[log]("Help.")).Again().
		On(flow.Text("back")).Back().
		On(flow.Text("return")).Return().
		On(flow.Text("refuse")).Do(failing(flow.Reject(say("No.")))).To("a").
		After(5 * time.Minute).Do(tell[log]("Still there?")).Again().
		Wrong(3).Do(tell[log]("Call us.")).To("a")
	b.InAnyBut("desk").On(flow.Text("human")).Call("desk")
	return b
}

// lose returns an input in the state that was removed, with data of then.
func (s *session) lose(e *transport.Event) *flow.Input {
	in := s.input(e)
	in.State, in.Gone = "topping", true
	in.Data = []byte(`{"ran":["before"]}`)
	return in
}

func TestStateThatIsGone(t *testing.T) {
	t.Parallel()
	kept := `{"ran":["before"]}`
	for _, tt := range []struct {
		event *transport.Event
		says  string
		data  string
		lost  bool
	}{
		{text("cancel"), ": cancel@topping", "", false},
		{text("home"), "a: A?", kept, false},
		{text("stay"), "topping: stay@topping", `{"ran":["before","stay"]}`, false},
		{text("help"), "topping: Help.", kept, true},
		{text("human"), "desk: ", kept, false},
		{text("back"), "topping: ", kept, true}, // nothing is behind
		{text("return"), "topping: ", kept, true},
		{text("refuse"), "topping: No.", kept, true},
		{text("next"), "topping: ", kept, true},
		{postback("next"), "topping: ", kept, true},
		{inGroup(text("next")), "topping: ", kept, false},
		{due("after 5m0s"), "topping: Still there?", kept, true},
		{due("after 1h0m0s"), "topping: ", kept, false}, // of the state that is gone
	} {
		s := newSession(t, changed())
		in := s.lose(tt.event)
		in.Timers = []flow.Timer{{Name: "after 5m0s", Due: noon}, {Name: "after 2h0m0s", Due: noon}}
		require.Equal(t, tt.says, s.saysTo(in), tt.event.Text)
		require.Equal(t, tt.lost, s.state.Gone, tt.event.Text)
		require.Equal(t, tt.data, string(s.state.Data), tt.event.Text)
		if s.state.State == "topping" && s.state.Handled {
			require.LessOrEqual(t, len(s.state.Timers), 1, "not those of the state that is gone")
		}
	}
}

// Without Lost nothing is done: a newer process may know the state.
func TestStateThatMayBeNewer(t *testing.T) {
	t.Parallel()
	s := newSession(t, changed())
	in := s.lose(text("cancel"))
	in.Gone = false
	_, err := s.f.Step(t.Context(), in)
	require.ErrorIs(t, err, flow.ErrUnknownState)
}

// The question is asked again, because a button of a passed step was tapped, for example: there is none.
func TestQuestionOfAStateThatIsGone(t *testing.T) {
	t.Parallel()
	s := newSession(t, changed())
	in := s.lose(postback("old"))
	in.Mode = flow.ModeShow
	require.Equal(t, "topping: ", s.saysTo(in))
	require.True(t, s.state.Gone)

	in.Data = []byte("[]")
	_, err := s.f.Step(t.Context(), in)
	require.EqualError(t, err, "flow: f: topping: show: decode: data: *json.UnmarshalTypeError", "the data is read at once")
}

// Wrong answers are counted.
func TestWrongAnswersInAStateThatIsGone(t *testing.T) {
	t.Parallel()
	s := newSession(t, changed())
	s.saysTo(s.lose(text("next")))
	for range 2 {
		in := s.input(text("next"))
		in.Gone = true
		s.run(in)
	}
	require.Equal(t, flow.State("a"), s.state.State)
	require.Equal(t, said("Call us. #3", "A?"), s.state.Messages)
}

// The data are kept when the flow is started anew, and a start that only answers leads nowhere.
func TestStartInAStateThatIsGone(t *testing.T) {
	t.Parallel()
	s := newSession(t, changed())
	in := s.lose(text("go"))
	in.Mode = flow.ModeStart
	require.Equal(t, "a: begin@topping | A?", s.saysTo(in))
	require.Equal(t, `{"ran":["before","begin"]}`, string(s.state.Data))
	require.True(t, s.state.NewStep)
	require.Len(t, s.state.Timers, 2)

	hours := text("hours")
	hours.Source.Chat = transport.ChatUser
	in = s.lose(hours)
	in.Mode = flow.ModeStart
	require.Equal(t, "topping: 10 to 6", s.saysTo(in))
	require.True(t, s.state.Gone)
	require.Equal(t, 1, s.state.Aside)
}

// Whoever was called from a state that is gone goes on where nobody waits.
func TestReturnToAStateThatIsGone(t *testing.T) {
	t.Parallel()
	s := newSession(t, changed())
	s.run(s.lose(text("human")))
	require.Equal(t, "a: A?", s.says(text("done")))
}

// A conversation in a state that is gone may be left, and may have to be entered late.
func TestModesInAStateThatIsGone(t *testing.T) {
	t.Parallel()
	s := newSession(t, changed())
	in := s.lose(nil)
	in.Event, in.Mode = text("go"), flow.ModeLeave
	require.Equal(t, ": ", s.saysTo(in))
	require.False(t, s.state.Gone)
	in.Mode = flow.ModeEnter
	require.Equal(t, "topping: ", s.saysTo(in))
	require.True(t, s.state.Gone)
}

// Back leads out of a state that is gone.
func TestBackFromAStateThatIsGone(t *testing.T) {
	t.Parallel()
	s := newSession(t, walk())
	s.step(text("go"))
	s.step(text("b"))
	s.state.State = "gone"
	in := s.input(text("back"))
	in.Gone = true
	require.Equal(t, "a: (back) | A?", s.saysTo(in))
}
