package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/session/redisstore"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
	"github.com/kaiwa-go/kaiwa/transport"
)

// A message that its sender takes back is not handled any more if it waits, and is gone from the
// dead letters; the order of the rest stays.
func TestUnsend(t *testing.T) {
	t.Run("memstore", func(t *testing.T) { testUnsend(t, memstore.New()) })
	t.Run("redis", func(t *testing.T) {
		c := redistest.Start(t)
		store, err := redisstore.New(t.Context(), c, &redisstore.Options{
			Namespace: redistest.Namespace(t, c), Logger: slog.New(slog.DiscardHandler),
		})
		require.NoError(t, err)
		testUnsend(t, store)
	})
}

func testUnsend(t *testing.T, store session.Store) {
	free := make(chan struct{})
	fb := flow.New[count]("one")
	fb.Start(flow.Text("start")).To("only")
	fb.In("only").On(flow.Text("stop")).End().
		On(flow.Text("fail")).Do(func(context.Context, *countTurn) error { return flow.Permanent(errors.New("no")) }).Stay().
		On(flow.Text("block")).Do(func(context.Context, *countTurn) error { <-free; return nil }).Stay().
		On(flow.Text()).Do(func(_ context.Context, t *countTurn) error { t.Send(text(t.Event().Text)); return nil }).Stay()
	f, err := fb.Build()
	require.NoError(t, err)
	channel := &fakeChannel{}
	b, err := bot.New(channel, store, []*flow.Flow{f}, &bot.Options{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	defer func() { require.NoError(t, b.Shutdown(context.Background())) }()
	n := 0
	start := time.Now()
	say := func(words, message string, kind transport.Kind) {
		n++
		e := said("ann", fmt.Sprint("event-", n), words)
		e.Kind, e.MessageID, e.Time = kind, message, start.Add(time.Duration(n)*time.Millisecond)
		require.NoError(t, b.Receive(t.Context(), []transport.Event{raw(e)}))
	}
	letters := func() int {
		all, err := deadLetters(b.DeadLetters(t.Context()))
		require.NoError(t, err)
		return len(all)
	}
	say("start", "m0", transport.KindText)
	say("fail", "m1", transport.KindText)
	require.Eventually(t, func() bool { return letters() == 1 }, 5*time.Second, 5*time.Millisecond)
	say("", "m1", transport.KindUnsend)
	require.Zero(t, letters())

	say("block", "m2", transport.KindText)
	require.Eventually(t, func() bool { return b.Stats().Turns >= 2 }, 5*time.Second, 5*time.Millisecond)
	say("before", "m3", transport.KindText)
	say("private", "m4", transport.KindText)
	say("after", "m5", transport.KindText)
	say("", "m4", transport.KindUnsend)
	close(free)
	require.Eventually(t, func() bool { return b.Stats().Turns == int64(n-1) }, 5*time.Second, 5*time.Millisecond)
	require.Eventually(t, func() bool { return b.Stats().Sent == 2 }, 5*time.Second, 5*time.Millisecond)
	require.Equal(t, []string{"before", "after"}, untagged(channel.texts()))
}

// unsendless cannot take anything out.
type unsendless struct{ *memstore.Store }

func (unsendless) Unsend(context.Context, string, string) error { return session.ErrUnavailable }

// A message that could not be taken out is asked for again: the webhook fails.
func TestUnsendThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := counter(t, nil)
		b, err := bot.New(&fakeChannel{}, unsendless{memstore.New()}, []*flow.Flow{f}, nil)
		require.NoError(t, err)
		e := said("ann", "1", "")
		e.Kind, e.MessageID = transport.KindUnsend, "m1"
		require.ErrorIs(t, b.Receive(t.Context(), []transport.Event{raw(e)}), session.ErrUnavailable)
		require.NoError(t, b.Shutdown(context.Background()))
	})
}
