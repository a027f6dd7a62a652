package bot_test

import (
	"context"
	"errors"
	"fmt"
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

// queueStore does one thing after the other, as Redis does, and takes a millisecond for each.
type queueStore struct {
	session.Store
	turn chan struct{}
}

func (s *queueStore) Begin(ctx context.Context, r *session.BeginRequest) (session.Begun, error) {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	time.Sleep(time.Millisecond)
	return s.Store.Begin(ctx, r)
}

// A user who floods the bot makes nobody else wait: what is too much of one user does not come
// as far as the store.
func TestFlooderDoesNotDelayOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &queueStore{Store: memstore.New(), turn: make(chan struct{}, 1)}
		b, err := bot.New(&fakeChannel{}, store, []bot.Flow{counter(t, nil)}, &bot.Options{Logger: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		ctx := context.Background()
		var worst time.Duration
		var busy atomic.Int64
		for i := range 300 { // 3 s
			for n := range 30 { // 3,000 a second, three times what the store can do
				go func() {
					if b.Receive(ctx, []transport.Event{said("mallory", fmt.Sprint("m", i, "-", n), "start")}) != nil {
						busy.Add(1)
					}
				}()
			}
			start := time.Now()
			require.NoError(t, b.Receive(ctx, []transport.Event{said(fmt.Sprint("ann", i%20), fmt.Sprint("a", i), "start")}))
			if i > 20 { // the burst is over
				worst = max(worst, time.Since(start))
			}
			time.Sleep(10 * time.Millisecond)
		}
		synctest.Wait()
		require.Less(t, worst, 100*time.Millisecond)
		require.Zero(t, busy.Load(), "the flooder makes no webhook fail")
		require.Greater(t, b.Stats().Limited, int64(8000))
		require.NoError(t, b.Shutdown(ctx))
	})
}

func TestUserRate(t *testing.T) {
	send := func(r *rig, n int, change func(*transport.Event)) {
		for range n {
			r.n++
			e := said("ann", fmt.Sprint("event-", r.n), "hm")
			if change != nil {
				change(&e)
			}
			r.receive(raw(e))
		}
	}
	limited := func(r *rig) int { return int(r.bot.Stats().Limited) }
	member := func(e *transport.Event) {
		e.Source = transport.Source{Chat: transport.ChatGroup, ChatID: "group", UserID: e.ID}
	}
	for _, test := range []struct {
		name string
		rate int
		run  func(r *rig)
		want int
	}{
		{"burst", 5, func(r *rig) { send(r, 25, nil) }, 5},
		{"refilled", 5, func(r *rig) { send(r, 20, nil); r.pass(time.Second); send(r, 6, nil) }, 1},
		{"burst comes back", 5, func(r *rig) { send(r, 20, nil); r.pass(time.Minute); send(r, 21, nil) }, 1},
		{"not forgotten too early", 5, func(r *rig) {
			r.pass(3900 * time.Millisecond)
			send(r, 20, nil)
			r.pass(200 * time.Millisecond)
			send(r, 2, nil)
			r.pass(3900 * time.Millisecond)
			send(r, 25, nil)
		}, 7},
		{"default", 0, func(r *rig) { send(r, 190, nil) }, 0},
		{"no bound", -1, func(r *rig) { send(r, 900, nil) }, 0},
		{"redeliveries", 5, func(r *rig) { send(r, 50, func(e *transport.Event) { e.Redelivered = true }) }, 0},
		{"unsent messages", 5, func(r *rig) { send(r, 50, func(e *transport.Event) { e.Kind = transport.KindUnsend }) }, 0},
		{"members of one group", 5, func(r *rig) { send(r, 210, member) }, 10},
		{"no user", 5, func(r *rig) {
			send(r, 210, func(e *transport.Event) { member(e); e.Source.UserID = "" })
		}, 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, bot.Options{UserRate: test.rate}, func(r *rig) {
				test.run(r)
				require.Equal(r, test.want, limited(r))
				require.Less(r, strings.Count(strings.Join(r.log.all(), "\n"), "left out"), 3, "a flood of events, not of lines")
				r.say("bob", "start")
				require.Equal(r, []string{"counting"}, untagged(r.channel.texts()), "others are not concerned")
			})
		})
	}
}

