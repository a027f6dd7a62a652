package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore"
	"github.com/kaiwa-go/kaiwa/transport"
)

// visit is the data of a session: with it the stored state has about 200 bytes.
type visit struct {
	Name, Note string
	Due        time.Time
	Reminded   int
}

// reminders is a flow whose timer is due at a time that the data has. Its action waits as long as slow says.
func reminders(due time.Time, slow time.Duration) (*flow.Flow, error) {
	b := flow.New[visit]("reminders")
	b.Start(flow.Text()).To("booked")
	b.In("booked").Enter(func(_ context.Context, t *flow.Turn[visit]) error {
		t.Data = visit{Name: "Yamada Hanako", Note: "a table by the window, if there is one", Due: due}
		return nil
	}).At(func(t *flow.Turn[visit]) time.Time { return t.Data.Due }).Do(
		func(_ context.Context, t *flow.Turn[visit]) error {
			time.Sleep(slow)
			t.Data.Reminded++
			return nil
		}).To("reminded")
	b.In("reminded").On(flow.Text("bye")).End()
	return b.Build()
}

// silent is a channel with nobody behind it.
type silent struct {
	accept func(context.Context, []transport.Event) error
}

func (c *silent) Accounts() []string                            { return []string{""} }
func (c *silent) Rejected() transport.Rejected                  { return transport.Rejected{} }
func (c *silent) HasMenu(string, string) bool                   { return true }
func (c *silent) SetProcesses(string, int)                      {}
func (c *silent) ReplyWindow(*transport.Delivery) time.Duration { return 0 }

func (c *silent) Handler(accept func(context.Context, []transport.Event) error) http.Handler {
	c.accept = accept
	return http.NotFoundHandler()
}

func (c *silent) Decode(_ string, raw []byte) (transport.Event, error) {
	return transport.Event{Raw: raw}, nil
}

func (c *silent) Send(context.Context, *transport.Delivery) (transport.Receipt, error) {
	return transport.Receipt{}, nil
}

func (c *silent) ShowLoading(context.Context, transport.Source, time.Duration) error { return nil }

func openStore(addr string, timeout time.Duration) (*redisstore.Store, error) {
	return redisstore.New(context.Background(), redis.NewClient(&redis.Options{Addr: addr, ContextTimeoutEnabled: true}),
		&redisstore.Options{Timeout: timeout, Logger: slog.New(slog.DiscardHandler)})
}

func newBotOn(store session.Store, c *silent, due time.Time, slow time.Duration, turns int) (*bot.Bot, error) {
	f, err := reminders(due, slow)
	if err != nil {
		return nil, err
	}
	return bot.New(c, store, []*flow.Flow{f}, &bot.Options{
		MaxTurns: turns, Logger: slog.New(slog.DiscardHandler),
	})
}

// idle is a store in which nothing is ever due.
type idle struct{ *redisstore.Store }

func (idle) Due(context.Context, []string, int, time.Duration) ([]string, time.Duration, error) {
	return nil, time.Second, nil
}

// fillBot has a bot talk to n users, each of whom gets a timer that is due at that time. It works off no timers.
func fillBot(addr string, n int, due time.Time) error {
	store, err := openStore(addr, 20*time.Second) // a busy machine may be slow to fill it
	if err != nil {
		return err
	}
	c := &silent{}
	b, err := newBotOn(idle{store}, c, due, 0, 1<<20) // no event is left to the sweep
	if err != nil {
		return err
	}
	err = parallel(n, func(i int) error {
		user := fmt.Sprintf("U%032x", i)
		return c.accept(context.Background(), []transport.Event{{
			ID: fmt.Sprintf("e%d", i), Kind: transport.KindText, Time: time.Now(), Text: "hello",
			Source: transport.Source{Chat: transport.ChatUser, ChatID: user, UserID: user}, Raw: []byte("{}"),
		}})
	})
	if err != nil {
		return err
	}
	return b.Shutdown(context.Background())
}

// counted counts the turns that were committed.
type counted struct {
	*redisstore.Store
	tally *tally
}

func (s *counted) Commit(ctx context.Context, r *session.CommitRequest) (session.CommitResult, error) {
	res, err := s.Store.Commit(ctx, r)
	if err == nil {
		s.tally.add()
	}
	return res, err
}

// newBot returns a bot that is to be started.
func newBot(addr string, t *tally) (func() (func(), error), error) {
	store, err := openStore(addr, 0)
	return func() (func(), error) {
		b, err := newBotOn(&counted{store, t}, &silent{}, time.Time{}, t.slow, concurrency)
		if err != nil {
			return nil, err
		}
		return func() { _ = b.Shutdown(context.Background()) }, nil
	}, err
}
