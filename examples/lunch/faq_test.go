package main

import (
	"context"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/examples/lunch/dialog"
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

// A flow that answers questions beside the dialogs takes no text that a state takes: the admin's news may be about
// the hours.
func TestFAQBesideNews(t *testing.T) {
	o := options()
	all := append(dialog.New(&fake{sent: true, id: "event-2"}, admin), faq())
	flowtest.Talk(t, all, &flowtest.Options{Bot: o}, func(c *flowtest.Chat) {
		c.Say("news")
		c.Sent()
		c.Say("From Monday on we open at 8.")
		require.Equal(t, []string{"Sent to 0."}, c.Sent())
		c.Say("when do you open?")
		require.Equal(t, []string{"We are open from 9 to 17."}, c.Sent())
	})
}
