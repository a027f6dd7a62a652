package bot_test

import (
	"context"
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
)

// otherClock is a store whose clock is so far ahead of this machine's, or behind it if that is negative. For
// the bot, it is this machine's clock that is wrong.
type otherClock struct {
	*memstore.Store
	ahead time.Duration
	asked int // calls of Inspect
}

func (s *otherClock) now() time.Time { return time.Now().Add(s.ahead) }

// move puts a time of memstore on the store's clock, or with -s.ahead the other way round.
func move(t time.Time, by time.Duration) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(by)
}

func (s *otherClock) Inspect(ctx context.Context, id string) (session.Snapshot, error) {
	s.asked++
	kept, err := s.Store.Inspect(ctx, id)
	kept.Now = move(kept.Now, s.ahead)
	return kept, err
}

func (s *otherClock) Begin(ctx context.Context, r *session.BeginRequest) (session.BeginResult, error) {
	b, err := s.Store.Begin(ctx, r)
	b.Now, b.Due, b.Event.Accepted = move(b.Now, s.ahead), move(b.Due, s.ahead), move(b.Event.Accepted, s.ahead)
	return b, err
}

func (s *otherClock) Commit(ctx context.Context, r *session.CommitRequest) (session.CommitResult, error) {
	q := *r
	q.Due = move(q.Due, -s.ahead)
	c, err := s.Store.Commit(ctx, &q)
	c.Now, c.Next.Accepted = move(c.Now, s.ahead), move(c.Next.Accepted, s.ahead)
	return c, err
}

// inOtherTime runs f with a bot on such a store, in virtual time.
func inOtherTime(t *testing.T, ahead time.Duration, f func(r *rig, s *otherClock)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		store := &otherClock{Store: memstore.New(), ahead: ahead}
		r := &rig{T: t, channel: &fakeChannel{}, store: store, log: &logged{}}
		b, err := bot.New(r.channel, store, []*flow.Flow{counter(t, nil)}, &bot.Options{Logger: slog.New(r.log)})
		require.NoError(t, err)
		r.bot = b
		defer func() { require.NoError(t, b.Shutdown(context.Background())) }()
		f(r, store)
	})
}

// A process whose clock is a day ahead or behind takes events from the first on and refuses old ones from
// the first on, and its timers fire at their time.
func TestMachineWithAWrongClock(t *testing.T) {
	t.Parallel()
	const fresh, old, day = 0, 25 * time.Hour, 25 * time.Hour
	for _, ahead := range []time.Duration{-day, day} {
		for _, age := range []time.Duration{fresh, old} {
			t.Run(fmt.Sprintf("store %v ahead, event %v old", ahead, age), func(t *testing.T) {
				t.Parallel()
				inOtherTime(t, ahead, func(r *rig, s *otherClock) {
					e := said("ann", "1", "start")
					e.Time = s.now().Add(-age)
					r.receive(raw(e))
					if age > 0 {
						require.Equal(r, bot.Stats{Stale: 1}, ofProcess(r.bot))
					}
					e = said("ann", "2", "start")
					e.Time = s.now()
					r.receive(raw(e))
					require.NotEmpty(r, r.channel.take())
					require.Equal(r, 1, s.asked)
					r.pass(time.Hour - time.Second)
					require.Empty(r, r.channel.take())
					r.pass(time.Second)
					require.Contains(r, fmt.Sprint(r.channel.texts()), "idle at")
				})
			})
		}
	}
}

// A store's clock that was a day ahead is right again, as after a failover: events that look too old by the
// time that it told before are not refused for good. Events that are too old cost one question in ten
// seconds.
func TestStoreWhoseClockWasSetBack(t *testing.T) {
	t.Parallel()
	inOtherTime(t, 25*time.Hour, func(r *rig, s *otherClock) {
		receive := func(id string, age time.Duration) {
			e := said("ann", id, "hm")
			e.Time = s.now().Add(-age)
			r.receive(raw(e))
		}
		receive("1", 0)
		require.Equal(r, bot.Stats{Events: 1, Turns: 1}, ofProcess(r.bot))
		s.ahead = 0
		r.pass(11 * time.Second)
		receive("2", 0)
		require.Equal(r, bot.Stats{Events: 2, Turns: 2}, ofProcess(r.bot))
		asked := s.asked
		r.pass(11 * time.Second)
		for i := range 10 {
			receive(fmt.Sprint("old ", i), 25*time.Hour)
		}
		require.Equal(r, bot.Stats{Events: 2, Turns: 2, Stale: 10}, ofProcess(r.bot))
		require.Equal(r, asked+1, s.asked)
	})
}

// A redelivery that came too late to be recognised is in the log, without what the user said.
func TestLateRedeliveryIsLogged(t *testing.T) {
	t.Parallel()
	inBubble(t, bot.Options{UserRate: -1}, func(r *rig) {
		late := said("ann", "late", "secret words") // its first delivery failed
		late.Redelivered = true
		r.pass(time.Second)
		r.say("ann", "start")
		for range 256 {
			r.pass(time.Millisecond)
			r.say("ann", "a")
		}
		r.receive(raw(late))
		require.EqualValues(r, 1, r.bot.Stats().Stale)
		log := strings.Join(r.log.all(), "\n")
		require.Contains(r, log, "WARN bot: events left out session=")
		require.Contains(r, log, "event=late redelivered=true why=it came again later than the store remembers")
		require.NotContains(r, log, "secret")
	})
}

// behindClock is a store that answers late, so that the process takes its clock to be 50 ms behind. Meanwhile no
// timer is listed as due.
type behindClock struct {
	*memstore.Store
	behind atomic.Bool
}

func (s *behindClock) Begin(ctx context.Context, r *session.BeginRequest) (session.BeginResult, error) {
	b, err := s.Store.Begin(ctx, r)
	if s.behind.Load() {
		b.Now = b.Now.Add(-50 * time.Millisecond)
	}
	return b, err
}

func (s *behindClock) Due(ctx context.Context, accounts []string, limit int, claim time.Duration) ([]string, time.Duration, error) {
	if s.behind.Load() {
		return nil, time.Second, nil
	}
	return s.Store.Due(ctx, accounts, limit, claim)
}

// A timer's turn is never earlier than the timer, though the process's idea of the store's clock be behind. Else a
// timer that sets itself again would fire twice: at 13:00:00.000 by the store, 12:59:59.950 by the process, the
// time of 13:00 is still to come.
func TestTimerIsNotSetAgainByAClockThatIsBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		due := time.Now().Add(time.Hour)
		b := flow.New[guest]("inn")
		b.Start(flow.Text("inn")).To("room")
		b.In("room").Enter(tell("room?")).
			At(func(*guestTurn) time.Time { return due }).Do(tell("it is time")).To("room").
			On(flow.Text("end")).End()
		store := &behindClock{Store: memstore.New()}
		r := &rig{T: t, channel: &fakeChannel{}, store: store, log: &logged{}}
		var err error
		r.bot, err = bot.New(r.channel, store, []*flow.Flow{b.MustBuild()}, &bot.Options{Logger: slog.New(r.log)})
		require.NoError(t, err)
		defer func() { require.NoError(t, r.bot.Shutdown(context.Background())) }()
		r.say("ann", "inn")
		r.channel.take()
		r.pass(time.Hour - 20*time.Millisecond)
		store.behind.Store(true)
		r.pass(20 * time.Millisecond)
		r.say("ann", "what?")
		store.behind.Store(false)
		r.pass(time.Minute)
		require.Equal(t, 1, strings.Count(fmt.Sprint(r.channel.texts()), "it is time"))
	})
}
