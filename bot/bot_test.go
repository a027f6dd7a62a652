package bot_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/transport"
)

func TestConversation(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		r.say("ann", "start")
		r.say("ann", "a")
		r.say("bob", "a")
		r.say("bob", "start")
		r.say("ann", "b")
		got := r.channel.take()
		require.Len(r, got, 4)
		require.Equal(r, []string{"counting"}, untagged(got[0].Messages))
		require.Equal(r, []string{"1 a"}, untagged(got[1].Messages))
		require.Equal(r, "bob", got[2].Chat)
		require.Equal(r, []string{"2 b"}, untagged(got[3].Messages))
		require.Equal(r, "token-event-5", got[3].Token)
	})
}

func untagged(msgs []string) []string {
	out := make([]string, len(msgs))
	for i, m := range msgs {
		out[i], _ = transport.Unmark(m)
	}
	return out
}

func TestOneEventOneTurn(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		r.say("ann", "start")
		r.channel.take()
		e := said("ann", "twice", "a")
		for range 20 {
			r.receive(e)
			e.Redelivered = true
		}
		r.pass(time.Hour - time.Minute)
		r.receive(e)
		require.Equal(r, []string{"1 a"}, untagged(r.channel.texts()))
	})
}

// Events of one session run in the order of their time, also if they come in one webhook or
// while a turn runs.
func TestOrder(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		r.say("ann", "start")
		r.channel.take()
		a, b, c := said("ann", "1", "slow"), said("ann", "2", "b"), said("ann", "3", "c")
		b.Time, c.Time = b.Time.Add(2), c.Time.Add(time.Second)
		r.receive(a, raw(c))
		r.receive(raw(b))
		require.Empty(r, r.channel.texts())
		r.pass(2 * time.Second)
		require.Equal(r, []string{"1 slow", "2 b", "3 c"}, untagged(r.channel.texts()))
	})
}

func TestManyMessagesAreSplit(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		r.say("ann", "start")
		r.channel.take()
		r.say("ann", "many")
		got := r.channel.take()
		require.Len(r, got, 2)
		require.Equal(r, []string{"0", "1", "2", "3", "4"}, untagged(got[0].Messages))
		require.Equal(r, "token-event-2", got[0].Token)
		require.Equal(r, []string{"5", "6"}, untagged(got[1].Messages))
		require.Empty(r, got[1].Token, "the rest is pushed")
		require.NotEqual(r, got[0].Key, got[1].Key)
		require.EqualValues(r, 8, got[1].Key[6]>>4, "a UUID of version 8")
	})
}

// A failing action leaves the session as it was, is tried again, and in the end is set aside;
// the events behind it wait and then run.
func TestFailingAction(t *testing.T) {
	for _, words := range []string{"fail", "panic"} {
		t.Run(words, func(t *testing.T) {
			inBubble(t, bot.Options{}, func(r *rig) {
				r.say("ann", "start")
				r.say("ann", words)
				r.say("ann", "a")
				require.Equal(r, []string{"counting"}, untagged(r.channel.texts()))
				r.pass(time.Minute)
				require.Equal(r, []string{"1 a"}, untagged(r.channel.texts()))
				all := strings.Join(r.log.all(), "\n")
				require.Equal(r, 5, strings.Count(all, "bot: turn failed"))
				require.Equal(r, 1, strings.Count(all, "bot: event set aside"))
				require.NotContains(r, all, "secret words")
			})
		})
	}
}

// A message that breaks a limit of the platform would break it again: its event is set aside at the first
// attempt, and what comes behind it is answered at once.
func TestMessageThatCannotBeSent(t *testing.T) {
	inBubble(t, bot.Options{Failed: bot.Always(text("sorry"))}, func(r *rig) {
		r.say("ann", "start")
		r.say("ann", "invalid")
		r.say("ann", "a")
		require.Equal(r, []string{"counting", "sorry", "1 a"}, untagged(r.channel.texts()))
		require.EqualValues(r, 1, r.bot.Stats().Failed)
		letters, err := deadLetters(r.bot.DeadLetters(context.Background()))
		require.NoError(r, err)
		require.Len(r, letters, 1)
		require.Equal(r, "output failed in counter/counting", letters[0].Why)
	})
}

