package flowtest_test

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flowtest"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

type kettle struct{ Payment string }

// stall sells tea for payments, which a service refunds. The service is away when it is called for the first time.
func stall(services *flowtest.Services) []*flow.Flow {
	type turn = flow.Turn[kettle]
	type payment struct{ ID string }
	speak := func(text string) flow.Action[kettle] {
		return func(_ context.Context, t *turn) error { t.Send(line.Text(text)); return nil }
	}
	this := func(t *turn) bool {
		var p payment
		return t.Payload(&p) == nil && p.ID == "pay1"
	}
	away := true
	refund := func(_ context.Context, t *turn) error {
		var p payment
		if err := t.Payload(&p); err != nil {
			return err
		}
		services.Told("till", "refund "+p.ID+"\nat once")
		if away {
			away = false
			return errors.New("the till is away")
		}
		t.Send(line.Text("You get it back."))
		return nil
	}
	b := flow.New[kettle]("stall")
	b.Start(flow.Text("tea")).To("pay")
	b.Start(flow.Signal("paid")).When("it names a payment", func(t *turn) bool {
		var p payment
		return t.Payload(&p) == nil && p.ID != ""
	}).Do(refund).End()
	b.In("pay").Enter(speak("Pay, please.")).
		On(flow.Signal("paid")).When("it is this payment", this).Do(speak("Thank you.")).End().
		On(flow.Signal("word")).Do(speak("Hurry.")).Stay()
	return []*flow.Flow{b.MustBuild()}
}

func TestSignals(t *testing.T) {
	var services flowtest.Services
	services.Told("nobody", "before the first transcript")
	flowtest.Run(t, "testdata/signals/*.txt", func(*testing.T) []*flow.Flow { return stall(&services) }, &flowtest.Options{
		Bot: bot.Options{MaxAttempts: 2}, Services: &services, Update: os.Getenv("KAIWA_UPDATE") != "",
	})
	flowtest.Talk(t, stall(&services), nil, func(c *flowtest.Chat) {
		c.Say("tea")
		c.Signal("word", nil, "1")
		c.Signal("word", nil, "1")
		c.Signal("word", nil, "")
		c.Signal("word", nil, "")
		c.Signal("paid", map[string]string{"ID": "pay1"}, "")
		require.Equal(t, []string{"Pay, please.", "Hurry.", "Hurry.", "Hurry.", "Thank you."}, c.Sent())
		c.Signal("paid", map[string]string{"ID": "pay1"}, "")
		require.Equal(t, []string{"till: refund pay1\nat once"}, services.Take())
		require.Empty(t, services.Take())
		require.Len(t, c.Errors(), 1)
	})
}
