package flow_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// Who is behind a question that was added is led back to it, whatever they say, and then goes on.
func TestAlways(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Text("go")).To("phone")
	b.In("phone").Enter(tell[log]("Phone?")).On(flow.TextLike(regexp.MustCompile(`^\d+$`))).Do(note).ReturnOr("confirm")
	noPhone := func(t *flow.Turn[log]) bool { return len(t.Data.Ran) == 0 }
	b.In("confirm").Enter(tell[log]("Yes?")).
		On(flow.Text("quit")).End().
		On(flow.Always()).When("no phone yet", noPhone).Call("phone").
		On(flow.Postback("yes")).Do(tell[log]("Done.")).End()
	b.InAny().On(flow.Text("help")).Do(tell[log]("Help.")).Again()

	s := newSession(t, b)
	for _, in := range []turn{{text("what?"), ""}, {postback("yes"), ""}, {text("help"), ""}} {
		s.state = flow.Result{State: "confirm"}
		s.holds(turn{in.event, "phone: Phone?"}, turn{text("help"), "phone: Help. | Phone?"},
			turn{text("123"), "confirm: Yes?"}, turn{text("help"), "confirm: Help. | Yes?"}, turn{postback("yes"), ": Done."})
	}
	s.state = flow.Result{State: "confirm"}
	require.Equal(t, ": ", s.says(text("quit")), "what stands before it goes before it")
}

func TestWhatAlwaysAnswersTo(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Any()).To("a")
	b.In("a").On(flow.Always()).Stay().On(flow.Follow()).End()
	s := newSession(t, b)
	require.Equal(t, "always", flow.Always().String())
	require.Equal(t, flow.Any().Info(), flow.Always().Info())
	for _, e := range []*transport.Event{text("x"), postback("x"), kind(transport.KindSticker), kind(transport.KindMessage)} {
		in := s.input(e)
		in.State, in.Least = "a", flow.RankExact
		require.True(t, s.run(in).Handled)
		in.Tap = flow.TapLoose
		require.False(t, s.run(in).Handled, "a button of no step")
	}
	for _, k := range []transport.Kind{transport.KindUnfollow, transport.KindEdited, transport.KindUnsend} {
		in := s.input(kind(k))
		in.State = "a"
		require.False(t, s.run(in).Handled)
	}
}
