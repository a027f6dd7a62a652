package bot_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
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
	"github.com/kaiwa-go/kaiwa/session/redisstore"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
	"github.com/kaiwa-go/kaiwa/transport"
)

// trip is a conversation with a reminder after an hour, an idle timer of two hours and a time of three.
type trip struct {
	name string // of the reminder

	mu                    sync.Mutex // for a test that has the actions do otherwise while the bot runs
	reminder, lapse, said func(context.Context, *countTurn) error
}

// change changes the actions while the bot runs.
func (p *trip) change(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

func (p *trip) flow(t testing.TB) *flow.Flow {
	t.Helper()
	b := flow.New[count]("trip")
	b.Start(flow.Text("start")).To("asked")
	in := func(d time.Duration) func(*countTurn) time.Time {
		return func(t *countTurn) time.Time { return t.Now().Add(d) }
	}
	act := func(f *func(context.Context, *countTurn) error) flow.Action[count] {
		return func(ctx context.Context, t *countTurn) error {
			p.mu.Lock()
			do := *f
			p.mu.Unlock()
			if do == nil {
				return nil
			}
			return do(ctx, t)
		}
	}
	b.InAny().
		On(flow.Text("remind")).Do(func(_ context.Context, t *countTurn) error { t.Data.N = 7; return nil }).
		Remind(p.name, in(time.Hour), act(&p.reminder)).Stay().
		On(flow.Text("over")).End()
	b.In("asked").Menu("trip").On(flow.Text()).Do(act(&p.said)).Stay().
		After(2 * time.Hour).Do(act(&p.lapse)).End()
	f, err := b.Build()
	require.NoError(t, err)
	return f
}

func newTrip() *trip {
	p := &trip{name: "leave"}
	p.said = func(_ context.Context, t *countTurn) error { t.Send(text("heard")); return nil }
	return p
}

// startBot has a bot with the flows take the place of the rig's.
func (r *rig) startBot(o bot.Options, flows ...*flow.Flow) {
	r.Helper()
	if r.bot != nil {
		require.NoError(r, r.bot.Shutdown(r.Context()))
	}
	o.Logger = slog.New(r.log)
	var err error
	r.bot, err = bot.New(r.channel, r.store, flows, &o)
	require.NoError(r, err)
}

func inTrip(t *testing.T, p *trip, o bot.Options, f func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &rig{T: t, channel: &fakeChannel{}, store: memstore.New(), log: &logged{}}
		r.startBot(o, p.flow(t))
		defer func() { require.NoError(t, r.bot.Shutdown(context.Background())) }()
		r.say("ann", "start")
		require.Equal(t, []string{"menu:trip"}, untagged(r.channel.texts()))
		f(r)
	})
}

// letter returns the only dead letter.
func (r *rig) letter() session.DeadLetter {
	r.Helper()
	letters, err := deadLetters(r.bot.DeadLetters(context.Background()))
	require.NoError(r, err)
	require.Len(r, letters, 1)
	return letters[0]
}

func (r *rig) replay() {
	r.Helper()
	require.NoError(r, r.bot.Replay(context.Background(), r.letter().ID))
	synctest.Wait()
	letters, err := deadLetters(r.bot.DeadLetters(context.Background()))
	require.NoError(r, err)
	require.Empty(r, letters)
}

func noLuck(context.Context, *countTurn) error { return errors.New("no luck") }

// remembers sends what the data of a reminder are.
func remembers(_ context.Context, t *countTurn) error {
	if t.Data.N != 7 {
		return errors.New("other data")
	}
	t.Send(text("remember"))
	return nil
}

