package people_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
	"github.com/kaiwa-go/kaiwa/transport/line/people"
)

func Example() {
	platform := emulator.New("secret", "token", &emulator.Options{Users: []string{"Ann"}})
	defer platform.Close()
	api := httptest.NewServer(platform)
	defer api.Close()
	channel, err := line.New("secret", "token", &line.Options{Endpoint: api.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	bot := httptest.NewServer(channel.Handler(func(context.Context, []transport.Event) error { return nil }))
	defer bot.Close()
	platform.SetWebhook(bot.URL)
	if _, err := platform.Follow(context.Background(), "Ann"); err != nil {
		fmt.Println(err)
	}
	who := people.New(channel, nil)
	id := platform.Users()[0].ID
	p, err := who.Profile(context.Background(), transport.Source{Chat: transport.ChatUser, ChatID: id, UserID: id})
	fmt.Println(p.Name, p.Language, err)
	// Output: Ann en <nil>
}

func ExampleNonces() {
	var nonces people.Nonces
	nonce := nonces.New("account 17") // when the user has logged in
	name, ok := nonces.Take(nonce)    // when the account link event has come
	fmt.Println(name, ok)
	fmt.Println(nonces.Take(nonce))
	// Output:
	// account 17 true
	//  false
}
