package bot_test

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/session/redisstore"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// nullChannel takes what it is given and says that it was given something.
type nullChannel struct {
	sent   chan struct{}
	accept func(context.Context, []transport.Event) error // what the bot's webhook calls
}

func (c *nullChannel) Send(context.Context, *transport.Delivery) (transport.Receipt, error) {
	c.sent <- struct{}{}
	return transport.Receipt{}, nil
}

func (c *nullChannel) ShowLoading(context.Context, transport.Source, time.Duration) error { return nil }

func (c *nullChannel) ReplyWindow(*transport.Delivery) time.Duration { return 0 }

func (c *nullChannel) HasMenu(string, string) bool { return true }

func (c *nullChannel) Rejected() transport.Rejected { return transport.Rejected{} }

func (c *nullChannel) Accounts() []string { return []string{""} }

func (c *nullChannel) SetProcesses(string, int) {}

func (c *nullChannel) Handler(accept func(context.Context, []transport.Event) error) http.Handler {
	c.accept = accept
	return http.NotFoundHandler()
}

func (c *nullChannel) Decode(_ string, raw []byte) (transport.Event, error) {
	return transport.Event{Raw: raw}, nil
}

// BenchmarkTurn measures a whole turn of a booking with typed data, one message and its idle
// timer armed anew: begin, step, render, commit, deliver. With a stack, three other bookings are suspended.
// The metric B/session is the size of the session's state.
func BenchmarkTurn(b *testing.B) {
	b.Run("memstore", func(b *testing.B) { benchTurn(b, memstore.New(), 0) })
	b.Run("memstore, stack of 4", func(b *testing.B) { benchTurn(b, memstore.New(), 3) })
	b.Run("redis", func(b *testing.B) {
		c := redistest.Start(b)
		store, err := redisstore.New(context.Background(), c, &redisstore.Options{
			Namespace: redistest.Namespace(b, c), Logger: slog.New(slog.DiscardHandler),
		})
		require.NoError(b, err)
		benchTurn(b, store, 0)
	})
}

type booking struct {
	Day   string `json:"day"`
	Party int    `json:"party"`
	Name  string `json:"name"`
}

// benchFlow is a booking that starts on its name.
func benchFlow(b *testing.B, name string) *flow.Flow {
	fb := flow.New[booking](name)
	fb.Start(flow.Text(name)).To("ask")
	fb.In("ask").
		On(flow.Text("stop")).End().
		On(flow.Text()).Do(func(_ context.Context, t *flow.Turn[booking]) error {
		t.Data.Party++
		t.Send(line.Text("How many of you?"))
		return nil
	}).Stay().
		After(15 * time.Minute).End()
	fb.In("ask").Enter(func(_ context.Context, t *flow.Turn[booking]) error {
		t.Data = booking{Day: "2026-12-05", Name: "Yamada Hanako"}
		t.Send(line.Text("Which day?"))
		return nil
	})
	f, err := fb.Build()
	require.NoError(b, err)
	return f
}

func benchTurn(b *testing.B, store session.Store, below int) {
	flows := []*flow.Flow{benchFlow(b, "booking")}
	for i := range below {
		flows = append(flows, benchFlow(b, "below"+strconv.Itoa(i)))
	}
	channel := &nullChannel{sent: make(chan struct{})}
	bt, err := bot.New(channel, store, flows, &bot.Options{
		Logger: slog.New(slog.DiscardHandler), UserRate: 1e9, // one user makes all of it
	})
	require.NoError(b, err)
	ctx := context.Background()
	events := make([]transport.Event, 1)
	const user = "U4af4980629c1e2a3b4c5d6e7f8091a2b"
	src := transport.Source{Chat: transport.ChatUser, ChatID: user, UserID: user}
	turn := func(n int, words string) {
		events[0] = transport.Event{
			ID: "01HZ" + strconv.Itoa(n), Kind: transport.KindText, Time: time.Now(), Text: words,
			ReplyToken: "nHuyWiB7yP5Zw52FIkcQobQuGDXCTA", Source: src, Raw: benchRaw,
		}
		if err := channel.accept(ctx, events); err != nil {
			b.Fatal(err)
		}
		<-channel.sent
	}
	for i, f := range slices.Backward(flows) {
		turn(-i, f.Name())
	}
	b.ReportAllocs()
	for n := 1; b.Loop(); n++ {
		turn(n, "4")
	}
	b.StopTimer()
	key, _ := session.KeyOf(src, session.PerMember)
	kept, err := store.Inspect(ctx, key.ID())
	require.NoError(b, err)
	b.ReportMetric(float64(len(kept.State)), "B/session")
	require.NoError(b, bt.Shutdown(ctx))
}

var benchRaw = make([]byte, 450) // as long as a text event