// A reminder that fails holds up nobody, and is a dead letter in the end, which can be replayed.
func TestFailingReminder(t *testing.T) {
	p := newTrip()
	p.reminder = noLuck
	inTrip(t, p, bot.Options{}, func(r *rig) {
		r.say("ann", "remind")
		r.pass(time.Hour)
		for range 5 { // at 0, 5 ... 20 s: its attempts are at 0, 0.2, 1.2, 6.2 and 21.2 s
			r.say("ann", "hello")
			require.Equal(r, []string{"heard"}, untagged(r.channel.texts()))
			r.pass(5 * time.Second)
		}
		require.EqualValues(r, 5, r.bot.Stats().Failed)
		require.EqualValues(r, 1, r.bot.Stats().Dead)
		letter := r.letter()
		require.Equal(r, 5, letter.Attempts)
		require.Equal(r, "timer leave of trip: action failed in trip/: action", letter.Why)

		p.change(func() { p.reminder = remembers })
		r.replay()
		require.Equal(r, []string{"remember"}, untagged(r.channel.texts()))
		r.pass(90 * time.Minute)
		require.Empty(r, r.channel.texts(), "once")
	})
}

// What the log says of a failing reminder names it, and not the event that waits behind it.
func TestFailingReminderIsNamed(t *testing.T) {
	p := newTrip()
	p.reminder = func(context.Context, *countTurn) error {
		time.Sleep(time.Second)
		return errors.New("no luck")
	}
	inTrip(t, p, bot.Options{MaxAttempts: 2}, func(r *rig) {
		r.say("ann", "remind")
		r.pass(time.Hour)
		r.say("ann", "hello")
		r.pass(time.Minute)
		var failed, dead []string
		for _, line := range r.log.all() {
			if strings.Contains(line, "bot: turn failed") {
				failed = append(failed, line)
			}
			if strings.Contains(line, "bot: timer set aside") {
				dead = append(dead, line)
			}
		}
		require.Len(r, failed, 2)
		require.Len(r, dead, 1)
		for _, line := range append(failed, dead...) {
			require.Contains(r, line, "timer=leave")
			require.Contains(r, line, "flow=trip")
			require.Contains(r, line, "session="+r.letter().Session)
			require.NotContains(r, line, "event-")
		}
		require.Contains(r, failed[1], "attempt=2")
	})
}

// The attempts of a reminder are not those of the event behind it: the event works at its fourth.
func TestAttemptsOfAReminderAreItsOwn(t *testing.T) {
	p := newTrip()
	p.reminder = noLuck
	attempts := 0
	p.said = func(_ context.Context, t *countTurn) error {
		if attempts++; attempts < 4 {
			return errors.New("not yet")
		}
		t.Send(text("heard"))
		return nil
	}
	for name, deaths := range map[string]int{"a reminder that fails": 0, "a reminder that kills": 2} {
		t.Run(name, func(t *testing.T) {
			attempts = 0
			inTrip(t, p, bot.Options{}, func(r *rig) {
				r.say("ann", "remind")
				id := r.sessionID("ann")
				require.NoError(r, r.bot.Shutdown(context.Background()))
				r.pass(time.Hour)
				// The event waits, and is accepted when the reminder is due.
				e := said("ann", "waits", "hello")
				hold := session.BeginRequest{ID: id, Event: session.Event{ID: e.ID, Time: e.Time, Body: raw(e).Raw}, Hold: true}
				_, err := r.store.Begin(context.Background(), &hold)
				require.NoError(r, err)
				r.die(id, deaths)
				r.bot = nil
				r.startBot(bot.Options{}, p.flow(t))
				r.pass(10 * time.Second)
				require.Equal(r, []string{"heard"}, untagged(r.channel.texts()))
				r.pass(time.Minute)
				require.EqualValues(r, 1, r.bot.Stats().Dead)
				require.True(r, strings.HasPrefix(r.letter().Event.ID, "timer:trip:leave:"))
			})
		})
	}
}

func (r *rig) sessionID(user string) string {
	key, _ := session.KeyOf(said(user, "", "").Source, session.PerMember)
	return key.ID()
}

// die begins turns of the session as a process would that dies in each of them.
func (r *rig) die(id string, times int) {
	r.Helper()
	for n := range times {
		res, err := r.store.Begin(context.Background(), &session.BeginRequest{
			ID: id, Token: session.LeaseToken{9, byte(n)}, Lease: time.Millisecond,
		})
		require.NoError(r, err)
		require.Equal(r, session.Run, res.Status)
		r.pass(2 * time.Millisecond)
	}
}

