package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session/redisstore"
	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// envBot holds a botConfig, and makes the program a bot.
const envBot = "KAIWA_PROVE_BOT"

// botConfig is what a bot's process is told.
type botConfig struct {
	Listen, API          string
	Accounts             []string // that the bot serves
	Redis                redisConfig
	Namespace            string
	Lease, DeliveryLease time.Duration
	Timeout              time.Duration // of an API call
	Window               time.Duration // in which a reply token is used
	Slow                 time.Duration // how long an action takes
	Guard                string        // the guard to break; empty for none
	Attempts             int           // bot.Options.MaxAttempts
	Replicas             int           // redisstore.Options.Replicas
	Fsync                bool          // redisstore.Options.Fsync
	Skew                 time.Duration // of the first process's clock
	Database             string        // what actions ask; empty for none
	Lethal               bool          // timers of the flow kill their process if the database does not answer
	Router               string        // that the bot is mounted in
	Drain                time.Duration // of Bot.Drain; 0 for no balancer
	Freezes              bool          // bot.Options.ProcessBeforeResponse
	Stacks               bool          // a bot of several conversations: see stacking
	Build                int           // which build of its flows it has
}

func runBot() error {
	var cfg botConfig
	if err := json.Unmarshal([]byte(os.Getenv(envBot)), &cfg); err != nil {
		return err
	}
	// SIGTERM may come at once.
	term := make(chan os.Signal, 1)
	signal.Notify(term, syscall.SIGTERM)
	go dieWithParent()
	ctx := context.Background()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	channel, err := openAccounts(&cfg, log)
	if err != nil {
		return err
	}
	client := cfg.Redis.client()
	defer client.Close()
	store, err := redisstore.New(ctx, client, &redisstore.Options{
		Namespace: cfg.Namespace, Replicas: cfg.Replicas, Fsync: cfg.Fsync, Logger: log,
	})
	if err != nil {
		return err
	}
	o := bot.Options{Logger: log, MaxAttempts: cfg.Attempts, ProcessBeforeResponse: cfg.Freezes}
	flows, err := flowsOf(&cfg, &o)
	if err != nil {
		return err
	}
	if cfg.Database != "" {
		o.Failed = bot.Always(line.Text(apology))
	}
	shorten(&o, cfg.Lease, cfg.DeliveryLease)
	b, err := bot.New(channel, breakGuard(cfg.Guard, store), flows, &o)
	if err != nil {
		return err
	}
	return serve(b, &cfg, term)
}

// flowsOf returns the flows of a bot, and sets the options that they need.
func flowsOf(cfg *botConfig, o *bot.Options) ([]*flow.Flow, error) {
	a := actions{slow: cfg.Slow, db: database(cfg.Database), lethal: cfg.Lethal}
	if cfg.Stacks {
		o.Expired = func(_ context.Context, n *bot.Notice) transport.Message {
			return line.Text(word{Turn: n.Event.ID, What: saidOver, Now: n.Now.UnixMilli()}.String())
		}
		o.Lost = func(_ context.Context, n *bot.Notice) transport.Message {
			return line.Text(word{Turn: n.Event.ID, What: saidLost, Now: n.Now.UnixMilli()}.String())
		}
		return stacking(a, cfg.Build)
	}
	f, err := counting(a)
	return []*flow.Flow{f}, err
}

// serve answers webhooks until SIGTERM, then shuts down in an orderly way: in README's order behind a
// balancer. Without one webhooks are redelivered, and go to another process.
func serve(b *bot.Bot, cfg *botConfig, term <-chan os.Signal) error {
	ln, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: routes(cfg.Router, b), ReadHeaderTimeout: 5 * time.Second}
	fmt.Println("ready", ln.Addr())
	go func() { _ = srv.Serve(ln) }()
	<-term
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if cfg.Drain > 0 {
		b.Drain(ctx, cfg.Drain)
		return errors.Join(srv.Shutdown(ctx), b.Shutdown(ctx))
	}
	if err := b.Shutdown(ctx); err != nil {
		return fmt.Errorf("shutdown: %w", err)
	}
	return srv.Shutdown(ctx)
}

// routerChi is the router besides that of net/http.
const routerChi = "chi"

// routes mounts the bot.
func routes(router string, b *bot.Bot) http.Handler {
	if router == routerChi {
		r := chi.NewRouter()
		r.Post("/webhook", b.ServeHTTP)
		r.Get("/readyz", b.Ready().ServeHTTP)
		r.Get("/stats", writeStats(b.Stats))
		r.Post("/replay", replay(b))
		return r
	}
	mux := http.NewServeMux()
	mux.Handle("POST /webhook", b)
	mux.Handle("GET /readyz", b.Ready())
	mux.HandleFunc("GET /stats", writeStats(b.Stats))
	mux.HandleFunc("POST /replay", replay(b))
	mux.Handle("POST /pending", b.RunPending())
	mux.HandleFunc("GET /stack/{user}", writeStack(b))
	mux.HandleFunc("POST /signal/{user}/{name}/{flow}/{id}", giveSignal(b))
	return mux
}

// dieWithParent ends the process when the other end of its standard input is closed.
func dieWithParent() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}
