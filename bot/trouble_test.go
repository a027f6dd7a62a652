package bot_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
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

// The user whose event cannot be handled is told, once, and the session lives on.
func TestFailedIsToldOnce(t *testing.T) {
	inBubble(t, bot.Options{Failed: bot.Always(text("sorry")), MaxAttempts: 3}, func(r *rig) {
		r.say("ann", "start")
		r.say("ann", "a")
		r.channel.take()
		r.say("ann", "fail")
		r.pass(time.Minute)
		require.Equal(r, []string{"sorry"}, untagged(r.channel.texts()))
		r.say("ann", "b")
		require.Equal(r, []string{"2 b"}, untagged(r.channel.texts()))
		got := r.bot.Stats()
		require.EqualValues(r, 3, got.Failed)
		require.EqualValues(r, 1, got.Dead)
		require.EqualValues(r, 3, got.Turns)
	})
}

// bubbleWith runs f with a bot of one state whose action on any text is act.
func bubbleWith(t *testing.T, o bot.Options, act flow.Action[count], f func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { bubbleInside(t, o, act, f) })
}

// bubbleInside is bubbleWith for a test that is in a bubble already.
func bubbleInside(t *testing.T, o bot.Options, act flow.Action[count], f func(r *rig)) {
	t.Helper()
	bubbleOver(t, memstore.New(), o, act, f)
}

// bubbleOver is bubbleInside with a store of the test's own.
func bubbleOver(t *testing.T, store session.Store, o bot.Options, act flow.Action[count], f func(r *rig)) {
	t.Helper()
	r := &rig{T: t, channel: &fakeChannel{}, store: store, log: &logged{}}
	o.Logger = slog.New(r.log)
	var err error
	r.bot, err = bot.New(r.channel, r.store, []*flow.Flow{onText(t, act)}, &o)
	require.NoError(t, err)
	defer func() { require.NoError(t, r.bot.Shutdown(context.Background())) }()
	f(r)
}

func TestPermanentErrorIsNotTriedAgain(t *testing.T) {
	calls := 0
	act := func(context.Context, *countTurn) error {
		calls++
		return flow.Permanent(errors.New("never"))
	}
	bubbleWith(t, bot.Options{}, act, func(r *rig) {
		r.say("ann", "start")
		r.say("ann", "a")
		r.pass(time.Minute)
		require.Equal(r, 1, calls)
		require.EqualValues(r, 1, r.bot.Stats().Dead)
	})
}

// An action that takes longer than the lease keeps it; nobody runs the event beside it.
func TestLongActionKeepsItsLease(t *testing.T) {
	calls := 0
	act := func(ctx context.Context, turn *countTurn) error {
		calls++
		start := time.Now()
		deadline, ok := ctx.Deadline()
		require.True(t, ok)
		require.Equal(t, 10*time.Second, deadline.Sub(start))
		require.NoError(t, ctx.Err())
		<-ctx.Done()
		require.Equal(t, 10*time.Second, time.Since(start))
		require.ErrorIs(t, ctx.Err(), context.DeadlineExceeded)
		time.Sleep(25 * time.Second)
		turn.Send(text("done"))
		return nil
	}
	bubbleWith(t, bot.Options{}, act, func(r *rig) {
		r.say("ann", "start")
		r.say("ann", "a")
		r.pass(time.Minute)
		require.Equal(r, 1, calls)
		require.Equal(r, []string{"done"}, untagged(r.channel.texts()))
	})
}