// A reminder that kills processes is set aside; an event that waits behind it goes first in time.
func TestKillingReminder(t *testing.T) {
	p := newTrip()
	p.reminder = func(context.Context, *countTurn) error { panic("it would kill") }
	inTrip(t, p, bot.Options{}, func(r *rig) {
		r.say("ann", "remind")
		require.NoError(r, r.bot.Shutdown(context.Background()))
		r.pass(time.Hour)
		r.die(r.sessionID("ann"), 5)
		r.bot = nil
		r.startBot(bot.Options{}, p.flow(t))
		r.pass(time.Second)
		require.Contains(r, r.letter().Why, "the process died of it")
		require.Equal(r, 6, r.letter().Attempts)
		p.change(func() { p.reminder = remembers })
		r.replay()
		require.Equal(r, []string{"remember"}, untagged(r.channel.texts()))
	})

	reminded := 0
	p.reminder = func(context.Context, *countTurn) error { reminded++; return nil }
	inTrip(t, p, bot.Options{}, func(r *rig) {
		r.say("ann", "remind")
		require.NoError(r, r.bot.Shutdown(context.Background()))
		r.pass(time.Hour)
		id, e := r.sessionID("ann"), said("ann", "waits", "hello")
		_, err := r.store.Begin(context.Background(), &session.BeginRequest{
			ID: id, Event: session.Event{ID: e.ID, Time: e.Time, Body: raw(e).Raw}, Hold: true,
		})
		require.NoError(r, err)
		r.die(id, 2)
		p.said = func(_ context.Context, t *countTurn) error {
			require.Zero(r, reminded, "the event goes first")
			t.Send(text("heard"))
			return nil
		}
		r.bot = nil
		r.startBot(bot.Options{}, p.flow(t))
		r.pass(time.Minute)
		require.Equal(r, []string{"heard"}, untagged(r.channel.texts()))
		require.Equal(r, 1, reminded)
	})
}

// A reminder that a deploy renamed, whose flow it removed, or whose data it cannot read, is replayed
// by a build that knows it again.
func TestReminderOfAnotherBuild(t *testing.T) {
	other := newTrip()
	other.name = "renamed"
	b := flow.New[struct{ N []string }]("trip")
	b.Start(flow.Text("start")).To("asked")
	b.In("asked").On(flow.Text("x")).Remind("leave", func(t *flow.Turn[struct{ N []string }]) time.Time { return t.Now() },
		func(context.Context, *flow.Turn[struct{ N []string }]) error { return nil }).End()
	otherData := b.MustBuild()
	for _, test := range []struct {
		name, why string
		flow      *flow.Flow
	}{
		{"renamed", "unknown reminder", other.flow(t)},
		{"flow removed", "unknown flow", counter(t, nil)},
		{"other data", "data that cannot be read, of trip", otherData},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newTrip()
			p.change(func() { p.reminder = remembers })
			inTrip(t, p, bot.Options{}, func(r *rig) {
				r.say("ann", "remind")
				r.say("ann", "over")
				r.channel.take()
				r.startBot(bot.Options{}, test.flow)
				r.pass(time.Hour + time.Minute)
				require.Contains(r, r.letter().Why, test.why)
				r.startBot(bot.Options{}, p.flow(t))
				r.replay()
				require.Equal(r, []string{"remember"}, untagged(r.channel.texts()))
				require.EqualValues(r, 1, r.bot.Stats().Timers)
			})
		})
	}
}