func TestManyEventsAtOnce(t *testing.T) {
	t.Run("100 users", func(t *testing.T) {
		inBubble(t, bot.Options{}, func(r *rig) {
			var events []transport.Event
			for i := range 100 {
				events = append(events, said(fmt.Sprint("user-", i), fmt.Sprint(i), "start"))
			}
			r.receive(events...)
			require.Len(r, r.channel.take(), 100)
		})
	})
	t.Run("one user", func(t *testing.T) {
		inBubble(t, bot.Options{}, func(r *rig) {
			r.say("ann", "start")
			r.channel.take()
			var events []transport.Event
			var want []string
			for i := range 100 {
				events = append(events, said("ann", fmt.Sprintf("%03d", i), "slow"))
				want = append(want, fmt.Sprintf("%d slow", i+1))
			}
			r.receive(events...)
			r.pass(4 * time.Minute)
			require.Equal(r, want, untagged(r.channel.texts()))
		})
	})
	t.Run("10,000 of one user", func(t *testing.T) {
		inBubble(t, bot.Options{UserRate: -1}, func(r *rig) {
			r.say("ann", "start")
			r.channel.take()
			for i := range 10_000 {
				e := said("ann", fmt.Sprintf("%05d", i), fmt.Sprint(i))
				go func() { _ = r.bot.Receive(context.Background(), []transport.Event{e}) }()
			}
			r.pass(time.Minute)
			got := r.bot.Stats()
			require.EqualValues(r, 10_000, got.Events-1+got.Refused+got.Busy)
			require.Equal(r, got.Events, got.Turns, "what was taken has its turn")
			for i, s := range untagged(r.channel.texts()) {
				require.True(r, strings.HasPrefix(s, fmt.Sprint(i+1, " ")), "one after the other")
			}
		})
	})
}

// stuckStore answers no Begin until it is let go.
type stuckStore struct {
	session.Store
	free chan struct{}
}

func (s *stuckStore) Begin(ctx context.Context, r *session.BeginRequest) (session.Begun, error) {
	<-s.free
	return s.Store.Begin(ctx, r)
}

// What waits for a store that does not answer is bounded, in webhooks and in bytes.
func TestWaitingWebhooksAreBounded(t *testing.T) {
	for _, test := range []struct {
		name           string
		events, size   int
		webhooks, want int
	}{
		{"webhooks", 1, 100, 10, 10},
		{"bytes", 1, 1 << 20, 1000, 63},
		{"events", 1000, 0, 1000, 16},
		{"one that is large", 1, 100 << 20, 1000, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &stuckStore{memstore.New(), make(chan struct{})}
				b, err := bot.New(&fakeChannel{}, store, []bot.Flow{counter(t, nil)}, &bot.Options{
					MaxWebhooks: test.webhooks, Logger: slog.New(slog.DiscardHandler),
				})
				require.NoError(t, err)
				events := make([]transport.Event, test.events)
				for i := range events {
					events[i] = said(fmt.Sprint("user-", i), fmt.Sprint(i), "hm")
					events[i].Raw = make([]byte, test.size)
				}
				var busy atomic.Int64
				for range 100 {
					go func() {
						if errors.Is(b.Receive(context.Background(), events), bot.ErrBusy) {
							busy.Add(1)
						}
					}()
					synctest.Wait()
				}
				require.EqualValues(t, 100-test.want, busy.Load())
				require.EqualValues(t, 100-test.want, b.Stats().Busy)
				close(store.free)
				synctest.Wait()
				require.NoError(t, b.Receive(context.Background(), events[:1]), "there is room again")
				require.NoError(t, b.Shutdown(context.Background()))
			})
		})
	}
}

// New events leave a share of the turns to what waits.
func TestWaitingEventsHaveTurnsOfTheirOwn(t *testing.T) {
	inBubble(t, bot.Options{MaxTurns: 8}, func(r *rig) {
		for i := range 8 {
			r.say(fmt.Sprint("user-", i), "start")
		}
		r.channel.take()
		for i := range 7 {
			r.say(fmt.Sprint("user-", i), "slow")
		}
		id := session.Key{Chat: transport.ChatUser, ChatID: "waiting"}.ID()
		e := said("waiting", "w", "start")
		_, err := r.store.Begin(context.Background(), &session.BeginRequest{
			ID: id, Token: session.Token{1}, Event: session.Event{ID: e.ID, Time: e.Time, Body: e.Raw}, Hold: true,
		})
		require.NoError(r, err)
		r.say("user-7", "a") // has to wait for the sweep as well
		r.pass(200 * time.Millisecond)
		require.ElementsMatch(r, []string{"counting", "1 a"}, untagged(r.channel.texts()))
		r.pass(10 * time.Second)
		require.Len(r, r.channel.take(), 7)
	})
}