// After a rollback, a session that the newer build wrote has its events set aside in the end, which
// its user is told. The newer build, once it is back, goes on where the session was.
func TestRollbackLeavesDeadLetters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, log := memstore.New(), &logged{}
		start := func(version uint32) (*bot.Bot, *fakeChannel) {
			channel := &fakeChannel{}
			b, err := bot.New(channel, store, []*flow.Flow{counter(t, nil)}, &bot.Options{
				Version: version, Logger: slog.New(log), Failed: bot.Always(text("sorry")),
			})
			require.NoError(t, err)
			return b, channel
		}
		ctx := context.Background()
		newer, _ := start(2)
		require.NoError(t, newer.Receive(ctx, []transport.Event{said("ann", "1", "start")}))
		synctest.Wait()
		require.NoError(t, newer.Shutdown(ctx))

		older, channel := start(1)
		require.NoError(t, older.Receive(ctx, []transport.Event{said("ann", "2", "a")}))
		time.Sleep(29 * time.Second)
		require.Empty(t, channel.take(), "a newer build may come up yet")
		time.Sleep(3 * time.Second)
		synctest.Wait()
		require.Equal(t, []string{"sorry"}, untagged(channel.texts()))
		require.EqualValues(t, 1, older.Stats().Dead)
		require.Less(t, strings.Count(strings.Join(log.all(), "\n"), "newer build"), 6, "the log is not filled")
		time.Sleep(2 * time.Hour) // the session's timer is due, and waits
		require.Empty(t, channel.take())
		require.EqualValues(t, 1, older.Stats().WaitingNewer)
		letters, err := deadLetters(older.DeadLetters(ctx))
		require.NoError(t, err)
		require.Len(t, letters, 1)
		require.Equal(t, "its session is of a newer build, and none runs", letters[0].Why)
		require.NoError(t, older.Shutdown(ctx))

		newer, channel = start(2)
		time.Sleep(2 * time.Second)
		require.Equal(t, []string{"idle at 0"}, untagged(channel.texts()))
		require.NoError(t, newer.Replay(ctx, letters[0].ID))
		require.NoError(t, newer.Shutdown(ctx))
	})
}

// A session that a newer build wrote waits for a process of that build.
func TestSessionOfNewerBuildIsLeftToIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memstore.New()
		start := func(version uint32) (*bot.Bot, *fakeChannel) {
			channel := &fakeChannel{}
			b, err := bot.New(channel, store, []*flow.Flow{counter(t, nil)}, &bot.Options{
				Version: version, Logger: slog.New(slog.DiscardHandler),
			})
			require.NoError(t, err)
			return b, channel
		}
		ctx := context.Background()
		newer, channel := start(2)
		require.NoError(t, newer.Receive(ctx, []transport.Event{said("ann", "1", "start")}))
		synctest.Wait()
		require.Len(t, channel.take(), 1)
		require.NoError(t, newer.Shutdown(ctx))

		older, channel := start(1)
		require.NoError(t, older.Receive(ctx, []transport.Event{said("ann", "2", "a")}))
		time.Sleep(10 * time.Second)
		require.Empty(t, channel.take())
		require.NotZero(t, older.Stats().Deferred)
		require.EqualValues(t, 1, older.Stats().WaitingNewer)
		requireProbe(t, older, 200, "ready; 1 sessions wait for a newer build\n")
		require.NoError(t, older.Shutdown(ctx))

		newer, channel = start(2)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		require.Equal(t, []string{"1 a"}, untagged(channel.texts()))
		require.NoError(t, newer.Shutdown(ctx))
	})
}

// A session that cannot be read is not reset: the event fails visibly, and the session is as it was.
func TestUnreadableSessionIsNotReset(t *testing.T) {
	state := []byte("garbage")
	inBubble(t, bot.Options{MaxAttempts: 2, Failed: bot.Always(text("sorry"))}, func(r *rig) {
		id := session.Key{Chat: transport.ChatUser, ChatID: "ann"}.ID()
		begun, err := r.store.Begin(context.Background(), &session.BeginRequest{
			ID: id, Token: session.LeaseToken{1}, Event: session.Event{ID: "0", Time: time.Now()},
		})
		require.NoError(r, err)
		_, err = r.store.Commit(context.Background(), &session.CommitRequest{
			ID: id, Token: session.LeaseToken{1}, Rev: begun.Rev, EventID: "0", State: state,
		})
		require.NoError(r, err)
		r.say("ann", "start")
		r.pass(time.Minute)
		require.Equal(r, []string{"sorry"}, untagged(r.channel.texts()))
		begun, err = r.store.Begin(context.Background(), &session.BeginRequest{
			ID: id, Token: session.LeaseToken{2}, Event: session.Event{ID: "9", Time: time.Now()},
		})
		require.NoError(r, err)
		require.Equal(r, state, begun.State)
	})
}

