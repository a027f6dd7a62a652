package bot_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/transport"
)

// Each attempt is told with what became of it; what is dropped is kept for the operator, and the
// hook may panic.
func TestSent(t *testing.T) {
	var (
		mu  sync.Mutex
		got []bot.Sent
	)
	o := bot.Options{Sent: func(s bot.Sent) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, s)
		panic(userWords)
	}}
	inBubble(t, o, func(r *rig) {
		verdicts := []transport.Disposition{transport.Retry, transport.Hold, transport.Ambiguous, transport.Drop}
		r.channel.receipt = func(n int) transport.Receipt {
			return transport.Receipt{RequestID: "request-1", Pushed: n > 0}
		}
		r.channel.fail = func(n int, _ *transport.Delivery) error {
			if n < len(verdicts) {
				return &transport.SendError{Disposition: verdicts[n], Err: errors.New("test: refused")}
			}
			return nil
		}
		r.say("ann", "start") // retry, hold, ambiguous
		r.pass(3 * time.Second)
		require.NotZero(r, r.bot.Stats().Ambiguous)
		r.say("ann", "a") // drop
		r.say("ann", "b")
		r.pass(time.Second)
		mu.Lock()
		defer mu.Unlock()
		require.Len(r, got, 5)
		for i, v := range verdicts {
			var se *transport.SendError
			require.ErrorAs(r, got[i].Err, &se)
			require.Equal(r, v, se.Disposition)
			require.Equal(r, got[0].Session, got[i].Session)
			require.Equal(r, transport.Receipt{RequestID: "request-1", Pushed: i > 0}, got[i].Receipt)
		}
		require.False(r, got[0].Retried)
		require.True(r, got[1].Retried)
		require.Greater(r, got[2].Age, time.Second)
		require.NoError(r, got[4].Err)
		letters, err := deadLetters(r.bot.DeadLetters(context.Background()))
		require.NoError(r, err)
		require.Len(r, letters, 1)
		require.NotZero(r, letters[0].Output.Seq)
		require.Equal(r, "refused by the platform: test: refused, request request-1", letters[0].Why)
		all := strings.Join(r.log.all(), "\n")
		require.Contains(r, all, "request=request-1")
		require.NotContains(r, all, userWords)
	})
}

// A channel that panics is tried again; it does not take the process with it.
func TestPanickingChannel(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		r.channel.fail = func(n int, _ *transport.Delivery) error {
			if n == 0 {
				panic(userWords)
			}
			return nil
		}
		r.say("ann", "start")
		r.pass(time.Second)
		require.Len(r, r.channel.take(), 2)
		require.NotContains(r, strings.Join(r.log.all(), "\n"), userWords)
	})
}

// loader is a channel that shows that an answer is on its way.
type loader struct {
	*fakeChannel
	calls []string
	took  []time.Duration
	hang  bool
}

func (l *loader) called() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.calls...)
}

func (l *loader) lasted() []time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]time.Duration(nil), l.took...)
}

func (l *loader) ShowLoading(ctx context.Context, chat transport.Source, d time.Duration) error {
	start := time.Now()
	l.mu.Lock()
	l.calls = append(l.calls, chat.ChatID)
	hang := l.hang
	l.mu.Unlock()
	if hang {
		<-ctx.Done()
	}
	l.mu.Lock()
	l.took = append(l.took, time.Since(start))
	l.mu.Unlock()
	if chat.ChatID == "panics" {
		panic(userWords)
	}
	return ctx.Err()
}

