package bot_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
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

// An action that ignores its context loses the session after six times its limit: the event is
// set aside, the session goes on, and Shutdown does not wait for the action.
func TestStuckAction(t *testing.T) {
	free := make(chan struct{})
	calls := 0
	act := func(_ context.Context, turn *countTurn) error {
		switch turn.Event().Text {
		case "stuck":
			calls++
			<-free
			turn.Send(text("too late"))
		case "exits late":
			<-free
			runtime.Goexit()
		default:
			turn.Send(text("fine"))
		}
		return nil
	}
	for _, words := range []string{"stuck", "exits late"} {
		free = make(chan struct{}) // channels belong to a bubble
		calls = 0
		synctest.Test(t, func(t *testing.T) {
			free = make(chan struct{})
			bubbleInside(t, bot.Options{Failed: bot.Always(text("sorry")), MaxTurns: 1}, act, func(r *rig) {
				r.say("ann", "start")
				r.say("ann", words)
				r.say("ann", "hello")
				short, cancel := context.WithTimeout(context.Background(), time.Second)
				defer cancel()
				<-short.Done()
				require.Empty(r, r.channel.texts())
				require.EqualValues(r, 1, r.bot.Stats().Running)
				r.pass(63 * time.Second)
				require.Equal(r, []string{"sorry", "fine"}, untagged(r.channel.texts()))
				require.EqualValues(r, 1, r.bot.Stats().Stuck)
				require.Zero(r, r.bot.Stats().Running, "a stuck action is not counted")
				letters, err := deadLetters(r.bot.DeadLetters(context.Background()))
				require.NoError(r, err)
				require.Equal(r, "action did not return in one/only", letters[0].Why)
				r.say("bob", "start")
				r.say("bob", "hello")
				require.Equal(r, []string{"fine"}, untagged(r.channel.texts()), "its place is free")
				require.NoError(r, r.bot.Shutdown(context.Background()))
				close(free)
				synctest.Wait()
				require.Empty(r, r.channel.take())
				require.Zero(r, r.bot.Stats().Stuck)
			})
		})
	}
}

// Until its session is taken away, Shutdown waits for an action, as long as its context lasts.
func TestShutdownBesideStuckAction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		act := func(context.Context, *countTurn) error { <-free; return nil }
		bubbleInside(t, bot.Options{}, act, func(r *rig) {
			r.say("ann", "start")
			r.say("ann", "stuck")
			short, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			require.ErrorIs(r, r.bot.Shutdown(short), context.DeadlineExceeded)
			close(free)
		})
	})
}

// crashedEvent leaves an event in the store whose lease runs out without a word.
func (r *rig) crashedEvent(user, id, words string) {
	r.Helper()
	e := said(user, id, words)
	begun, err := r.store.Begin(context.Background(), &session.BeginRequest{
		ID: session.Key{Chat: transport.ChatUser, ChatID: user}.ID(), Token: session.LeaseToken{7},
		Event: session.Event{ID: e.ID, Time: e.Time, Body: e.Raw}, Lease: time.Second,
	})
	require.NoError(r, err)
	require.Equal(r, session.Run, begun.Status)
}

// twiceDied has each event that crashed seem to have crashed twice.
type twiceDied struct{ session.Store }

func (s twiceDied) Begin(ctx context.Context, r *session.BeginRequest) (session.BeginResult, error) {
	res, err := s.Store.Begin(ctx, r)
	if res.Crashed {
		res.Attempt++
	}
	return res, err
}