func TestStaleButtons(t *testing.T) {
	inBubble(t, bot.Options{Expired: bot.Always(text("expired")), Otherwise: bot.Always(text("otherwise"))}, func(r *rig) {
		r.say("ann", "hm")
		r.say("ann", "start")
		msgs := r.channel.texts()
		require.Equal(r, "otherwise", untagged(msgs)[0])
		_, first := transport.Unmark(msgs[1])
		require.Len(r, first, transport.MarkLen)
		r.say("ann", "next")
		_, second := transport.Unmark(r.channel.texts()[0])
		require.NotEqual(r, first, second)

		r.receive(tapped("ann", "stale", "go", first))
		shown := r.channel.texts()
		require.Equal(r, []string{"second"}, untagged(shown), "the present step is shown")
		_, again := transport.Unmark(shown[0])
		require.Equal(r, second, again, "and its buttons stay good")

		r.receive(tapped("ann", "unknown", "nothing", second))
		require.Equal(r, []string{"second"}, untagged(r.channel.texts()))

		r.receive(tapped("ann", "good", "go", second))
		require.Empty(r, r.channel.texts())
		r.receive(tapped("ann", "double", "go", second))
		require.Equal(r, []string{"expired"}, untagged(r.channel.texts()))
	})
}

func TestTimers(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		r.say("ann", "start")
		r.pass(59 * time.Minute)
		r.say("ann", "a")
		r.channel.take()
		r.pass(59 * time.Minute)
		require.Empty(r, r.channel.take(), "an event starts the idle time anew")
		r.pass(time.Minute)
		got := r.channel.take()
		require.Len(r, got, 1)
		require.Equal(r, []string{"idle at 1"}, untagged(got[0].Messages))
		require.Empty(r, got[0].Token)
		require.Equal(r, "ann", got[0].Chat)
		r.say("ann", "a")
		require.Empty(r, r.channel.texts(), "the conversation is over")
	})
}

// A reminder outlives its flow, and sees the data as it was.
func TestReminder(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		r.say("ann", "start")
		r.say("ann", "a")
		r.say("ann", "stop")
		r.pass(time.Hour)
		r.say("ann", "start")
		r.channel.take()
		r.pass(10 * time.Minute)
		r.say("ann", "stop")
		r.channel.take()
		r.pass(47 * time.Hour)
		require.Equal(r, []string{"3 later"}, untagged(r.channel.texts()))
		r.pass(time.Hour)
		require.Equal(r, []string{"2 later"}, untagged(r.channel.texts()))
	})
}

// What cannot be sent at once is tried again, with the same key, and does not hold the
// session's next event up.
func TestDeliveryIsRetried(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		r.say("ann", "start")
		r.channel.take()
		r.channel.fail = func(n int, _ *transport.Delivery) error {
			if n < 2 {
				return &transport.SendError{Disposition: transport.Retry, Err: errors.New("test: out of order")}
			}
			return nil
		}
		r.say("ann", "a")
		r.say("ann", "b")
		r.pass(time.Second)
		got := r.channel.take()
		require.Len(r, got, 4)
		for _, s := range got[:3] {
			require.Equal(r, []string{"1 a"}, untagged(s.Messages))
			require.Equal(r, got[0].Key, s.Key)
			require.Equal(r, "token-event-2", s.Token)
		}
		require.True(r, got[1].Retried)
		require.Equal(r, []string{"2 b"}, untagged(got[3].Messages), "in order")
	})
}

// A long outage of the platform is bridged by the store; the wait grows, nothing is lost.
func TestDeliveryOutlastsAnOutage(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		r.say("ann", "start")
		r.channel.take()
		end := time.Now().Add(20 * time.Minute)
		r.channel.fail = func(int, *transport.Delivery) error {
			if time.Now().Before(end) {
				return &transport.SendError{Disposition: transport.Hold, Err: errors.New("test: token refused")}
			}
			return nil
		}
		r.say("ann", "a")
		r.pass(10 * time.Second)
		r.say("ann", "b")
		r.pass(40 * time.Minute)
		got := r.channel.take()
		require.Less(r, len(got), 30, "the wait grows")
		last := got[len(got)-2:]
		require.Equal(r, []string{"1 a"}, untagged(last[0].Messages))
		require.Equal(r, []string{"2 b"}, untagged(last[1].Messages))
		r.pass(time.Hour)
		require.Equal(r, []string{"idle at 2"}, untagged(r.channel.texts()), "and only once")
	})
}

func TestUndeliverableIsReportedOnce(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		r.channel.fail = func(int, *transport.Delivery) error {
			return &transport.SendError{Disposition: transport.Drop, Err: errors.New("test: blocked")}
		}
		r.say("ann", "start")
		r.pass(time.Minute)
		require.Len(r, r.channel.take(), 1)
		require.Contains(r, strings.Join(r.log.all(), "\n"), "bot: output not delivered")
	})
}

