package bot_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http/httptest"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
)

// One bot serves several official accounts that have the same flows. Each conversation belongs to one of
// them, and an action learns which from its event.
func Example_severalAccounts() {
	b := flow.New[struct{}]("hello")
	b.Start(flow.Text("hello")).To("talking")
	b.In("talking").Enter(func(_ context.Context, t *flow.Turn[struct{}]) error {
		t.Send(line.Text("Welcome to the " + t.Event().Source.Channel + "!"))
		return nil
	}).
		On(flow.Text("bye")).End()

	names := []string{"shop in Tokyo", "shop in Osaka"}
	platforms, accounts := map[string]*emulator.Platform{}, map[string]*line.Channel{}
	for _, name := range names {
		p := emulator.New("secret of "+name, "token", &emulator.Options{BotName: name, Users: []string{"ann"}})
		api := httptest.NewServer(p)
		defer api.Close()
		c, err := line.New("secret of "+name, "token", &line.Options{Name: name, Endpoint: api.URL})
		if err != nil {
			log.Fatal(err)
		}
		res, err := c.HTTPClient().Get(api.URL + "/v2/bot/info") // the console shows it too: "Your user ID"
		if err != nil {
			log.Fatal(err)
		}
		var info struct{ UserID string }
		if err := json.NewDecoder(res.Body).Decode(&info); err != nil {
			log.Fatal(err)
		}
		_ = res.Body.Close()
		platforms[name], accounts[info.UserID] = p, c
	}
	mux, err := line.NewMux(accounts, 0)
	if err != nil {
		log.Fatal(err)
	}
	shops, err := bot.New(mux, memstore.New(), []*flow.Flow{b.MustBuild()}, nil)
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(shops)
	defer server.Close()

	ctx := context.Background()
	for _, name := range names {
		platforms[name].SetWebhook(server.URL)
		if _, err := platforms[name].Say(ctx, "ann", "hello"); err != nil {
			log.Fatal(err)
		}
		m, err := platforms[name].Next(ctx, "ann", 0)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(m.Text)
	}
	if err := shops.Shutdown(ctx); err != nil {
		log.Fatal(err)
	}
	fmt.Println(shops.Stats().Accounts["shop in Osaka"].Turns, "turn of", shops.Stats().Turns)
	// Output:
	// Welcome to the shop in Tokyo!
	// Welcome to the shop in Osaka!
	// 1 turn of 2
}