func TestLoading(t *testing.T) {
	in := func(t *testing.T, o bot.Options, f func(r *rig, l *loader)) {
		synctest.Test(t, func(t *testing.T) {
			l := &loader{fakeChannel: &fakeChannel{}}
			r := &rig{T: t, channel: l.fakeChannel, store: memstore.New(), log: &logged{}}
			o.Logger = slog.New(r.log)
			var err error
			r.bot, err = bot.New(l, r.store, []*flow.Flow{counter(t, func(context.Context) { time.Sleep(2 * time.Second) })}, &o)
			require.NoError(t, err)
			f(r, l)
			require.NoError(t, r.bot.Shutdown(context.Background()))
		})
	}
	t.Run("once a slow turn", func(t *testing.T) {
		in(t, bot.Options{}, func(r *rig, l *loader) {
			for range 3 {
				r.say("ann", "start")
				r.say("ann", "slow")
				r.pass(900 * time.Millisecond)
				n := len(l.called())
				r.pass(200 * time.Millisecond)
				require.Len(r, l.called(), n+1)
				r.pass(5 * time.Second)
				require.Len(r, l.called(), n+1)
				r.say("ann", "a")
				r.pass(5 * time.Second)
			}
			require.Equal(r, []string{"ann", "ann", "ann"}, l.called())
		})
	})
	t.Run("switched off", func(t *testing.T) {
		in(t, bot.Options{LoadingAfter: -1}, func(r *rig, l *loader) {
			r.say("ann", "start")
			r.say("ann", "slow")
			r.pass(5 * time.Second)
			require.Empty(r, l.called())
		})
	})
	t.Run("not in groups", func(t *testing.T) {
		in(t, bot.Options{}, func(r *rig, l *loader) {
			for i, words := range []string{"start", "slow"} {
				e := said("ann", words, words)
				e.Source = transport.Source{Chat: transport.ChatGroup, ChatID: "group", UserID: "ann"}
				e.Time = e.Time.Add(time.Duration(i))
				r.receive(raw(e))
			}
			r.pass(5 * time.Second)
			require.Empty(r, l.called())
			require.Equal(r, []string{"counting", "1 slow"}, untagged(r.channel.texts()))
		})
	})
	t.Run("a call that hangs delays nothing", func(t *testing.T) {
		in(t, bot.Options{}, func(r *rig, l *loader) {
			l.hang = true
			r.say("ann", "start")
			r.say("ann", "slow")
			r.pass(2 * time.Second)
			require.Equal(r, []string{"counting", "1 slow"}, untagged(r.channel.texts()))
			require.Equal(r, []time.Duration{time.Second}, l.lasted(), "the end of the turn cuts it short")
			r.say("ann", "slow")
			r.pass(1100 * time.Millisecond)
			go func() { _ = r.bot.Shutdown(context.Background()) }()
			synctest.Wait()
			require.Len(r, l.lasted(), 2, "and so does Shutdown")
		})
	})
	t.Run("a panic", func(t *testing.T) {
		in(t, bot.Options{}, func(r *rig, l *loader) {
			r.say("panics", "start")
			r.say("panics", "slow")
			r.pass(5 * time.Second)
			require.Equal(r, []string{"counting", "1 slow"}, untagged(r.channel.texts()))
		})
	})
}

// ackless takes no events and no acknowledgements while it is down.
type ackless struct {
	*memstore.Store
	mu   sync.Mutex
	down bool
}

func (s *ackless) away() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.down
}

func (s *ackless) Begin(ctx context.Context, r *session.BeginRequest) (session.BeginResult, error) {
	if s.away() {
		return session.BeginResult{}, session.ErrUnavailable
	}
	return s.Store.Begin(ctx, r)
}

func (s *ackless) Ack(ctx context.Context, r *session.AckRequest) (session.AckResult, error) {
	if s.away() {
		return session.AckResult{}, session.ErrUnavailable
	}
	return s.Store.Ack(ctx, r)
}

func (s *ackless) Due(ctx context.Context, accounts []string, limit int, claim time.Duration) ([]string, time.Duration, error) {
	if s.away() {
		return nil, 0, session.ErrUnavailable
	}
	return s.Store.Due(ctx, accounts, limit, claim)
}

// What was delivered before an outage of the store is not sent again after it.
func TestAcknowledgementsOutlastAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &ackless{Store: memstore.New()}
		channel := &fakeChannel{}
		log := &logged{}
		b, err := bot.New(channel, store, []*flow.Flow{counter(t, nil)}, &bot.Options{Logger: slog.New(log)})
		require.NoError(t, err)
		ctx := context.Background()
		set := func(down bool) { store.mu.Lock(); store.down = down; store.mu.Unlock() }
		for _, user := range []string{"ann", "bob", "cem"} {
			require.NoError(t, b.Receive(ctx, []transport.Event{said(user, user, "start")}))
		}
		synctest.Wait()
		require.Len(t, channel.take(), 3)
		set(true)
		e := said("ann", "carries the acknowledgement", "a")
		require.ErrorIs(t, b.Receive(ctx, []transport.Event{e}), session.ErrUnavailable)
		time.Sleep(10 * time.Minute)
		set(false)
		time.Sleep(time.Minute)
		require.Empty(t, channel.take(), "no message twice")
		require.NoError(t, b.Shutdown(ctx))
	})
}
