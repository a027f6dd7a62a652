// Support is the bot of an internet provider's support: a FAQ that answers in the middle of anything, tickets in a few
// questions, people at a desk, and a rating.
//
// It shows what several conversations are for: a question of the FAQ and a talk with a person interrupt a ticket, which
// goes on afterwards. It runs on this machine alone:
//
//	/       the stand-in for LINE, with a page to chat on. Say “ticket”, “human” or “why is it so slow?” there
//	/desk   where the people answer. What they say, and that they are done, are signals
//
// It listens at 127.0.0.1 and PORT, 8080 by default. For the real LINE and for Redis, see examples/booking.
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
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ln, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", cmp.Or(os.Getenv("PORT"), "8080")))
	check(err)
	platform, b, handler := open("http://" + ln.Addr().String())
	srv := &http.Server{
		Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
	}
	srv.RegisterOnShutdown(platform.Close)
	go func() { check(srv.Serve(ln)) }()
	fmt.Printf("support bot, on a stand-in for LINE with a chat page, ready at http://%s\n", ln.Addr())
	<-ctx.Done()
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	check(errors.Join(srv.Shutdown(ctx), b.Shutdown(ctx)))
}

// open returns the bot and what is around it, whose handler is to be served at the address.
func open(address string) (*emulator.Platform, *bot.Bot, http.Handler) {
	secret := rand.Text()
	platform := emulator.New(secret, secret, &emulator.Options{Webhook: address + "/webhook", BotName: "Hikari Net"})
	channel, err := line.New(secret, secret, &line.Options{Endpoint: address, Name: "stand-in"})
	check(err)
	desk := &Counter{}
	b, err := bot.New(channel, memstore.New(), flows(Office{desk, desk}), options())
	check(err)
	desk.Signal = b.Signal
	mux := http.NewServeMux()
	mux.Handle("/", platform)
	mux.Handle("POST /webhook", b)
	mux.Handle("/desk", desk)
	return platform, b, http.NewCrossOriginProtection().Handler(mux)
}

func options() *bot.Options {
	return &bot.Options{
		Zone:      time.FixedZone("JST", 9*60*60),
		Otherwise: bot.Always(line.Text("Ask me about our hours, bills or a slow line. Or say “ticket” or “human”.")),
		Failed:    bot.Always(line.Text("Sorry, that did not work. Please try again.")),
	}
}

func check(err error) {
	if err != nil && !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
}
