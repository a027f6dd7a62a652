package bot_test

import (
	"context"
	"fmt"
	"log"
	"net/http/httptest"
	"time"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
)

// Something outside of the chat, such as the callback of a payment provider, moves a dialog on: it
// is told to the bot as an event, which has one turn however often the provider calls.
func ExampleBot_Receive() {
	type order struct{ Customer string }
	say := func(text string) flow.Action[order] {
		return func(_ context.Context, t *flow.Turn[order]) error { t.Send(line.Text(text)); return nil }
	}
	b := flow.New[order]("order")
	b.Start(flow.Text("order")).To("pay")
	b.In("pay").Enter(say("Pay at https://shop.example/pay/4711, please.")).
		On(flow.Postback("paid").FromAnywhere()).Do(say("Thank you, it is on its way.")).End().
		After(time.Hour).Do(say("You have not paid.")).End()

	platform := emulator.New("secret", "token", &emulator.Options{Users: []string{"ann"}})
	api := httptest.NewServer(platform)
	defer api.Close()
	channel, err := line.New("secret", "token", &line.Options{Endpoint: api.URL})
	if err != nil {
		log.Fatal(err)
	}
	shop, err := bot.New(channel, memstore.New(), []*flow.Flow{b.MustBuild()}, nil)
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(shop)
	defer server.Close()
	platform.SetWebhook(server.URL)

	// paid is what the handler of the callback does, once it knows that the provider called it.
	paid := func(ctx context.Context, customer, payment string) error {
		e, err := channel.Decode("", fmt.Appendf(nil, `{"type": "postback", "mode": "active",
			"webhookEventId": %q, "timestamp": %d, "source": {"type": "user", "userId": %q},
			"postback": {"data": "paid"}}`, payment, time.Now().UnixMilli(), customer))
		if err != nil {
			return err
		}
		return shop.Receive(ctx, []transport.Event{e})
	}

	ctx, ann := context.Background(), platform.Users()[0].ID
	show := func(after int) int {
		m, err := platform.Next(ctx, "ann", after)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(m.Via+":", m.Text)
		return m.Seq
	}
	if _, err := platform.Say(ctx, "ann", "order"); err != nil {
		log.Fatal(err)
	}
	asked := show(0)
	for range 2 { // the provider was not sure, and called again
		if err := paid(ctx, ann, "payment-4711"); err != nil {
			log.Fatal(err)
		}
	}
	show(asked)
	if err := shop.Shutdown(ctx); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(platform.Messages("ann")), "messages")
	// Output:
	// reply: Pay at https://shop.example/pay/4711, please.
	// push: Thank you, it is on its way.
	// 3 messages
}
