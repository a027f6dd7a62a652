package main

import (
	"context"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flowtest"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// faq only answers, whatever words the question is put in.
func faq() *flow.Flow {
	b := flow.New[struct{}]("faq")
	b.Start(flow.TextLike(regexp.MustCompile(`(?i)\b(open|hours)\b`))).
		Do(func(_ context.Context, t *flow.Turn[struct{}]) error {
			t.Send(line.Text("We are open from 9 to 17."))
			return nil
		}).End()
	return b.MustBuild()
}

// A flow that answers questions beside the dialog gets what the dialog's question refuses: the answer, and the
// question again. It is no wrong answer.
func TestFAQBesideABooking(t *testing.T) {
	all := append(flows(t), faq())
	flowtest.Talk(t, all, &flowtest.Options{Bot: botOptions()}, func(c *flowtest.Chat) {
		c.Say("book")
		c.Sent()
		for range 4 {
			c.Say("are you open on Sundays?")
			require.Equal(t, []string{
				"We are open from 9 to 17.",
				"Which day? Pick one, or type it, such as 12/5 or tomorrow.\n[Pick a day]",
			}, c.Sent())
		}
		require.Equal(t, "booking/ask_day", c.State())
	})
}
