package flowtest_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flowtest"
	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// kiosk is a flow with a carousel whose columns have equal labels, and with quick replies.
func kiosk(*testing.T) []*flow.Flow {
	day := func(data string) line.Action { return line.DatePicker("Day", data) }
	b := flow.New[tea]("kiosk")
	b.Start(flow.Text("kiosk")).To("choose")
	b.In("choose").Enter(func(_ context.Context, t *turn) error {
		t.Send(line.Text("Hello!").Quick(line.Say("hello")),
			line.Carousel(line.Column("Cola", line.Postback("Add", "cola"), day("cola day")),
				line.Column("Tea", line.Postback("Add", "tea"), day("tea day"))),
			line.Text("Which one?").Quick(line.Say("none"), line.Postback("Help", "help"), day("any day")))
		return nil
	}).
		On(flow.Date()).Do(func(_ context.Context, t *turn) error {
		t.Send(line.Text(t.Event().Postback.Data + ": " + t.Event().Postback.Params["date"]))
		return nil
	}).Stay().
		On(flow.Postback("cola")).Do(say("A cola.")).Stay().
		On(flow.Postback("tea")).Do(say("A tea.")).Stay().
		On(flow.Postback("help")).Stay().
		On(flow.Text("menu")).To("choose").
		On(flow.Text("quiet")).Stay().
		On(flow.Text("none")).Do(say("Bye.")).End()
	return []*flow.Flow{b.MustBuild()}
}

func TestButtons(t *testing.T) {
	flowtest.Run(t, "testdata/buttons/*.txt", kiosk, &flowtest.Options{Update: os.Getenv("KAIWA_UPDATE") != ""})
}

func TestTapAnyOfEqualLabels(t *testing.T) {
	flowtest.Talk(t, kiosk(t), nil, func(c *flowtest.Chat) {
		c.Say("kiosk")
		c.Tap("Add", 2)
		c.Tap("Add", 1)
		c.Tap("Add")
		c.Pick("Day", "2026-12-05", 2)
		require.Equal(t, []string{"Hello!", "Cola\n[Add] [Day]\nTea\n[Add] [Day]", "Which one?\n[none] [Help] [Day]",
			"A tea.", "A cola.", "A cola.", "tea day: 2026-12-05"}, c.Sent())
	})
}

// A reminder with quick replies stands alone until the next one comes, and both are shown with theirs.
func TestQuickRepliesOfMessagesThatComeLater(t *testing.T) {
	b := flow.New[tea]("nag")
	b.Start(flow.Text("nag")).To("ask")
	ask := func(_ context.Context, t *turn) error {
		t.Send(line.Text("Now?").Quick(line.Say("yes")))
		return nil
	}
	b.In("ask").Enter(ask).On(flow.Text("yes")).End().After(time.Minute).Do(ask).To("again")
	b.In("again").On(flow.Text("yes")).End().After(time.Minute).Do(say("Too late.")).End()
	flowtest.Talk(t, []*flow.Flow{b.MustBuild()}, nil, func(c *flowtest.Chat) {
		c.Say("nag")
		c.Wait(time.Hour)
		require.Equal(t, []string{"Now?\n[yes]", "Now?\n[yes]", "Too late."}, c.Sent())
	})
}

// A message of the user takes quick replies away, whatever its kind, and nothing else does.
func TestWhatLeavesQuickReplies(t *testing.T) {
	flowtest.Talk(t, kiosk(t), nil, func(c *flowtest.Chat) {
		c.Say("kiosk")
		c.TapMenu("unknown")
		c.Repeat()
		c.Send(transport.Event{Kind: transport.KindFollow})
		c.Wait(time.Minute)
		c.Sent()
		c.Tap("none")
		require.Equal(t, []string{"Bye."}, c.Sent())
	})
}
