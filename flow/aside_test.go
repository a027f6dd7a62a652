package flow_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
)

// Back does not lead into a call that came to nothing, such as a talk with a person at the desk, whoever
// called for it; a call that changed something is a step.
func TestBackAfterACall(t *testing.T) {
	t.Parallel()
	build := func() *flow.Builder[log] {
		b := flow.New[log]("f")
		b.Start(flow.Text("go")).To("day")
		b.In("day").Enter(tell[log]("Day?")).On(flow.Text("monday")).To("party")
		b.In("party").Enter(tell[log]("Party?")).On(flow.Text("4")).End()
		b.In("desk").Enter(tell[log]("Desk.")).
			On(flow.Text("bot"), flow.Postback("over").FromAnywhere()).Return().
			On(flow.Text("note")).Do(func(_ context.Context, t *flow.Turn[log]) error {
			t.Data.Ran = append(t.Data.Ran, "noted")
			return nil
		}).Return()
		b.InAnyBut("desk").On(flow.Text("desk")).Call("desk").Wrong(3).Call("desk")
		b.InAny().On(flow.Text("back")).Back()
		return b
	}
	desk, party, day := "desk: Desk.", "party: Party?", "day: Day?"
	over := postback("over")
	for _, tt := range []struct {
		name  string
		lines []turn
	}{
		{"asked for", []turn{{text("desk"), desk}, {text("bot"), party}, {text("back"), day}}},
		{"ended by the desk", []turn{{text("desk"), desk}, {over, party}, {text("back"), day}}},
		{"after wrong answers", []turn{
			{text("x"), "party: Party? #1"}, {text("x"), "party: Party? #2"}, {text("x"), desk},
			{text("bot"), party}, {text("back"), day},
		}},
		{"back at the desk", []turn{
			{text("x"), "party: Party? #1"}, {text("x"), "party: Party? #2"}, {text("x"), desk},
			{text("back"), party}, {text("back"), day},
		}},
		{"one that changed something", []turn{
			{text("desk"), desk}, {text("note"), party}, {text("back"), desk}, {text("back"), party}, {text("back"), day},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSession(t, build())
			s.holds(turn{text("go"), day}, turn{text("monday"), party})
			for _, l := range tt.lines {
				in := s.input(l.event)
				if l.event == over {
					in.Tap = flow.TapLoose
				}
				require.Equal(t, l.want, s.saysTo(in))
			}
		})
	}
}
