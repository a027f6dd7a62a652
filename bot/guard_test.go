package bot_test

import (
	"context"
	"errors"
	"sync"
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

// forgetfulStore says that the next commit is done and forgets it, as a master does that dies
// before its replica has the write.
type forgetfulStore struct {
	*memstore.Store
	forget atomic.Bool
}

func (s *forgetfulStore) Commit(ctx context.Context, r *session.CommitRequest) (session.CommitResult, error) {
	if s.forget.CompareAndSwap(true, false) {
		return session.CommitResult{Rev: r.Rev + 1, MayDeliver: true, Now: time.Now()}, nil
	}
	return s.Store.Commit(ctx, r)
}

// A turn that runs again because its commit was lost sends with the keys of the first time, so
// that the platform recognises what it accepted.
func TestRepeatedTurnHasTheSameKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &forgetfulStore{Store: memstore.New()}
		channel := &fakeChannel{}
		b, err := bot.New(channel, store, []*flow.Flow{counter(t, nil)}, nil)
		require.NoError(t, err)
		ctx := context.Background()
		require.NoError(t, b.Receive(ctx, []transport.Event{said("ann", "1", "start")}))
		synctest.Wait()
		channel.take()
		keys := func() (keys [][16]byte) {
			for _, s := range channel.take() {
				keys = append(keys, s.Key)
			}
			return keys
		}
		store.forget.Store(true)
		require.NoError(t, b.Receive(ctx, []transport.Event{said("ann", "2", "many")}))
		synctest.Wait()
		first := keys()
		require.Len(t, first, 2)
		time.Sleep(11 * time.Second) // the lease
		synctest.Wait()
		require.Equal(t, first, keys(), "of the event's turn")

		store.forget.Store(true)
		time.Sleep(time.Hour - 7*time.Second)
		synctest.Wait()
		timer := keys()
		require.Len(t, timer, 1)
		time.Sleep(11 * time.Second)
		synctest.Wait()
		require.Equal(t, timer, keys(), "of the timer's turn")
		require.NoError(t, b.Shutdown(ctx))
	})
}

// gauge counts how many run at once.
type gauge struct {
	mu        sync.Mutex
	now, most int
}

func (g *gauge) run(d time.Duration) {
	g.mu.Lock()
	g.now++
	g.most = max(g.most, g.now)
	g.mu.Unlock()
	time.Sleep(d)
	g.mu.Lock()
	g.now--
	g.mu.Unlock()
}

// With MaxTurns turns under way, an event is made durable and runs later.
func TestMaxTurns(t *testing.T) {
	var g gauge
	act := func(_ context.Context, turn *countTurn) error {
		g.run(2 * time.Second)
		turn.Send(text("done"))
		return nil
	}
	bubbleWith(t, bot.Options{MaxTurns: 2}, act, func(r *rig) {
		users := []string{"ann", "bob", "eve", "kim", "lea"}
		for _, u := range users {
			r.say(u, "start")
		}
		for _, u := range users {
			r.say(u, "a")
		}
		r.pass(time.Minute)
		require.Equal(r, 2, g.most)
		require.Len(r, r.channel.take(), len(users))
	})
}

// begunElsewhere has another process begin the user's event and die, so many times.
func (r *rig) begunElsewhere(user, id, words string, times int) {
	r.Helper()
	e := said(user, id, words)
	key := session.Key{Chat: transport.ChatUser, ChatID: user}.ID()
	for i := range times {
		begun, err := r.store.Begin(context.Background(), &session.BeginRequest{
			ID: key, Token: session.LeaseToken{1, byte(i)}, Lease: time.Millisecond,
			Event: session.Event{ID: id, Time: e.Time, Body: e.Raw},
		})
		require.NoError(r, err)
		require.Equal(r, session.Run, begun.Status)
		require.Equal(r, i+1, begun.Attempt)
		if i < times-1 { // the last is found by the sweep
			for until := time.Now().Add(time.Millisecond); time.Now().Before(until); {
				time.Sleep(time.Millisecond)
			}
		}
	}
}

