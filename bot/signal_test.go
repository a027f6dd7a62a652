package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
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

// paid is the payload of the signals in these tests.
type paid struct {
	Payment string
	Amount  int
}

// shop waits for a payment. "slow" takes 2 s.
func shop() *flow.Flow {
	this := func(t *countTurn) bool {
		var p paid
		return t.Payload(&p) == nil && p.Payment == "pay1"
	}
	thank := func(_ context.Context, t *countTurn) error {
		var p paid
		if err := t.Payload(&p); err != nil {
			return err
		}
		t.Send(text(fmt.Sprintf("thanks for %d", p.Amount)))
		return nil
	}
	b := flow.New[count]("shop")
	b.Start(flow.Text("buy"), flow.Postback("paid")).To("pay")
	b.In("pay").Enter(show(text("pay"))).
		On(flow.Signal("paid")).When("it is this payment", this).Do(thank).End().
		On(flow.Signal("note")).Do(thank).Stay().
		On(flow.Signal("fails")).Do(func(_ context.Context, t *countTurn) error {
		var p paid
		return errors.Join(t.Payload(&p), fmt.Errorf("the provider knows no %s of %d", p.Payment, p.Amount))
	}).Stay().
		On(flow.Text("slow")).Do(func(context.Context, *countTurn) error { time.Sleep(2 * time.Second); return nil }).Stay().
		On(flow.Text("end")).End().
		On(flow.Any()).Do(show(text("hm?"))).Stay().
		After(time.Hour).Do(show(text("lapsed"))).End()
	b.Start(flow.Signal("late")).Do(show(text("you get it back"))).End()
	b.Start(flow.Signal("offer")).To("pay")
	return b.MustBuild()
}

// signals gives ann a signal.
func (r *rig) signals(name string, payload any, id string) {
	r.Helper()
	require.NoError(r, r.bot.Signal(context.Background(), said("ann", "", "").Source, name, payload, id))
	synctest.Wait()
}

func TestSignal(t *testing.T) {
	withFlows(t, []*flow.Flow{shop()}, bot.Options{}, func(r *rig) {
		r.say("ann", "buy")
		r.say("bob", "buy")
		r.channel.take()
		r.pass(50 * time.Minute)
		r.signals("note", paid{"pay1", 5}, "note-1")
		got := r.channel.take()
		require.Len(r, got, 1)
		require.Equal(r, []string{"thanks for 5"}, untagged(got[0].Messages))
		require.Equal(r, "ann", got[0].Chat)
		require.Empty(r, got[0].Token, "a push")
		r.signals("note", paid{"pay1", 5}, "note-1")
		r.signals("note", paid{"pay1", 6}, "note-1")
		require.Empty(r, r.channel.take(), "once for each id")
		require.EqualValues(r, 2, r.bot.Stats().Duplicates)
		r.signals("note", paid{"pay1", 6}, "note-2")
		require.Equal(r, []string{"thanks for 6"}, untagged(r.channel.texts()))
		r.signals("paid", paid{"pay1", 7}, "note-2")
		require.Equal(r, []string{"thanks for 7"}, untagged(r.channel.texts()), "the name is part of what happens once")
		require.Equal(r, "shop", r.session("bob").Flow)
		r.pass(11 * time.Minute)
		require.Equal(r, []string{"lapsed"}, untagged(r.channel.texts()), "bob's")

		r.signals("late", nil, "1")
		require.Equal(r, []string{"you get it back"}, untagged(r.channel.texts()))
		require.Empty(r, r.session("ann").Flow)
		r.signals("offer", nil, "1")
		require.Equal(r, []string{"pay"}, untagged(r.channel.texts()), "no conversation is active: it starts one")
		r.pass(50 * time.Minute)
		r.signals("note", paid{"pay1", 8}, "note-3")
		r.channel.take()
		r.pass(11 * time.Minute)
		require.Equal(r, []string{"lapsed"}, untagged(r.channel.texts()), "a signal is not the user's activity")
		require.Zero(r, r.bot.Stats().Failed+r.bot.Stats().Dead)
	})
}