// A session that cannot be read has its timers again when a build that can read it has the replay.
func TestTimersOfAnUnreadableSession(t *testing.T) {
	p := newTrip()
	p.reminder = remembers
	inTrip(t, p, bot.Options{}, func(r *rig) {
		r.say("ann", "remind")
		id := r.sessionID("ann")
		spoil := func(change func([]byte)) {
			res, err := r.store.Begin(context.Background(), &session.BeginRequest{
				ID: id, Token: session.LeaseToken{8}, Event: session.Event{ID: time.Now().String(), Time: time.Now()},
			})
			require.NoError(r, err)
			change(res.State)
			_, err = r.store.Commit(context.Background(), &session.CommitRequest{
				ID: id, Token: session.LeaseToken{8}, Rev: res.Rev, EventID: res.Event.ID, State: res.State, Due: res.Due,
			})
			require.NoError(r, err)
		}
		var layout byte
		spoil(func(b []byte) { layout, b[0] = b[0], 99 })
		r.pass(2 * time.Hour)
		require.EqualValues(r, 1, r.bot.Stats().Dead)
		spoil(func(b []byte) { b[0] = layout })
		r.channel.take()
		r.replay()
		require.Equal(r, []string{"remember", "menu:"}, untagged(r.channel.texts()), "the reminder, and the lapse")
	})
}

// An idle timer that fails is tried again for as long as the session is kept; then the flow ends
// without it, and it is a dead letter that brings the conversation back.
func TestFailingIdleTimer(t *testing.T) {
	lapsed := func(_ context.Context, t *countTurn) error { t.Send(text("lapsed")); return nil }
	p := newTrip()
	p.lapse = noLuck
	inTrip(t, p, bot.Options{}, func(r *rig) {
		r.pass(5 * time.Hour)
		require.NotZero(r, r.bot.Stats().Failed)
		r.say("ann", "hello")
		require.Contains(r, untagged(r.channel.texts()), "heard", "it holds up nobody")
		failed := r.bot.Stats().Failed
		r.pass(2*time.Hour - time.Second)
		require.Equal(r, failed, r.bot.Stats().Failed, "the event has set the timer anew")
		r.pass(time.Hour)
		p.change(func() { p.lapse = lapsed })
		r.pass(time.Hour)
		require.Equal(r, []string{"lapsed", "menu:"}, untagged(r.channel.texts()))
		require.Zero(r, r.bot.Stats().Dead)
	})

	p.lapse = noLuck
	inTrip(t, p, bot.Options{}, func(r *rig) {
		r.pass(9 * 24 * time.Hour)
		got := r.bot.Stats()
		require.EqualValues(r, 1, got.Dead)
		require.Less(r, got.Failed, int64(30))
		s := r.session("ann")
		require.Empty(r, s.Flow)
		require.Empty(r, s.Timers)
		require.Equal(r, []string{"menu:"}, untagged(r.channel.texts()), "the menu is given back")

		p.change(func() { p.lapse = lapsed })
		r.say("ann", "start")
		r.channel.take()
		r.replay()
		require.Empty(r, r.channel.texts(), "it is suspended: another conversation is active")
		require.Len(r, r.session("ann").Suspended, 1)
		r.pass(5 * time.Hour) // that conversation lapses, and then the one that came back
		require.Equal(r, []string{"lapsed", "lapsed", "menu:"}, untagged(r.channel.texts()))
		require.Empty(r, r.session("ann").Flow)
	})
}

func (r *rig) session(user string) bot.Session {
	r.Helper()
	s, err := r.bot.Session(context.Background(), said(user, "", "").Source)
	require.NoError(r, err)
	return s
}

// Nobody tries a timer again that hangs: a reminder is a dead letter, and a flow ends.
func TestHangingTimers(t *testing.T) {
	free := make(chan struct{})
	hangs := func(context.Context, *countTurn) error { <-free; return nil }
	p := newTrip()
	p.lapse = hangs
	inBubbleOf := func(f func(r *rig)) {
		synctest.Test(t, func(t *testing.T) {
			free = make(chan struct{})
			r := &rig{T: t, channel: &fakeChannel{}, store: memstore.New(), log: &logged{}}
			r.startBot(bot.Options{}, p.flow(t))
			r.say("ann", "start")
			f(r)
			close(free)
			require.NoError(t, r.bot.Shutdown(context.Background()))
		})
	}
	inBubbleOf(func(r *rig) {
		r.pass(3 * time.Hour)
		require.Contains(r, r.letter().Why, "did not return")
		require.Empty(r, r.session("ann").Flow)
		require.EqualValues(r, 1, r.bot.Stats().Stuck)
	})
	p.lapse, p.reminder = nil, hangs
	inBubbleOf(func(r *rig) {
		r.say("ann", "remind")
		r.pass(time.Hour + 2*time.Minute)
		require.Contains(r, r.letter().Why, "did not return")
		require.Equal(r, "trip", r.session("ann").Flow)
	})
}