func TestGroups(t *testing.T) {
	inBubble(t, bot.Options{Otherwise: bot.Always(text("otherwise"))}, func(r *rig) {
		in := func(user, id, words string) transport.Event {
			e := said(user, id, words)
			e.Source = transport.Source{Chat: transport.ChatGroup, ChatID: "group", UserID: user}
			return raw(e)
		}
		r.receive(in("ann", "1", "start"))
		r.receive(in("ann", "2", "a"))
		r.receive(in("bob", "3", "a"))
		require.Equal(r, []string{"counting", "1 a"}, untagged(r.channel.texts()), "each member on their own, no chatter")
	})
}

func TestStandbyStaysSilent(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		e := said("ann", "1", "start")
		e.Standby = true
		r.receive(raw(e))
		require.Empty(r, r.channel.take())
	})
}

// Shutdown lets the turn that runs end, sends what it leaves, and takes nothing new.
func TestShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		channel := &fakeChannel{}
		f := counter(t, func(context.Context) { time.Sleep(3 * time.Second) })
		b, err := bot.New(channel, memstore.New(), []*flow.Flow{f}, nil)
		require.NoError(t, err)
		ctx := context.Background()
		require.NoError(t, b.Receive(ctx, []transport.Event{said("ann", "1", "start")}))
		require.NoError(t, b.Receive(ctx, []transport.Event{said("ann", "2", "slow")}))
		synctest.Wait()
		channel.take()
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		require.ErrorIs(t, b.Shutdown(short), context.DeadlineExceeded)
		require.ErrorIs(t, b.Receive(ctx, []transport.Event{said("ann", "3", "a")}), bot.ErrClosed)
		require.NoError(t, b.Shutdown(ctx))
		require.Equal(t, []string{"1 slow"}, untagged(channel.texts()))
	})
}

func TestServeHTTP(t *testing.T) {
	b, err := bot.New(&fakeChannel{}, memstore.New(), []*flow.Flow{counter(t, nil)}, nil)
	require.NoError(t, err)
	answer := func(body string) int {
		w := httptest.NewRecorder()
		b.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/webhook", strings.NewReader(body)))
		return w.Code
	}
	require.Equal(t, http.StatusOK, answer("[]"))
	require.Equal(t, http.StatusBadRequest, answer("{"))
	require.NoError(t, b.Shutdown(context.Background()))
	require.Equal(t, http.StatusServiceUnavailable, answer(`[{"ID":"1"}]`))
}

// Events of one webhook that have one timestamp have their turns as LINE listed them, whatever their ids are.
func TestEventsOfOneTimestamp(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		r.say("ann", "start")
		r.channel.take()
		r.receive(said("ann", "z", "slow"), said("ann", "y", "y"), said("ann", "b", "b"), said("ann", "a", "a"))
		r.pass(time.Minute)
		var answered []string
		for _, s := range r.channel.take() {
			answered = append(answered, s.Token)
		}
		require.Equal(r, []string{"token-z", "token-y", "token-b", "token-a"}, answered)
	})
}

// The data of a rich menu that was made elsewhere may look as if it had a mark. It is the author's own, in a
// conversation and outside of one.
func TestOwnDataThatLooksMarked(t *testing.T) {
	said := func(words string) flow.Action[count] {
		return func(_ context.Context, t *countTurn) error { t.Send(text(words)); return nil }
	}
	b := flow.New[count]("menus")
	b.Start(flow.Postback("~hello~x")).To("open")
	b.In("open").Enter(said("open")).
		On(flow.Postback("~hello~y").FromAnywhere()).Do(said("y")).Stay().
		On(flow.Postback("~hello~z").FromAnywhere()).Do(said("z")).Stay().
		On(flow.Postback("~good-bye~z").FromAnywhere()).Do(said("bye")).End()
	f, err := b.Build()
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		r := &rig{T: t, channel: &fakeChannel{}, store: memstore.New(), log: &logged{}}
		r.start(r.channel, f)
		defer func() { require.NoError(t, r.bot.Shutdown(context.Background())) }()
		for i, data := range []string{"x", "y", "z"} {
			r.receive(tapped("ann", fmt.Sprint(i), data, "hello"))
		}
		r.receive(tapped("ann", "3", "z", "good-bye"))
		require.Equal(t, []string{"open", "y", "z", "bye"}, untagged(r.channel.texts()))
	})
}