// An event that killed as many processes as it may have attempts is not run again. It becomes a
// dead letter, and the session goes on.
func TestKillerIsSetAside(t *testing.T) {
	calls := 0
	act := func(_ context.Context, turn *countTurn) error {
		calls++
		turn.Send(text(turn.Event().Text))
		return nil
	}
	bubbleWith(t, bot.Options{MaxAttempts: 1, Failed: bot.Always(text("sorry"))}, act, func(r *rig) {
		r.say("ann", "start")
		r.begunElsewhere("ann", "killer", "a", 1)
		r.say("ann", "b")
		r.pass(time.Minute)
		require.Equal(r, 1, calls)
		require.Equal(r, []string{"sorry", "b"}, untagged(r.channel.texts()))
		letters, err := deadLetters(r.bot.DeadLetters(context.Background()))
		require.NoError(r, err)
		require.Len(r, letters, 1)
		require.Equal(r, "killer", letters[0].Event.ID)
		require.Equal(r, "attempts used up: the process died of it, or froze", letters[0].Why)
	})
}

// A retry key is good for 24 h, so nothing is pushed after 23 h. Whatever comes from the store
// is marked as tried before.
func TestOutputsAreGivenUpInTime(t *testing.T) {
	act := func(_ context.Context, turn *countTurn) error {
		turn.Send(text("done"))
		return nil
	}
	bubbleWith(t, bot.Options{}, act, func(r *rig) {
		r.say("ann", "start")
		r.channel.fail = func(int, *transport.Delivery) error {
			return &transport.SendError{Disposition: transport.Retry, Err: errors.New("test: away")}
		}
		r.say("ann", "a")
		r.pass(30 * time.Hour)
		got := r.channel.take()
		require.Greater(r, len(got), 200)
		last := got[len(got)-1]
		require.LessOrEqual(r, last.Age, 23*time.Hour)
		require.Greater(r, last.Age, 22*time.Hour)
		require.False(r, got[0].Retried)
		for _, s := range got[1:] {
			require.True(r, s.Retried)
			require.Equal(r, got[0].Key, s.Key)
		}
		require.EqualValues(r, 1, r.bot.Stats().Dropped)
		letters, err := deadLetters(r.bot.DeadLetters(context.Background()))
		require.NoError(r, err)
		require.Len(r, letters, 1)
		require.Equal(r, "not delivered for 23 h", letters[0].Why)
	})
}

// A reply of which nobody can tell whether it arrived is not sent again, and is counted.
func TestAmbiguousIsCounted(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		r.channel.fail = func(int, *transport.Delivery) error {
			return &transport.SendError{Disposition: transport.Ambiguous, Err: errors.New("test: who knows")}
		}
		r.say("ann", "start")
		r.pass(time.Minute)
		require.Len(r, r.channel.take(), 1)
		require.EqualValues(r, 1, r.bot.Stats().Ambiguous)
		require.Zero(r, r.bot.Stats().Sent)
	})
}

// Shutdown waits for the turn that runs and the one that it hands over to. The events behind them
// are left to other processes.
func TestShutdownLeavesTheRestToOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memstore.New()
		var channels [2]fakeChannel
		var bots [2]*bot.Bot
		start := func(i int) {
			f := counter(t, func(context.Context) { time.Sleep(3 * time.Second) })
			b, err := bot.New(&channels[i], store, []*flow.Flow{f}, nil)
			require.NoError(t, err)
			bots[i] = b
		}
		start(0)
		ctx := context.Background()
		for _, words := range []string{"start", "slow", "a", "b", "c"} {
			require.NoError(t, bots[0].Receive(ctx, []transport.Event{said("ann", words, words)}))
			synctest.Wait()
		}
		require.NoError(t, bots[0].Shutdown(ctx))
		start(1)
		time.Sleep(time.Second)
		require.Equal(t, []string{"counting", "1 slow", "2 a"}, untagged(channels[0].texts()))
		require.Equal(t, []string{"3 b", "4 c"}, untagged(channels[1].texts()))
		require.NoError(t, bots[1].Shutdown(ctx))
	})
}
