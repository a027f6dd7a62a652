package bot_test

import (
	"context"
	"fmt"
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
)

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
			fb := flow.New[blob]("blob")
			fb.Start(flow.Text("start")).To("only")
			fb.In("only").On(flow.Text("stop")).End().On(flow.Text("too much")).Do(test.act).Stay().
				On(flow.Text()).Do(func(_ context.Context, t *flow.Turn[blob]) error { t.Send(text("fine")); return nil }).Stay()
			withFlow(t, fb, bot.Options{Failed: bot.Always(text("sorry"))}, func(r *rig) {
				r.say("ann", "start")
				r.say("ann", "too much")
				require.Equal(r, []string{"sorry"}, untagged(r.channel.texts()))
				r.say("ann", "a")
				require.Equal(r, []string{"fine"}, untagged(r.channel.texts()))
				letters, err := deadLetters(r.bot.DeadLetters(context.Background()))
				require.NoError(r, err)
				require.Len(r, letters, 1)
				require.Equal(r, test.why, letters[0].Why)
			})
		})
	}
	t.Run("timers", func(t *testing.T) {
		fb := flow.New[count]("many")
		fb.Start(flow.Text("start")).To("only")
		nothing := func(context.Context, *countTurn) error { return nil }
		s := fb.In("only").On(flow.Text("stop")).End().On(flow.Text("remind"))
		for i := range 10 {
			s.RemindKey(fmt.Sprint("r", i), (*countTurn).ID, later(i), nothing)
		}
		s.Stay()
		withFlow(t, fb, bot.Options{Failed: bot.Always(text("sorry"))}, func(r *rig) {
			r.say("ann", "start")
			for range 10 {
				r.say("ann", "remind")
				r.pass(time.Second)
			}
			require.Empty(r, r.channel.texts())
			r.say("ann", "remind")
			require.Equal(r, []string{"sorry"}, untagged(r.channel.texts()))
		})
	})
}

type blob struct{ S string }

// onText is a flow of one state whose action on any text is act.
func onText(t *testing.T, act flow.Action[count]) *flow.Flow {
	t.Helper()
	b := flow.New[count]("one")
	b.Start(flow.Text("start")).To("only")
	b.In("only").On(flow.Text("stop")).End().On(flow.Text()).Do(act).Stay()
	f, err := b.Build()
	require.NoError(t, err)
	return f
}

// withFlow runs f with a bot of the flow, on a memory store and virtual time.
func withFlow[T any](t *testing.T, fb *flow.Builder[T], o bot.Options, f func(r *rig)) {
	t.Helper()
	fl, err := fb.Build()
	require.NoError(t, err)
	withFlows(t, []*flow.Flow{fl}, o, f)
}

func withFlows(t *testing.T, flows []*flow.Flow, o bot.Options, f func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &rig{T: t, channel: &fakeChannel{}, store: memstore.New(), log: &logged{}}
		o.Logger = slog.New(r.log)
		b, err := bot.New(r.channel, r.store, flows, &o)
		require.NoError(t, err)
		r.bot = b
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
