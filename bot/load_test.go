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

func (s *queueStore) Begin(ctx context.Context, r *session.BeginRequest) (session.BeginResult, error) {
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
		b, err := bot.New(&fakeChannel{}, store, []*flow.Flow{counter(t, nil)}, &bot.Options{Logger: slog.New(slog.DiscardHandler)})
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

func (s *stuckStore) Begin(ctx context.Context, r *session.BeginRequest) (session.BeginResult, error) {
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
				store := &stuckStore{Store: memstore.New()}
				channel := &fakeChannel{}
				b, err := bot.New(channel, store, []*flow.Flow{counter(t, nil)}, &bot.Options{
					MaxWebhooks: test.webhooks, Logger: slog.New(slog.DiscardHandler),
				})
				require.NoError(t, err)
				events := make([]transport.Event, test.events)
				for i := range events {
					events[i] = said(fmt.Sprint("user-", i), fmt.Sprint(i), "hm")
					events[i].Raw = make([]byte, test.size)
				}
				var busy atomic.Int64
				for round := range 2 { // when it is over, there is room again
					store.free = make(chan struct{})
					for range 100 {
						go func() {
							if errors.Is(channel.accept(context.Background(), events), bot.ErrBusy) {
								busy.Add(1)
							}
						}()
						synctest.Wait()
					}
					require.EqualValues(t, (round+1)*(100-test.want), busy.Load())
					require.Equal(t, busy.Load(), b.Stats().Busy)
					close(store.free)
					synctest.Wait()
				}
				require.NoError(t, b.Shutdown(context.Background()))
			})
		})
	}
}

// holdStore counts the events that are left for later.
type holdStore struct {
	*memstore.Store
	held atomic.Int64
}

func (s *holdStore) Begin(ctx context.Context, r *session.BeginRequest) (session.BeginResult, error) {
	if r.Hold {
		s.held.Add(1)
	}
	return s.Store.Begin(ctx, r)
}

// New events leave a share of the turns to what waits: the last place is the sweep's.
func TestWaitingEventsHaveTurnsOfTheirOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &holdStore{Store: memstore.New()}
		r := &rig{T: t, channel: &fakeChannel{}, store: store, log: &logged{}}
		f := counter(t, func(context.Context) { time.Sleep(2 * time.Second) })
		var err error
		r.bot, err = bot.New(r.channel, store, []*flow.Flow{f}, &bot.Options{MaxTurns: 8, Logger: slog.New(r.log)})
		require.NoError(t, err)
		for i := range 8 {
			r.say(fmt.Sprint("user-", i), "start")
		}
		r.channel.take()
		for i := range 7 {
			r.say(fmt.Sprint("user-", i), "slow")
		}
		require.Zero(t, store.held.Load())
		r.say("user-7", "a")
		require.EqualValues(t, 1, store.held.Load())
		r.pass(200 * time.Millisecond)
		require.Equal(t, []string{"1 a"}, untagged(r.channel.texts()))
		r.pass(10 * time.Second)
		require.Len(t, r.channel.take(), 7)
		require.NoError(t, r.bot.Shutdown(context.Background()))
	})
}

// The sweep starts no more deliveries than turns may run.
func TestBacklogOfOutputsIsBounded(t *testing.T) {
	inBubble(t, bot.Options{MaxTurns: 4}, func(r *rig) {
		r.channel.fail = func(int, *transport.Delivery) error {
			return &transport.SendError{Disposition: transport.Hold, Err: errors.New("test: away")}
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
