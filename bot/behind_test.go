package bot_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
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

// heldAcks is a store whose acknowledgements answer only when they are let go.
type heldAcks struct {
	*memstore.Store
	held chan struct{}
}

func (s *heldAcks) Ack(ctx context.Context, r *session.AckRequest) (session.AckResult, error) {
	rest, err := s.Store.Ack(ctx, r)
	<-s.held
	return rest, err
}

// What comes behind a delivery that is about to end is sent by it, once, and does not wait for a delivery lease.
func TestDeliveryThatEndsLooksBehind(t *testing.T) {
	for _, test := range []struct {
		name string
		wait time.Duration
	}{{"left by a turn", 0}, {"handed out by Begin", 4500 * time.Millisecond}} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				held := make(chan struct{})
				r := &rig{T: t, channel: &fakeChannel{}, store: memstore.New(), log: &logged{}}
				r.leaveOutput(said("ann", "1", "start"))
				r.store = &heldAcks{r.store.(*memstore.Store), held}
				r.start(r.channel, counter(t, nil))
				r.pass(time.Second)
				require.Len(t, r.channel.take(), 1, "and its acknowledgement does not come back")
				r.say("ann", "a")
				r.pass(test.wait)
				require.Empty(t, r.channel.take())
				close(held)
				synctest.Wait()
				got := r.channel.take()
				require.Len(t, got, 1, "at once")
				require.Equal(t, []string{"1 a"}, untagged(got[0].Messages))
				require.Equal(t, test.wait > 0, got[0].Retried)
				r.pass(time.Minute)
				require.Empty(t, r.channel.take())
				require.NoError(t, r.bot.Shutdown(context.Background()))
			})
		})
	}
}

// leaveOutput has another bot run the turn of an event, and die before it delivers.
func (r *rig) leaveOutput(e transport.Event) {
	r.Helper()
	other := &rig{T: r.T, channel: &fakeChannel{}, store: r.store, log: r.log}
	other.channel.fail = func(int, *transport.Delivery) error {
		return &transport.SendError{Disposition: transport.Hold, Err: errors.New("test: dying")}
	}
	other.start(other.channel, counter(r.T, nil))
	other.receive(e)
	require.Len(r, other.channel.take(), 1)
	require.NoError(r, other.bot.Shutdown(context.Background()))
}

// fewDiscards is a store that keeps no dead letter at first.
type fewDiscards struct {
	*memstore.Store
	fails atomic.Int64
}

func (s *fewDiscards) Discard(ctx context.Context, id string, seq session.Seq, why string, body []byte) error {
	if s.fails.Add(-1) >= 0 {
		return session.ErrUnavailable
	}
	return s.Store.Discard(ctx, id, seq, why, body)
}

// An output that cannot be delivered is a dead letter in the end, though the store is away when that
// turns out: it is kept until then, and what is behind it waits.
func TestDeadOutputOutlastsAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &fewDiscards{Store: memstore.New()}
		store.fails.Store(2)
		r := &rig{T: t, channel: &fakeChannel{}, store: store, log: &logged{}}
		r.channel.fail = func(_ int, d *transport.Delivery) error {
			if d.ReplyToken == "token-event-1" {
				return &transport.SendError{Disposition: transport.Drop, Err: errors.New("test: refused")}
			}
			return nil
		}
		r.start(r.channel, counter(t, nil))
		r.say("ann", "start")
		r.say("ann", "a")
		r.pass(500 * time.Millisecond)
		require.Len(t, r.channel.take(), 1, "it is not asked for twice in a row")
		require.Equal(t, bot.Stats{Events: 2, Turns: 2, Retried: 1, WaitingOutputs: 1, OldestOutput: 500 * time.Millisecond}, ofProcess(r.bot))
		r.pass(time.Minute)
		got := r.channel.take()
		require.Len(t, got, 3, "again twice, and the next")
		require.Equal(t, []string{"1 a"}, untagged(got[2].Messages))
		require.Equal(t, bot.Stats{Events: 2, Turns: 2, Retried: 2, Dropped: 1, DeadLetters: 1, Sent: 1}, ofProcess(r.bot))
		letters, err := deadLetters(r.bot.DeadLetters(context.Background()))
		require.NoError(t, err)
		require.Len(t, letters, 1)
		require.Equal(t, "refused by the platform: test: refused", letters[0].Why)
		require.Contains(t, strings.Join(r.log.all(), "\n"), "not yet a dead letter")
		require.NoError(t, r.bot.Shutdown(context.Background()))
	})
}

// What another turn left behind a message whose acknowledgement is on its way is sent before
// Shutdown returns, and acknowledged.
func TestShutdownSendsWhatIsBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memstore.New()
		channel := slowChannel{&fakeChannel{}}
		b, err := bot.New(channel, store, []*flow.Flow{counter(t, nil)}, &bot.Options{Logger: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		ctx := context.Background()
		for _, words := range []string{"start", "a", "b"} {
			require.NoError(t, b.Receive(ctx, []transport.Event{said("ann", words, words)}))
			time.Sleep(5 * time.Millisecond)
		}
		require.NoError(t, b.Shutdown(ctx))
		got := channel.take()
		require.Len(t, got, 3)
		for i, want := range []string{"counting", "1 a", "2 b"} {
			require.Equal(t, []string{want}, untagged(got[i].Messages))
		}
		next := &fakeChannel{}
		b, err = bot.New(next, store, []*flow.Flow{counter(t, nil)}, &bot.Options{Logger: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		time.Sleep(time.Minute)
		require.Empty(t, next.take(), "all of it was acknowledged")
		require.NoError(t, b.Shutdown(ctx))
	})
}

// lostAnswer is a store that loses the answer to the commit of one event, on whose heels an event
// comes to another process.
type lostAnswer struct {
	*memstore.Store
	event string
	next  func()
}

func (s *lostAnswer) Commit(ctx context.Context, r *session.CommitRequest) (session.CommitResult, error) {
	done, err := s.Store.Commit(ctx, r)
	if r.EventID == s.event && err == nil {
		s.event = ""
		s.next()
		return session.CommitResult{}, session.ErrUnavailable
	}
	return done, err
}

// The messages of a commit whose answer was lost do not wait for the delivery lease, nor do those behind them,
// though another process has had the session since.
func TestLostAnswerHoldsNothingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lossy := &lostAnswer{Store: memstore.New(), event: "event-2"}
		r := &rig{T: t, channel: &fakeChannel{}, store: lossy, log: &logged{}}
		other := &rig{T: t, channel: r.channel, store: lossy.Store, log: r.log}
		r.start(r.channel, counter(t, nil))
		other.start(r.channel, counter(t, nil))
		lossy.next = func() {
			require.NoError(t, other.bot.Receive(context.Background(), []transport.Event{said("ann", "other", "b")}))
			time.Sleep(time.Millisecond)
		}
		r.say("ann", "start")
		r.say("ann", "a")
		r.pass(300 * time.Millisecond)
		got := r.channel.take()
		require.Len(t, got, 3)
		for i, want := range []string{"counting", "1 a", "2 b"} {
			require.Equal(t, []string{want}, untagged(got[i].Messages))
			require.False(t, got[i].Retried)
		}
		require.EqualValues(t, 2, r.bot.Stats().Turns, "the commit happened")
		require.Zero(t, r.bot.Stats().Fenced)
		r.pass(time.Minute)
		require.Empty(t, r.channel.take())
		require.NoError(t, r.bot.Shutdown(context.Background()))
		require.NoError(t, other.bot.Shutdown(context.Background()))
	})
}
