// Order is a restaurant's bot that takes an order: dishes with options, a cart, coupons, an address, a time, a
// payment on a page elsewhere, and people at a desk for those who need them. Every field is corrected from the
// summary, and “back” goes back any number of steps.
//
// It shows what examples/booking does not: transitions that branch on what their actions found, buttons that last, and
// a world outside of the chat that has a say, by signals. That world is in this program too, for this machine alone:
//
//	/       the stand-in for LINE, with a page to chat on. Say “order” there
//	/pay/   the pages of the payment provider, to which the bot leads
//	/desk   where those who help answer
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
	"github.com/kaiwa-go/kaiwa/flow"
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
	fmt.Printf("order bot, on a stand-in for LINE with a chat page, ready at http://%s\n", ln.Addr())
	<-ctx.Done()
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	check(errors.Join(srv.Shutdown(ctx), b.Shutdown(ctx)))
}

// open returns the bot and its world, whose handler is to be served at the address.
func open(address string) (*emulator.Platform, *bot.Bot, http.Handler) {
	secret := rand.Text()
	platform := emulator.New(secret, secret, &emulator.Options{Webhook: address + "/webhook", BotName: "Restaurant"})
	channel, err := line.New(secret, secret, &line.Options{Endpoint: address, Name: "stand-in"})
	check(err)
	till, desk := &Till{Address: address + "/pay", Callback: address + "/paid"}, &Counter{}
	order := New(World{Shop: &Kitchen{}, Coupons: Leaflet{}, Payments: till, Desk: desk})
	b, err := bot.New(channel, memstore.New(), []*flow.Flow{order}, options())
	check(err)
	out := &outside{b}
	desk.Answer = out.tell
	return platform, b, routes(map[string]http.Handler{
		"/": platform, "POST /webhook": b, "POST /paid": out.callback(till), "/pay/{id}": till, "/desk": desk,
	})
}

func check(err error) {
	if err != nil && !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
}
