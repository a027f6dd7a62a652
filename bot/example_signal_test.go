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

// Something outside of the chat, such as the callback of a payment provider, moves a dialog on: it is a signal,
// which has one turn however often the provider calls.
func ExampleBot_Signal() {
	type order struct{ Payment string }
	type payment struct{ ID string }
	say := func(text string) flow.Action[order] {
		return func(_ context.Context, t *flow.Turn[order]) error { t.Send(line.Text(text)); return nil }
	}
	ask := func(_ context.Context, t *flow.Turn[order]) error {
		t.Data.Payment = "4711" // as the provider calls it, which has noted the chat too: t.Event().Source
		t.Send(line.Text("Pay at https://shop.example/pay/4711, please."))
		return nil
	}
	thisPayment := func(t *flow.Turn[order]) bool {
		var p payment
		return t.Payload(&p) == nil && p.ID == t.Data.Payment
	}
	b := flow.New[order]("order")
	b.Start(flow.Text("order")).To("pay")
	b.In("pay").Enter(ask).
		On(flow.Signal("paid")).When("it is this payment", thisPayment).Do(say("Thank you, it is on its way.")).End().
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

	// paid is what the handler of the callback does, once it knows that the provider called it. If it returns an
	// error, the provider calls again.
	paid := func(ctx context.Context, chat transport.Source, id string) error {
		return shop.Signal(ctx, chat, "paid", payment{id}, id)
	}

	ctx := context.Background()
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
	chat := transport.Source{Chat: transport.ChatUser, ChatID: platform.Users()[0].ID}
	for range 2 { // the provider was not sure, and called again
		if err := paid(ctx, chat, "4711"); err != nil {
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
