package flowtest_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flowtest"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

type tea struct{ Kind string }

type turn = flow.Turn[tea]

func say(text string) func(context.Context, *turn) error {
	return func(_ context.Context, t *turn) error {
		t.Send(line.Text(text))
		return nil
	}
}

func teaFlow(t *testing.T) []*flow.Flow {
	b := flow.New[tea]("tea")
	b.Start(flow.Text("tea")).To("ask")
	b.In("ask").Enter(func(_ context.Context, t *turn) error {
		t.Send(line.Buttons("Which tea?", line.Postback("Green", "green"), line.Postback("Black", "black"),
			line.TimePicker("At", "at")), line.Sticker("446", "1988"))
		return nil
	}).
		On(flow.Time()).Do(func(_ context.Context, t *turn) error {
		t.Send(line.Text("At " + t.Event().Postback.Params["time"] + "."))
		return nil
	}).Stay().
		On(flow.Text("fail")).Do(func(context.Context, *turn) error { return errors.New("no hot water") }).Stay().
		On(flow.Postback("green", "black")).Do(func(_ context.Context, t *turn) error {
		t.Data.Kind = t.Event().Postback.Data
		return nil
	}).To("milk").
		After(time.Hour).Do(say("No tea then.")).End()
	b.In("milk").Enter(func(_ context.Context, t *turn) error {
		t.Send(line.Text("Milk with your "+t.Data.Kind+" tea?\nSay yes or no.").Quick(line.Say("yes"), line.Say("no")))
		return nil
	}).
		On(flow.Text("yes", "no")).Do(say("Here you are.")).End().
		After(time.Hour).Do(say("It went cold.")).End()
	f, err := b.Build()
	require.NoError(t, err)
	return []*flow.Flow{f}
}

func TestRun(t *testing.T) {
	flowtest.Run(t, "testdata/*.txt", teaFlow, &flowtest.Options{
		Bot: bot.Options{MaxAttempts: 2}, Update: os.Getenv("KAIWA_UPDATE") != "",
	})
}

func TestTalk(t *testing.T) {
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	flowtest.Talk(t, teaFlow(t), &flowtest.Options{Start: start}, func(c *flowtest.Chat) {
		require.Equal(t, start, time.Now().UTC())
		c.Say("tea")
		require.Equal(t, []string{"Which tea?\n[Green] [Black] [At]", "(sticker 446/1988)"}, c.Sent())
		require.Equal(t, "tea/ask", c.State())

		ann := c.User("Ann")
		require.Equal(t, "end", ann.State())
		ann.Say("tea")
		ann.Tap("Black")
		require.Equal(t, "tea/milk", ann.State())
		require.Equal(t, "tea/ask", c.State(), "users do not share a conversation")

		c.Wait(time.Hour)
		require.Equal(t, []string{"No tea then."}, c.Sent())
		require.Equal(t, start.Add(time.Hour), time.Now().UTC())
		require.Empty(t, c.Errors())
	})
}