// What nobody takes is a dead letter at once, which names the signal and not what it brought. Replay gives it to
// a build that takes it.
func TestSignalThatNobodyTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rig{T: t, channel: &fakeChannel{}, store: memstore.New(), log: &logged{}}
		o := bot.Options{Failed: bot.Always(text("sorry")), Otherwise: bot.Always(text("otherwise"))}
		r.startBot(o, shop())
		defer func() { require.NoError(t, r.bot.Shutdown(context.Background())) }()
		for i, words := range []string{"hm", "buy"} { // no conversation is active; one is, and its guard does not pass
			r.say("ann", words)
			r.channel.take()
			r.signals("paid", paid{"secret-payment", 4711}, fmt.Sprint(i))
			letter := r.letter()
			require.Equal(r, "signal paid: nobody took it", letter.Why)
			require.Equal(r, 1, letter.Attempts)
			require.EqualValues(r, i+1, r.bot.Stats().Dead)
			require.Zero(r, r.bot.Stats().Failed)
			require.Empty(r, r.channel.take(), "the user is told nothing")
			all := strings.Join(r.log.all(), "\n")
			require.Equal(r, i+1, strings.Count(all, "ERROR bot: event set aside"))
			require.Contains(r, all, "signal:paid:"+fmt.Sprint(i))
			require.NotContains(r, all, "secret-payment")
			require.NotContains(r, all, "4711")
			if i == 0 {
				require.NoError(r, r.bot.DeleteDeadLetter(context.Background(), letter.ID))
			}
		}
		r.pass(3 * 24 * time.Hour) // a weekend
		b := flow.New[count]("refunds")
		b.Start(flow.Signal("paid")).Do(func(_ context.Context, t *countTurn) error {
			var p paid
			err := t.Payload(&p)
			t.Send(text(fmt.Sprintf("%d back", p.Amount)))
			return err
		}).End()
		r.channel.take()
		r.startBot(o, shop(), b.MustBuild())
		r.replay()
		got := r.channel.take()
		require.Len(r, got, 1)
		require.Equal(r, []string{"4711 back"}, untagged(got[0].Messages))
	})
}

// A signal that no flow of this build names may be for a newer build: it is tried for a while.
func TestSignalOfAnotherBuild(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rig{T: t, channel: &fakeChannel{}, store: memstore.New(), log: &logged{}}
		r.startBot(bot.Options{}, shop())
		defer func() { require.NoError(t, r.bot.Shutdown(context.Background())) }()
		r.say("ann", "buy")
		r.say("ann", "slow") // this build goes on with the session
		newer := flow.New[count]("newer")
		newer.Start(flow.Signal("delivered")).Do(show(text("it came"))).End()
		b, err := bot.New(r.channel, r.store, []*flow.Flow{shop(), newer.MustBuild()}, nil)
		require.NoError(r, err)
		require.NoError(r, b.Signal(r.Context(), said("ann", "", "").Source, "delivered", nil, "1"))
		require.NoError(r, b.Shutdown(r.Context()))
		r.channel.take()
		r.pass(10 * time.Second)
		letters, err := deadLetters(r.bot.DeadLetters(context.Background()))
		require.NoError(r, err)
		require.Empty(r, letters)
		r.pass(20 * time.Second)
		require.Equal(r, "signal delivered: no flow of this build names it", r.letter().Why)
	})
}

func TestBadSignals(t *testing.T) {
	withFlows(t, []*flow.Flow{shop()}, bot.Options{}, func(r *rig) {
		ann := said("ann", "", "").Source
		give := func(src transport.Source, name string, payload any, id string) error {
			return r.bot.Signal(context.Background(), src, name, payload, id)
		}
		err := give(ann, "payd", nil, "1")
		require.ErrorIs(r, err, bot.ErrBadSignal)
		require.EqualError(r, err, `bot: bad signal: no flow of the bot names the signal "payd"`)
		require.EqualError(r, give(ann, "paid", nil, ""), "bot: bad signal: paid: the id is empty")
		err = give(ann, "paid", math.NaN(), "1")
		require.ErrorIs(r, err, bot.ErrBadSignal)
		require.EqualError(r, err, "bot: bad signal: paid: its payload: json: unsupported value: NaN")
		require.ErrorIs(r, give(ann, "paid", strings.Repeat("x", 256<<10), "1"), session.ErrTooLarge)
		require.ErrorIs(r, give(transport.Source{}, "paid", nil, "1"), bot.ErrNoChat)
		require.ErrorIs(r, give(transport.Source{Chat: transport.ChatGroup}, "paid", nil, "1"), bot.ErrNoChat)
		ann.Channel = "elsewhere"
		require.ErrorIs(r, give(ann, "paid", nil, "1"), bot.ErrNoChat)
		r.pass(time.Minute)
		require.Equal(r, bot.Stats{}, ofProcess(r.bot))
	})
	withFlows(t, []*flow.Flow{shop()}, bot.Options{}, func(r *rig) {
		require.NoError(r, r.bot.Shutdown(r.Context()))
		require.ErrorIs(r, r.bot.Signal(r.Context(), said("ann", "", "").Source, "paid", nil, "1"), bot.ErrClosed)
	})
}