// The outcome of a whole turn costs two calls that somebody waits for, whatever is in it.
func TestTwoCallsATurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &countedStore{Store: memstore.New()}
		channel := &fakeChannel{}
		b, err := bot.New(channel, store, []*flow.Flow{counter(t, nil)}, nil)
		require.NoError(t, err)
		words := []string{"start", "a", "many", "next", "back", "stop"}
		for i, w := range words {
			e := said("ann", w, w)
			require.NoError(t, b.Receive(context.Background(), []transport.Event{e}))
			synctest.Wait()
			require.Equal(t, [2]int{i + 1, i + 1}, [2]int{store.begins, store.commits}, w)
		}
		require.Zero(t, store.acks, "acknowledgements go with the next call")
		require.NoError(t, b.Receive(context.Background(), []transport.Event{said("ann", "a", "a")}))
		require.Equal(t, [2]int{len(words) + 1, len(words)}, [2]int{store.begins, store.commits}, "a duplicate")
		time.Sleep(time.Second)
		require.LessOrEqual(t, store.acks, 1)
		require.NoError(t, b.Shutdown(context.Background()))
	})
}

type countedStore struct {
	session.Store
	begins, commits, acks int
}

func (s *countedStore) Begin(ctx context.Context, r *session.BeginRequest) (session.BeginResult, error) {
	if r.Event.ID != "" {
		s.begins++
	}
	return s.Store.Begin(ctx, r)
}

func (s *countedStore) Commit(ctx context.Context, r *session.CommitRequest) (session.CommitResult, error) {
	s.commits++
	return s.Store.Commit(ctx, r)
}

func (s *countedStore) Ack(ctx context.Context, r *session.AckRequest) (session.AckResult, error) {
	s.acks++
	return s.Store.Ack(ctx, r)
}

// A store that does not answer makes the webhook fail, so that the platform delivers again; a
// commit that was not answered is repeated.
func TestStoreOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &shakyStore{Store: memstore.New()}
		channel := &fakeChannel{}
		b, err := bot.New(channel, store, []*flow.Flow{counter(t, nil)}, &bot.Options{Logger: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		ctx := context.Background()
		store.down = true
		e := said("ann", "1", "start")
		require.ErrorIs(t, b.Receive(ctx, []transport.Event{e}), session.ErrUnavailable)
		store.down = false
		require.NoError(t, b.Receive(ctx, []transport.Event{e}))
		synctest.Wait()
		store.lose = 3
		require.NoError(t, b.Receive(ctx, []transport.Event{said("ann", "2", "a")}))
		time.Sleep(time.Second)
		require.Equal(t, []string{"counting", "1 a"}, untagged(channel.texts()))
		require.Zero(t, store.lose)
		require.NoError(t, b.Shutdown(ctx))
	})
}

// shakyStore loses the answers to commits, or is down.
type shakyStore struct {
	session.Store
	down bool
	lose int
}

func (s *shakyStore) Begin(ctx context.Context, r *session.BeginRequest) (session.BeginResult, error) {
	if s.down {
		return session.BeginResult{}, session.ErrUnavailable
	}
	return s.Store.Begin(ctx, r)
}

func (s *shakyStore) Commit(ctx context.Context, r *session.CommitRequest) (session.CommitResult, error) {
	done, err := s.Store.Commit(ctx, r)
	if s.lose > 0 {
		s.lose--
		return session.CommitResult{}, session.ErrUnavailable
	}
	return done, err
}

// Nothing that a user wrote, and no token, is in a log or an error.
func TestLogsArePrivate(t *testing.T) {
	inBubble(t, bot.Options{MaxAttempts: 1}, func(r *rig) {
		r.channel.fail = func(int, *transport.Delivery) error {
			return &transport.SendError{Disposition: transport.Drop, Err: errors.New("test: refused")}
		}
		for _, words := range []string{"start", "canary words", "fail", "panic", "many"} {
			r.say("Ucanary", words)
		}
		r.pass(2 * time.Hour)
		all := strings.Join(r.log.all(), "\n")
		require.NotEmpty(r, all)
		for _, secret := range []string{"canary", "token-", "secret words"} {
			require.NotContains(r, all, secret)
		}
	})
}

// slowChannel takes 30 ms to send.
type slowChannel struct{ *fakeChannel }

func (c slowChannel) Send(ctx context.Context, d *transport.Delivery) (transport.Receipt, error) {
	time.Sleep(30 * time.Millisecond)
	return c.fakeChannel.Send(ctx, d)
}

