// Lunch is the bot of a canteen. In a group it takes the orders for lunch; alone with it, a user
// hands in a receipt or subscribes to the news. It shows what examples/booking does not:
// conversations that a group shares, names, photos, rich menus that follow the dialog, and
// campaigns.
//
// It brings a stand-in for LINE with a page to chat on, at HOST and PORT, for this machine alone. There,
// make friends with it, and invite it into the group Office. Hanako is the admin: she says “news” to write
// to those who subscribed.
// For the real LINE and for Redis, see examples/booking.
package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/examples/lunch/dialog"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/campaign"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
	"github.com/kaiwa-go/kaiwa/transport/line/people"
	"github.com/kaiwa-go/kaiwa/transport/line/richmenu"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ln, err := listen()
	if err != nil {
		log.Fatal(err)
	}
	secret := rand.Text()
	platform := emulator.New(secret, secret, &emulator.Options{BotName: "Canteen", Users: []string{"Hanako", "Taro", "Ken"}})
	log.Print("NO LINE: this is a stand-in with a chat page")
	ready := func(address string) { fmt.Println("lunch bot ready at", address) }
	if err := run(ctx, ln, platform, secret, ready); err != nil {
		log.Fatal(err)
	}
}

// listen returns a listener at HOST and PORT, which other machines cannot reach: whoever does may write as
// any user.
func listen() (net.Listener, error) {
	addr, err := net.ResolveTCPAddr("tcp",
		net.JoinHostPort(cmp.Or(os.Getenv("HOST"), "127.0.0.1"), cmp.Or(os.Getenv("PORT"), "8080")))
	if err != nil {
		return nil, err
	}
	if !addr.IP.IsLoopback() {
		return nil, errors.New("the stand-in for LINE is for this machine alone: let HOST be 127.0.0.1")
	}
	return net.ListenTCP("tcp", addr)
}

func options() bot.Options {
	return bot.Options{
		Scope:        session.PerChat, // a group has one conversation, which its members share
		PushToGroups: true,            // where half an hour of silence closed a round
		Otherwise:    bot.Always(line.Text("Say “lunch” in your group, or use the menu.")),
		Failed:       bot.Always(line.Text("Sorry, that did not work.")),
	}
}

// run serves the platform, with its chat page, and the bot until ctx ends. The platform's access token is its
// secret.
func run(ctx context.Context, ln net.Listener, platform *emulator.Platform, secret string, ready func(string)) error {
	address := "http://" + ln.Addr().String()
	if _, err := platform.AddGroup(emulator.Group{Name: "Office"}, "Hanako", "Taro", "Ken"); err != nil {
		return err
	}
	channel, err := line.New(secret, secret, &line.Options{Endpoint: address, Name: "stand-in"})
	if err != nil {
		return err
	}
	ledger, err := os.MkdirTemp("", "lunch") // as long as the sessions live: here, with the process
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(ledger) }()
	office := &canteen{channel: channel, people: people.New(channel, nil), ledger: campaign.NewFileLedger(ledger)}
	mux := http.NewServeMux()
	mux.Handle("/", platform)
	srv := &http.Server{
		Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
	}
	srv.RegisterOnShutdown(platform.Close)
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	b, err := start(ctx, channel, office, platform.Users()[0].ID)
	if err == nil {
		mux.Handle("POST /webhook", b)
		mux.Handle("GET /readyz", b.Ready())
		platform.SetWebhook(address + "/webhook")
		ready(address)
		select {
		case err = <-failed:
		case <-ctx.Done():
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	if b != nil {
		b.Drain(ctx, 2*time.Second)
	}
	err = errors.Join(err, srv.Shutdown(ctx))
	if b != nil {
		err = errors.Join(err, b.Shutdown(ctx))
	}
	return err
}

// start sets the menus up, and then makes the bot, whose flows name them.
func start(ctx context.Context, channel *line.Channel, office dialog.Office, admin string) (*bot.Bot, error) {
	if _, err := richmenu.Apply(ctx, channel, menus(), nil); err != nil {
		return nil, err
	}
	o := options()
	return bot.New(channel, memstore.New(), dialog.New(office, admin), &o)
}