// fullOutbox is a store that has no room for outputs, while on is true.
type fullOutbox struct {
	session.Store
	on atomic.Bool
}

func (s *fullOutbox) Commit(ctx context.Context, r *session.CommitRequest) (session.CommitResult, error) {
	if s.on.Load() && len(r.Outputs) > 0 && r.EventID == "" {
		return session.CommitResult{}, session.ErrFull
	}
	return s.Store.Commit(ctx, r)
}

// A reminder that finds no room for what it sends waits, and holds up nobody.
func TestReminderOfAFullOutbox(t *testing.T) {
	p := newTrip()
	p.reminder = remembers
	synctest.Test(t, func(t *testing.T) {
		store := &fullOutbox{Store: memstore.New()}
		store.on.Store(true)
		r := &rig{T: t, channel: &fakeChannel{}, store: store, log: &logged{}}
		r.startBot(bot.Options{}, p.flow(t))
		defer func() { require.NoError(t, r.bot.Shutdown(context.Background())) }()
		r.say("ann", "start")
		r.say("ann", "remind")
		r.pass(time.Hour + time.Minute)
		r.channel.take()
		r.say("ann", "hello")
		require.Equal(r, []string{"heard"}, untagged(r.channel.texts()))
		store.on.Store(false)
		r.pass(time.Minute)
		require.Equal(r, []string{"remember"}, untagged(r.channel.texts()))
		require.Zero(r, r.bot.Stats().Dead)
	})
}

// The same on Redis, in real time.
func TestFailingReminderOnRedis(t *testing.T) {
	t.Parallel()
	client := redistest.Start(t)
	ctx := context.Background()
	store, err := redisstore.New(ctx, client, &redisstore.Options{
		Namespace: redistest.Namespace(t, client), Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	fails := true
	b := flow.New[count]("trip")
	b.Start(flow.Text("start")).To("asked")
	failed := make(chan struct{}, 9)
	b.In("asked").
		On(flow.Text("remind")).Remind("leave", func(t *countTurn) time.Time { return t.Now().Add(time.Millisecond) },
		func(_ context.Context, t *countTurn) error {
			if fails {
				failed <- struct{}{}
				return errors.New("no luck")
			}
			t.Send(text("remember"))
			return nil
		}).Stay().
		On(flow.Text("hello")).Do(func(_ context.Context, t *countTurn) error { t.Send(text("heard")); return nil }).Stay().
		On(flow.Text("over")).End()
	r := &rig{T: t, channel: &fakeChannel{}, store: store, log: &logged{}}
	r.startBot(bot.Options{MaxAttempts: 4}, b.MustBuild())
	defer func() { require.NoError(t, r.bot.Shutdown(ctx)) }()
	texts := func() []string { return untagged(r.channel.texts()) }
	say := func(words string) {
		e := said("ann", words, words)
		e.Time = time.Now()
		require.NoError(t, r.bot.Receive(ctx, []transport.Event{raw(e)}))
	}
	say("start")
	say("remind")
	for range 3 {
		<-failed
	}
	say("hello") // 5 s before the last attempt
	require.Eventually(t, func() bool { return len(texts()) == 1 }, 4*time.Second, time.Millisecond)
	require.Zero(t, r.bot.Stats().Dead)
	require.Eventually(t, func() bool { return r.bot.Stats().Dead == 1 }, 20*time.Second, 5*time.Millisecond)
	require.Equal(t, 4, r.letter().Attempts)
	require.NoError(t, r.bot.Shutdown(ctx)) // orders the write below before what the next bot reads
	fails, r.bot = false, nil
	r.startBot(bot.Options{MaxAttempts: 4}, b.MustBuild())
	require.NoError(t, r.bot.Replay(ctx, r.letter().ID))
	require.Eventually(t, func() bool { return len(texts()) == 1 }, 20*time.Second, 5*time.Millisecond)
}
