package flowtest_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flowtest"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// snack is a flow with misspelt buttons: nothing takes Yes, Day and maybe.
func snack(*testing.T) []*flow.Flow {
	b := flow.New[tea]("snack")
	b.Start(flow.Text("snack")).To("offer")
	b.In("offer").Enter(func(_ context.Context, t *turn) error {
		t.Send(line.Buttons("A snack?", line.Postback("Yes", "Yes"), line.Postback("No", "no"),
			line.Postback("Later", "later"), line.DatePicker("Day", "day")),
			line.Buttons("Or a drink?", line.Say("Water")),
			line.Text("Well?").Quick(line.Say("maybe"), line.Say("no")))
		return nil
	}).
		On(flow.Postback("yes", "no"), flow.Text("no")).To("bye").
		On(flow.Postback("later")).When("never", func(*turn) bool { return false }).Stay()
	b.In("bye").Enter(say("No snack?")).On(flow.Text("bye")).End()
	b.InAny().Wrong(2).Do(say("Call us.")).End()
	return []*flow.Flow{b.MustBuild()}
}

// Not every tap that leads to the question again is a mistake: a guard may have refused it, it may be of an
// earlier step, and what a button says may be meant for an earlier question.
func TestLiveButtons(t *testing.T) {
	flowtest.Talk(t, snack(t), nil, func(c *flowtest.Chat) {
		for _, label := range []string{"Later", "No", "Yes", "Water"} {
			if label == "Later" {
				c.Say("snack")
			}
			c.Tap(label)
		}
		require.Equal(t, "snack/bye", c.State())
	})
}
