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

// A flow that answers questions beside the dialog takes no text that the dialog's question accepts, such as an
// address, and gets what the question refuses.
func TestFAQBesideAnOrder(t *testing.T) {
	flowtest.Talk(t, []*flow.Flow{New(world()), faq()}, harness(), func(c *flowtest.Chat) {
		c.Say("order")
		c.Tap("Add Gyoza")
		c.Say("are you open?")
		require.Equal(t, "order/quantity", c.State())
		require.Contains(t, c.Sent(), "We are open from 9 to 17.")
		c.Say("3")
		c.Tap("Checkout")
		c.Say("5 Open Street, Shibuya")
		require.NotContains(t, c.Sent(), "We are open from 9 to 17.")
		require.Equal(t, "order/delivery_time", c.State())
	})
}