// Events that were under way twice when a process died run one at a time; those that were so once, or
// that failed, though twice, run as all others.
func TestSuspectsRunAlone(t *testing.T) {
	for _, test := range []struct {
		name    string
		crashed bool
		twice   bool
		want    int
	}{
		{"crashed twice", true, true, 1},
		{"crashed", true, false, 5},
		{"failed twice", false, false, 5},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				now, most := make(chan struct{}, 10), 0
				seen := map[string]int{}
				var mu sync.Mutex
				begin := func(id string) (again bool) {
					mu.Lock()
					defer mu.Unlock()
					if !test.crashed && seen[id] < 2 {
						seen[id]++
						return false
					}
					now <- struct{}{}
					most = max(most, len(now))
					return true
				}
				act := func(_ context.Context, turn *countTurn) error {
					if !begin(turn.ID()) {
						return errors.New("not yet")
					}
					time.Sleep(3 * time.Second)
					<-now
					turn.Send(text("done"))
					return nil
				}
				var store session.Store = memstore.New()
				if test.twice {
					store = twiceDied{store}
				}
				bubbleOver(t, store, bot.Options{}, act, func(r *rig) {
					for i := range 5 {
						r.say(fmt.Sprint("user-", i), "start")
						if test.crashed {
							r.crashedEvent(fmt.Sprint("user-", i), fmt.Sprint("e", i), "work")
						} else {
							r.say(fmt.Sprint("user-", i), "work")
						}
					}
					r.pass(time.Minute)
					require.Len(r, r.channel.texts(), 5)
					require.Equal(r, test.want, most)
					require.Zero(r, r.bot.Stats().Dead)
				})
			})
		})
	}
}

// A suspect that hangs does not keep the others from their turn for ever.
func TestStuckSuspect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		act := func(_ context.Context, turn *countTurn) error {
			if turn.Event().Text == "stuck" {
				<-free
			}
			turn.Send(text("done"))
			return nil
		}
		bubbleOver(t, twiceDied{memstore.New()}, bot.Options{}, act, func(r *rig) {
			r.say("ann", "start")
			r.say("bob", "start")
			r.crashedEvent("ann", "1", "stuck")
			r.pass(500 * time.Millisecond)
			r.crashedEvent("bob", "2", "work")
			r.pass(30 * time.Second)
			require.Empty(r, r.channel.texts())
			r.pass(40 * time.Second)
			require.Equal(r, []string{"done"}, untagged(r.channel.texts()))
			close(free)
		})
	})
}

// leases counts those that are in hand.
type leases struct {
	session.Store
	mu   sync.Mutex
	held map[string]bool
}

func (s *leases) note(id string, held bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == nil {
		s.held = make(map[string]bool)
	}
	if held {
		s.held[id] = true
	} else {
		delete(s.held, id)
	}
}

func (s *leases) now() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.held)
}

func (s *leases) Begin(ctx context.Context, r *session.BeginRequest) (session.BeginResult, error) {
	begun, err := s.Store.Begin(ctx, r)
	if begun.Status == session.Run {
		s.note(r.ID, true)
	}
	return begun, err
}

func (s *leases) Commit(ctx context.Context, r *session.CommitRequest) (session.CommitResult, error) {
	s.note(r.ID, false)
	return s.Store.Commit(ctx, r)
}

func (s *leases) Release(ctx context.Context, r *session.ReleaseRequest) error {
	s.note(r.ID, false)
	return s.Store.Release(ctx, r)
}

// A suspect that has to wait does not hold its lease: each death of a process that holds it
// would count as an attempt of its own.
func TestSuspectsWaitWithoutALease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &leases{Store: twiceDied{memstore.New()}}
		act := func(_ context.Context, turn *countTurn) error {
			time.Sleep(3 * time.Second)
			turn.Send(text("done"))
			return nil
		}
		b, err := bot.New(&fakeChannel{}, store, []*flow.Flow{onText(t, act)}, nil)
		require.NoError(t, err)
		r := &rig{T: t, bot: b, store: store}
		for i := range 5 {
			r.say(fmt.Sprint("user-", i), "start")
		}
		for i := range 5 {
			r.crashedEvent(fmt.Sprint("user-", i), fmt.Sprint("e", i), "work")
		}
		time.Sleep(1100 * time.Millisecond) // their leases ended
		most := 0
		for range 100 {
			time.Sleep(100 * time.Millisecond)
			synctest.Wait()
			most = max(most, store.now())
		}
		require.Equal(t, 1, most)
		require.NoError(t, b.Shutdown(context.Background()))
	})
}
