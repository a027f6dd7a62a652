// Booking is a restaurant's bot: it asks for a day and a number, confirms, books and reminds.
//
// Without any settings it keeps its sessions in memory and brings a stand-in for LINE with a
// page to chat on, which only this machine reaches. The stand-in has an account of its own: beside a Redis that
// the real bot uses too, it never answers for that one. These environment variables put the real parts under it:
//
//	REDIS_ADDR           host:port of a Redis, where sessions survive a restart
//	LINE_CHANNEL_SECRET  the channel's secret; with the token, the real LINE is used
//	LINE_CHANNEL_TOKEN   the channel's access token
//	LINE_API_ENDPOINT    another host for LINE's API
//	HOST, PORT           where to listen; 127.0.0.1 and 8080 by default
//
// Webhooks come in at POST /webhook. GET /healthz answers as long as the program is alive, for a
// liveness probe; GET /readyz answers 200 if an event would be taken now, for a readiness probe: for 2 s before
// the program ends, it answers 503.
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

	"github.com/redis/go-redis/v9"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/examples/booking/dialog"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/session/redisstore"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		log.Fatal(err)
	}
}

func botOptions() bot.Options {
	return bot.Options{
		Otherwise: bot.Always(line.Text("Say “book” to book a table.")),
		Zone:      dialog.Zone,
		Expired:   bot.Always(line.Text("That button is no longer in use. Say “book” to book a table.")),
	}
}

func run(ctx context.Context) error {
	ln, err := listen()
	if err != nil {
		return err
	}
	address := "http://" + ln.Addr().String()
	mux := http.NewServeMux()
	srv := &http.Server{
		Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
	}
	channel, err := newChannel(srv, mux, address)
	if err != nil {
		return err
	}
	store, err := newStore(ctx)
	if err != nil {
		return err
	}
	booking, err := dialog.New(&dialog.Tables{PerDay: 10})
	if err != nil {
		return err
	}
	o := botOptions()
	b, err := bot.New(channel, store, []*flow.Flow{booking}, &o)
	if err != nil {
		return err
	}
	mux.Handle("POST /webhook", b)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") })
	mux.Handle("GET /readyz", b.Ready())

	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	fmt.Println("booking bot ready at", address)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	b.Drain(ctx, 2*time.Second) // load balancers that ask /readyz send no more
	return errors.Join(srv.Shutdown(ctx), b.Shutdown(ctx))
}

// settings returns the secret and the token of the channel. If both are empty, a stand-in for LINE is used.
func settings() (secret, token string, standIn bool) {
	secret, token = os.Getenv("LINE_CHANNEL_SECRET"), os.Getenv("LINE_CHANNEL_TOKEN")
	return secret, token, secret == "" && token == ""
}

// listen returns a listener at HOST and PORT. With the stand-in, other machines must not reach it: whoever does
// may write as any user.
func listen() (net.Listener, error) {
	addr, err := net.ResolveTCPAddr("tcp",
		net.JoinHostPort(cmp.Or(os.Getenv("HOST"), "127.0.0.1"), cmp.Or(os.Getenv("PORT"), "8080")))
	if err != nil {
		return nil, err
	}
	if _, _, standIn := settings(); standIn && !addr.IP.IsLoopback() {
		return nil, errors.New("the stand-in for LINE is for this machine alone: set LINE_CHANNEL_SECRET and " +
			"LINE_CHANNEL_TOKEN, or let HOST be 127.0.0.1")
	}
	return net.ListenTCP("tcp", addr)
}

// newChannel returns the channel of the environment, or one on a stand-in for LINE, which it
// mounts with its chat page.
func newChannel(srv *http.Server, mux *http.ServeMux, address string) (*line.Channel, error) {
	secret, token, standIn := settings()
	if !standIn {
		return line.New(secret, token, &line.Options{Endpoint: os.Getenv("LINE_API_ENDPOINT")})
	}
	log.Print("NO LINE: without LINE_CHANNEL_SECRET and LINE_CHANNEL_TOKEN, this is a stand-in with a chat page")
	secret, token = rand.Text(), rand.Text()
	platform := emulator.New(secret, token, &emulator.Options{
		Webhook: address + "/webhook", BotName: "Restaurant", Users: []string{"Hanako", "Taro", "Ken"},
	})
	mux.Handle("/", platform)
	srv.RegisterOnShutdown(platform.Close)
	return line.New(secret, token, &line.Options{Endpoint: address, Name: "stand-in"})
}

// newStore returns a store on the Redis of the environment, or in memory.
func newStore(ctx context.Context) (session.Store, error) {
	addr := os.Getenv("REDIS_ADDR")
	if addr == "" {
		return memstore.New(), nil
	}
	return redisstore.New(ctx, redis.NewClient(&redis.Options{Addr: addr}), nil)
}