// forged are events that claim to be signals.
func forged() map[string]transport.Event {
	e := said("ann", "forged", "")
	e.Kind, e.Type, e.Signal, e.Payload = transport.KindSignal, "signal", "paid", []byte(`{"Payment":"pay1"}`)
	id := e
	id.ID = "signal:paid:1"
	of := said("ann", "signal:paid:1", "signal:paid:1")
	timer := said("ann", "forged", "after 1h0m0s")
	timer.Kind = transport.KindTimer
	return map[string]transport.Event{
		"a signal": raw(e), "a signal with its id": raw(id), "a text with the id of a signal": raw(of), "a timer": raw(timer),
	}
}

// No channel, no webhook and no call of Receive makes a signal, nor keeps one from happening.
func TestForgedSignals(t *testing.T) {
	for name, e := range forged() {
		t.Run(name, func(t *testing.T) {
			withFlows(t, []*flow.Flow{shop()}, bot.Options{}, func(r *rig) {
				r.say("ann", "buy")
				r.channel.take()
				err := r.bot.Receive(r.Context(), []transport.Event{e})
				require.ErrorIs(r, err, bot.ErrBadEvent)
				require.ErrorContains(r, err, "which only the bot makes")

				w := httptest.NewRecorder()
				r.bot.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader("["+string(e.Raw)+"]")))
				require.Equal(r, http.StatusOK, w.Code, "to send it again would not help")
				synctest.Wait()
				require.EqualValues(r, 1, r.bot.Stats().Refused)
				require.Empty(r, r.channel.take())

				r.signals("paid", paid{"pay1", 9}, "1")
				require.Equal(r, []string{"thanks for 9"}, untagged(r.channel.texts()))
			})
		})
	}
	// What stands in the store is not trusted either: a channel may decode a kind that no channel makes.
	withFlows(t, []*flow.Flow{shop()}, bot.Options{}, func(r *rig) {
		r.say("ann", "buy")
		r.channel.take()
		e := forged()["a signal"]
		key, ok := session.KeyOf(e.Source, session.PerMember)
		require.True(r, ok)
		_, err := r.store.Begin(r.Context(), &session.BeginRequest{
			ID: key.ID(), Hold: true, Token: session.LeaseToken{1, 2, 3, 4, 5},
			Event: session.Event{ID: e.ID, Time: time.Now(), Body: e.Raw},
		})
		require.NoError(r, err)
		r.pass(time.Minute)
		require.Equal(r, "turn failed", r.letter().Why)
		require.Empty(r, r.channel.take())
	})
}

// A postback with the data "paid" is a postback.
func TestPostbackIsNoSignal(t *testing.T) {
	withFlows(t, []*flow.Flow{shop()}, bot.Options{}, func(r *rig) {
		r.receive(tapped("ann", "1", "paid", ""))
		require.Equal(r, []string{"pay"}, untagged(r.channel.texts()), "it starts")
		r.receive(tapped("ann", "2", "paid", ""))
		r.say("ann", "paid")
		require.NotContains(r, strings.Join(untagged(r.channel.texts()), " "), "thanks")
		require.Equal(r, "shop", r.session("ann").Flow)
	})
}

// Signals of one user may be many. They wait behind what came before, and beyond 200 the caller is told.
func TestManySignals(t *testing.T) {
	withFlows(t, []*flow.Flow{shop()}, bot.Options{UserRate: 1}, func(r *rig) {
		r.say("ann", "buy")
		r.channel.take()
		r.say("ann", "slow")
		src := said("ann", "", "").Source
		n := 0
		for ; n < 300; n++ {
			if err := r.bot.Signal(r.Context(), src, "note", paid{"pay1", n}, fmt.Sprint(n)); err != nil {
				require.ErrorIs(r, err, session.ErrFull)
				break
			}
		}
		require.Equal(r, session.MaxMailbox, n, "besides the one that runs")
		require.EqualValues(r, 1, r.bot.Stats().Refused)
		require.Zero(r, r.bot.Stats().Limited)
		r.pass(3 * time.Second)
		r.pass(time.Minute)
		r.signals("note", paid{"pay1", n}, fmt.Sprint(n))
		var want []string
		for i := range n + 1 {
			want = append(want, fmt.Sprintf("thanks for %d", i))
		}
		require.Equal(r, want, untagged(r.channel.texts()))
	})
}