// Processes that take turns on one session hand each other's outputs on; none waits for the delivery
// lease
// to run out.
func TestProcessesTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memstore.New()
		channel := slowChannel{&fakeChannel{}}
		var bots [2]*bot.Bot
		for i := range bots {
			f := counter(t, func(context.Context) { time.Sleep(50 * time.Millisecond) })
			b, err := bot.New(channel, store, []*flow.Flow{f}, &bot.Options{Logger: slog.New(slog.DiscardHandler)})
			require.NoError(t, err)
			bots[i] = b
		}
		start := time.Now()
		// The first is still being sent when the second is committed elsewhere and the third
		// begins, so that it is the third's commit that acknowledges the first.
		for i, words := range []string{"start", "a", "slow"} {
			require.NoError(t, bots[i%2].Receive(context.Background(), []transport.Event{said("ann", words, words)}))
			synctest.Wait()
			time.Sleep(5 * time.Millisecond)
		}
		time.Sleep(10 * time.Second)
		got := channel.take()
		require.Len(t, got, 3)
		for i, want := range []string{"counting", "1 a", "2 slow"} {
			require.Equal(t, []string{want}, untagged(got[i].Messages))
			require.Less(t, got[i].At.Sub(start), 300*time.Millisecond)
		}
		for _, b := range bots {
			require.NoError(t, b.Shutdown(context.Background()))
		}
	})
}

// The commit of a turn without outputs acknowledges what was sent before, and so does a call 100 ms later. That
// second call takes nothing over that another process sends meanwhile.
func TestSecondAcknowledgementTakesNothingOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reply := func(_ context.Context, t *countTurn) error { t.Send(text(t.Event().Text)); return nil }
		quiet := func(context.Context, *countTurn) error { time.Sleep(50 * time.Millisecond); return nil }
		d := flow.New[count]("quiet")
		d.Start(flow.Text("start")).To("quiet")
		d.In("quiet").Enter(reply).On(flow.Text("quiet")).Do(quiet).Stay().On(flow.Text("stop")).End().On(flow.Text()).Do(reply).Stay()
		f, err := d.Build()
		require.NoError(t, err)
		store, channel := memstore.New(), slowChannel{&fakeChannel{}}
		var bots [2]*bot.Bot
		for i := range bots {
			bots[i], err = bot.New(channel, store, []*flow.Flow{f}, &bot.Options{Logger: slog.New(slog.DiscardHandler)})
			require.NoError(t, err)
		}
		receive := func(b *bot.Bot, words string) {
			require.NoError(t, b.Receive(context.Background(), []transport.Event{said("ann", words, words)}))
		}
		receive(bots[0], "start") // is sent until 30 ms
		time.Sleep(5 * time.Millisecond)
		receive(bots[0], "quiet") // is committed at 55 ms
		time.Sleep(55 * time.Millisecond)
		receive(bots[1], "more") // is sent until 90 ms, and acknowledged at 190 ms
		time.Sleep(time.Minute)
		require.Len(t, channel.take(), 2)
		for _, b := range bots {
			require.NoError(t, b.Shutdown(context.Background()))
		}
	})
}

// A backlog is sent once: acknowledgements of its beginning do not start it over.
func TestBacklogIsSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memstore.New()
		channel := slowChannel{&fakeChannel{}}
		f := counter(t, nil)
		o := &bot.Options{Logger: slog.New(slog.DiscardHandler)}
		b, err := bot.New(channel, store, []*flow.Flow{f}, o)
		require.NoError(t, err)
		ctx := context.Background()
		channel.fail = func(int, *transport.Delivery) error {
			return &transport.SendError{Disposition: transport.Hold, Err: errors.New("test: away")}
		}
		for _, words := range strings.Fields("start a b c d e f g h i j k l m n o p q r s t") {
			require.NoError(t, b.Receive(ctx, []transport.Event{said("ann", words, words)}))
			synctest.Wait()
		}
		time.Sleep(100 * time.Millisecond)
		channel.take()
		channel.mu.Lock()
		channel.fail = nil
		channel.mu.Unlock()
		time.Sleep(time.Minute)
		require.Len(t, channel.take(), 21)
		require.NoError(t, b.Shutdown(ctx))
	})
}
