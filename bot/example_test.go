package bot_test

import (
	"context"
	"fmt"
	"log"
	"net/http/httptest"
	"strings"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
)

// A complete bot that asks for a name and greets, talked to over LINE's protocol.
func Example() {
	type guest struct{ Name string }
	b := flow.New[guest]("greeting")
	b.Start(flow.Text("hello")).To("ask_name")
	b.In("ask_name").Enter(func(_ context.Context, t *flow.Turn[guest]) error {
		t.Send(line.Text("What is your name?"))
		return nil
	}).
		On(flow.Text()).Do(func(_ context.Context, t *flow.Turn[guest]) error {
		t.Data.Name = strings.TrimSpace(t.Event().Text)
		t.Send(line.Text("Nice to meet you, " + t.Data.Name + "."))
		return nil
	}).End()
	greeting, err := b.Build()
	if err != nil {
		log.Fatal(err)
	}

	platform := emulator.New("secret", "token", &emulator.Options{Users: []string{"ann"}})
	api := httptest.NewServer(platform) // for the real LINE, leave Endpoint out below
	defer api.Close()
	channel, err := line.New("secret", "token", &line.Options{Endpoint: api.URL})
	if err != nil {
		log.Fatal(err)
	}
	greeter, err := bot.New(channel, memstore.New(), []*flow.Flow{greeting}, nil)
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(greeter)
	defer server.Close()
	platform.SetWebhook(server.URL)

	ctx, seq := context.Background(), 0
	for _, words := range []string{"hello", "Ann"} {
		if _, err := platform.Say(ctx, "ann", words); err != nil {
			log.Fatal(err)
		}
		m, err := platform.Next(ctx, "ann", seq)
		if err != nil {
			log.Fatal(err)
		}
		seq = m.Seq
		fmt.Println(m.Text)
	}
	if err := greeter.Shutdown(ctx); err != nil {
		log.Fatal(err)
	}
	// Output:
	// What is your name?
	// Nice to meet you, Ann.
}