// An id is known for 24 h and for 255 events: the documentation of Signal says so.
func TestWindowOfSignals(t *testing.T) {
	happens := func(r *rig) bool {
		r.signals("note", paid{"pay1", 1}, "1")
		return len(r.channel.take()) > 0
	}
	for name, between := range map[string]func(r *rig) (known, forgotten func()){
		"time": func(r *rig) (known, forgotten func()) {
			return func() { r.pass(24*time.Hour - time.Second) }, func() { r.pass(2 * time.Second); r.say("ann", "hm") }
		},
		"events": func(r *rig) (known, forgotten func()) {
			return func() {
				for range 254 {
					r.say("ann", "hm")
				}
			}, func() { r.say("ann", "hm") }
		},
		"Forget": func(r *rig) (known, forgotten func()) {
			return func() {}, func() {
				src := said("ann", "", "").Source
				_, err := r.bot.Forget(r.Context(), src)
				require.NoError(r, err)
				require.Error(r, r.bot.Signal(r.Context(), src, "note", nil, "1"), "of the same moment: it is told, not lost")
				r.pass(time.Millisecond)
				r.say("ann", "buy")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := flow.New[count]("shop")
			b.Start(flow.Text("buy")).To("pay")
			b.In("pay").On(flow.Signal("note")).Do(show(text("noted"))).Stay().On(flow.Text("end")).End()
			withFlows(t, []*flow.Flow{b.MustBuild()}, bot.Options{UserRate: -1}, func(r *rig) {
				r.say("ann", "buy")
				require.True(r, happens(r))
				known, forgotten := between(r)
				known()
				r.channel.take()
				require.False(r, happens(r))
				forgotten()
				r.channel.take()
				require.True(r, happens(r))
			})
		})
	}
}

// In a group a signal goes to the conversation of the member that the source names, and what it says to the
// group.
func TestSignalsInAGroup(t *testing.T) {
	for _, scope := range []session.Scope{session.PerMember, session.PerChat} {
		withFlows(t, []*flow.Flow{shop()}, bot.Options{Scope: scope}, func(r *rig) {
			r.sayIn("club", "ann", "buy")
			r.sayIn("club", "bob", "buy")
			r.channel.take()
			src := inChat("club", said("ann", "", "")).Source
			if scope == session.PerChat {
				src.UserID = ""
			}
			require.NoError(r, r.bot.Signal(r.Context(), src, "paid", paid{"pay1", 3}, "1"))
			synctest.Wait()
			got := r.channel.take()
			require.Len(r, got, 1)
			require.Equal(r, "club", got[0].Chat)
			require.Equal(r, []string{"thanks for 3"}, untagged(got[0].Messages))
			require.Empty(r, r.kept("club", "ann").Flow)
			require.Equal(r, scope == session.PerMember, r.kept("club", "bob").Flow == "shop")
		})
	}
}

// A signal whose action fails is tried again as any event, and the log does not show what it brought.
func TestSignalThatFails(t *testing.T) {
	withFlows(t, []*flow.Flow{shop()}, bot.Options{}, func(r *rig) {
		r.say("ann", "buy")
		r.signals("fails", paid{"secret-payment", 4711}, "1")
		r.pass(time.Minute)
		require.Equal(r, "action failed in shop/pay: action", r.letter().Why)
		all := strings.Join(r.log.all(), "\n")
		require.Equal(r, 5, strings.Count(all, "bot: turn failed"))
		require.NotContains(r, all, "secret-payment")
		require.NotContains(r, all, "4711")
	})
}

// On a host that freezes a process, Signal waits for the turn.
func TestSignalBeforeResponse(t *testing.T) {
	withFlows(t, []*flow.Flow{shop()}, bot.Options{ProcessBeforeResponse: true}, func(r *rig) {
		r.say("ann", "buy")
		r.channel.take()
		r.channel.slow = func() { time.Sleep(time.Second) }
		start := time.Now()
		require.NoError(r, r.bot.Signal(r.Context(), said("ann", "", "").Source, "paid", paid{"pay1", 1}, "1"))
		require.Equal(r, time.Second, time.Since(start))
		require.Len(r, r.channel.take(), 1)
	})
}

// A long id, and a source without what can be filled in.
func TestSignalIDsAndSources(t *testing.T) {
	withFlows(t, []*flow.Flow{shop()}, bot.Options{}, func(r *rig) {
		r.say("ann", "buy")
		r.channel.take()
		src := transport.Source{Chat: transport.ChatUser, ChatID: "ann"}
		for _, id := range []string{strings.Repeat("x", 200), strings.Repeat("x", 201)} {
			for range 2 {
				require.NoError(r, r.bot.Signal(r.Context(), src, "note", paid{"pay1", len(id)}, id))
				synctest.Wait()
			}
		}
		require.Equal(r, []string{"thanks for 200", "thanks for 201"}, untagged(r.channel.texts()))
	})
}