// The sweep starts no more deliveries than turns may run.
func TestBacklogOfOutputsIsBounded(t *testing.T) {
	inBubble(t, bot.Options{MaxTurns: 4}, func(r *rig) {
		r.channel.fail = func(int, *transport.Delivery) error {
			return &transport.SendError{Verdict: transport.Hold, Err: errors.New("test: away")}
		}
		for i := range 30 {
			r.say(fmt.Sprint("user-", i), "start")
		}
		r.pass(50 * time.Millisecond)
		var now, most atomic.Int64
		r.channel.mu.Lock()
		r.channel.fail = nil
		r.channel.slow = func() {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(time.Second)
			now.Add(-1)
		}
		r.channel.mu.Unlock()
		r.channel.take()
		r.pass(2 * time.Minute)
		require.Len(r, r.channel.take(), 30)
		require.LessOrEqual(r, most.Load(), int64(4))
	})
}

// A turn that wants too much is set aside at once, whole.
func TestTurnLimits(t *testing.T) {
	later := func(n int) func(*flow.Turn[count]) time.Time {
		return func(t *countTurn) time.Time { return t.Now().Add(time.Duration(n+1) * time.Hour) }
	}
	for _, test := range []struct {
		name, why string
		act       flow.Action[blob]
	}{
		{"messages", "too many messages", func(_ context.Context, t *flow.Turn[blob]) error {
			for range 101 {
				t.Send(text("spam"))
			}
			return nil
		}},
		{"state", "state or outputs too large", func(_ context.Context, t *flow.Turn[blob]) error {
			t.Data.S = strings.Repeat("x", session.MaxState)
			return nil
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			fb := flow.New[blob]("blob", "only")
			fb.StartOn(flow.Text("start"))
			fb.In("only").On(flow.Text("stop")).End().On(flow.Text("too much")).Do(test.act).Stay().
				On(flow.Text()).Do(func(_ context.Context, t *flow.Turn[blob]) error { t.Send(text("fine")); return nil }).Stay()
			withFlow(t, fb, bot.Options{Failed: text("sorry")}, func(r *rig) {
				r.say("ann", "start")
				r.say("ann", "too much")
				require.Equal(r, []string{"sorry"}, r.channel.texts())
				r.say("ann", "a")
				require.Equal(r, []string{"fine"}, untagged(r.channel.texts()))
				letters, _, err := r.bot.Letters(context.Background(), "", 10)
				require.NoError(r, err)
				require.Len(r, letters, 1)
				require.Equal(r, test.why, letters[0].Why)
			})
		})
	}
	t.Run("timers", func(t *testing.T) {
		fb := flow.New[count]("many", "only")
		fb.StartOn(flow.Text("start"))
		nothing := func(context.Context, *countTurn) error { return nil }
		s := fb.In("only").On(flow.Text("stop")).End().On(flow.Text("remind"))
		for i := range 10 {
			s.Remind(fmt.Sprint("r", i), later(i), nothing)
		}
		s.Stay()
		withFlow(t, fb, bot.Options{Failed: text("sorry")}, func(r *rig) {
			r.say("ann", "start")
			for range 10 {
				r.say("ann", "remind")
				r.pass(time.Second)
			}
			require.Empty(r, r.channel.texts())
			r.say("ann", "remind")
			require.Equal(r, []string{"sorry"}, r.channel.texts())
		})
	})
}

type blob struct{ S string }

// withFlow runs f with a bot of the flow, on a memory store and virtual time.
func withFlow[T any](t *testing.T, fb *flow.Builder[T], o bot.Options, f func(r *rig)) {
	t.Helper()
	fl, err := fb.Build()
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		r := &rig{T: t, channel: &fakeChannel{}, store: memstore.New(), log: &logged{}}
		o.Logger = slog.New(r.log)
		r.bot, err = bot.New(r.channel, r.store, []bot.Flow{fl}, &o)
		require.NoError(t, err)
		defer func() { require.NoError(t, r.bot.Shutdown(context.Background())) }()
		f(r)
	})
}

// Events older than any redelivery are a replay, and are refused without asking the store.
func TestOldEventsAreRefused(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		e := said("ann", "1", "start")
		e.Time = time.Now().Add(-24*time.Hour - time.Second)
		r.receive(raw(e))
		require.Empty(r, r.channel.take())
		require.EqualValues(r, 1, r.bot.Stats().Stale)
		e.Time = e.Time.Add(time.Minute)
		r.receive(raw(e))
		require.Len(r, r.channel.take(), 1)
	})
}
