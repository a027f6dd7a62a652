package bot_test

import (
	"context"
	"errors"
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

// A look into a session shows the same on both stores.
func TestSession(t *testing.T) {
	t.Run("memory", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { looksIntoSession(t, memstore.New()) })
	})
	t.Run("redis", func(t *testing.T) {
		c := redistest.Start(t)
		store, err := redisstore.New(t.Context(), c, &redisstore.Options{
			Namespace: redistest.Namespace(t, c), Logger: slog.New(slog.DiscardHandler),
		})
		require.NoError(t, err)
		looksIntoSession(t, store)
	})
}

func looksIntoSession(t *testing.T, store session.Store) {
	var (
		channel    = &fakeChannel{}
		inAction   = make(chan struct{})
		goOn       = make(chan struct{})
		counter    = counter(t, func(context.Context) { inAction <- struct{}{}; <-goOn })
		ann        = said("ann", "", "").Source
		start, log = time.Now(), slog.New(slog.DiscardHandler)
	)
	b, err := bot.New(channel, store, []*flow.Flow{counter}, &bot.Options{Logger: log})
	require.NoError(t, err)
	defer func() { require.NoError(t, b.Shutdown(context.Background())) }()
	look := func() bot.Session {
		t.Helper()
		s, err := b.Session(t.Context(), ann)
		require.NoError(t, err)
		require.Len(t, s.ID, len("/")+session.HashLen)
		return s
	}
	say := func(words string) {
		t.Helper()
		require.NoError(t, b.Receive(t.Context(), []transport.Event{said("ann", words, words)}))
	}
	// until looks again while turns run.
	until := func(ok func(s bot.Session) bool) bot.Session {
		t.Helper()
		for range 1000 {
			if s := look(); ok(s) {
				return s
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Fatalf("in the end: %+v", look())
		return bot.Session{}
	}

	require.Equal(t, bot.Session{ID: look().ID}, look(), "nothing is kept")
	_, err = b.Session(t.Context(), transport.Source{})
	require.ErrorIs(t, err, bot.ErrNoChat)

	say("start")
	until(func(s bot.Session) bool { return s.Flow == "counter" && !s.Running })
	say("slow")
	<-inAction
	say("a")
	s := look()
	require.Equal(t, "counter", s.Flow)
	require.Equal(t, flow.State("counting"), s.State)
	require.Equal(t, count{}, s.Data, "the turn that runs has changed nothing yet")
	require.Len(t, s.Timers, 1)
	require.WithinDuration(t, start.Add(time.Hour), s.Timers[0].Due, time.Minute)
	require.True(t, s.Running)
	require.Equal(t, 1, s.Attempt)
	require.Len(t, s.Waiting, 2)
	require.Equal(t, "slow", s.Waiting[0].ID)
	require.Equal(t, "a", s.Waiting[1].ID)
	require.WithinDuration(t, start, s.Waiting[1].Accepted, time.Minute)

	channel.mu.Lock()
	channel.fail = func(int, *transport.Delivery) error { return errors.New("away") }
	channel.mu.Unlock()
	close(goOn)
	s = until(func(s bot.Session) bool { return s.Outputs == 2 && !s.Running })
	require.Equal(t, count{N: 2}, s.Data)
	require.Empty(t, s.Waiting)

	say("stop")
	s = until(func(s bot.Session) bool { return s.Flow == "" && !s.Running })
	require.Nil(t, s.Data)
	require.Empty(t, s.Timers)
	require.Len(t, s.Reminders, 1)
	require.Equal(t, "counter later", s.Reminders[0].Flow+" "+s.Reminders[0].Name)
	require.WithinDuration(t, start.Add(48*time.Hour), s.Reminders[0].Due, time.Minute)
}