// A signal finds the state of a sub-flow first, then that of the flow that runs it.
func TestSignalsToASubFlow(t *testing.T) {
	seat := flow.New[count]("seat")
	seat.Start().To("row")
	seat.In("row").Enter(show(text("row?"))).
		On(flow.Signal("freed")).Do(show(text("a seat is free"))).To("number").
		After(time.Hour).GiveUp()
	seat.In("number").Enter(show(text("number?"))).On(flow.Text("4")).End()
	b := flow.New[count]("show")
	b.Start(flow.Text("show")).To("seat")
	b.In("seat").Run(flow.Sub(seat.MustBuild(), nil, func(*countTurn, count) {})).To("pay").GivenUp().Do(show(text("lapsed"))).End()
	b.In("pay").Enter(show(text("pay"))).On(flow.Signal("paid")).End()
	b.InAny().On(flow.Signal("note")).Do(show(text("noted"))).Stay()
	withFlows(t, []*flow.Flow{b.MustBuild()}, bot.Options{}, func(r *rig) {
		signal := func(name, id string) []string {
			r.signals(name, nil, id)
			return append([]string{}, untagged(r.channel.texts())...)
		}
		r.chat("", []string{"show", "row?"})
		r.pass(50 * time.Minute)
		require.Equal(r, []string{"noted"}, signal("note", "1"))
		r.pass(11 * time.Minute)
		require.Equal(r, []string{"lapsed"}, untagged(r.channel.texts()), "idle time of the sub-flow runs on")

		r.chat("", []string{"show", "row?"})
		require.Equal(r, []string{"a seat is free", "number?"}, signal("freed", "1"))
		require.Equal(r, []string{"noted"}, signal("note", "2"))
		require.Empty(r, signal("freed", "2"))
		require.Equal(r, "signal freed: nobody took it", r.letter().Why)
		r.chat("", []string{"4", "pay"})
		require.Empty(r, signal("paid", "1"))
		require.Empty(r, r.stack("", "ann"))
	})
}

// On Redis as in memory: a signal happens once, waits behind a turn, and is a dead letter if nobody takes it, which
// is replayed.
func TestSignalsOnRedis(t *testing.T) {
	c := redistest.Start(t)
	store, err := redisstore.New(t.Context(), c, &redisstore.Options{
		Namespace: redistest.Namespace(t, c), Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	r := &rig{T: t, channel: &fakeChannel{}, store: store, log: &logged{}}
	hold, began := make(chan struct{}), make(chan struct{}, 1)
	b := flow.New[count]("shop")
	b.Start(flow.Text("buy")).Do(func(ctx context.Context, _ *countTurn) error { began <- struct{}{}; <-hold; return ctx.Err() }).To("pay")
	b.In("pay").
		On(flow.Signal("paid")).When("it is this payment", func(t *countTurn) bool {
		var p paid
		return t.Payload(&p) == nil && p.Payment == "pay1"
	}).Do(show(text("thanks"))).To("thanks")
	b.In("thanks").On(flow.Signal("paid")).Do(show(text("for the other too"))).End()
	r.startBot(bot.Options{}, b.MustBuild())
	defer func() { require.NoError(t, r.bot.Shutdown(context.Background())) }()
	src := said("ann", "", "").Source
	require.NoError(t, r.bot.Receive(t.Context(), []transport.Event{said("ann", "e1", "buy")}))
	<-began
	for _, p := range []string{"pay2", "pay1", "pay1", "pay2"} { // they wait in the store
		require.NoError(t, r.bot.Signal(t.Context(), src, "paid", paid{p, 1}, p))
	}
	close(hold)
	var got []string
	gets := func(want ...string) {
		t.Helper()
		require.Eventually(t, func() bool { got = append(got, untagged(r.channel.texts())...); return len(got) >= len(want) },
			20*time.Second, 5*time.Millisecond)
		require.Equal(t, want, got)
	}
	gets("thanks")
	letter := r.letter()
	require.Equal(t, "signal paid: nobody took it", letter.Why)
	require.Equal(t, "signal:paid:pay2", letter.Event.ID)
	require.NoError(t, r.bot.Replay(t.Context(), letter.ID))
	gets("thanks", "for the other too")
}
