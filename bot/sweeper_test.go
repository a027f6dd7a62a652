package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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

// A store whose Due tells to wait for an hour, and which then wakes the sweep, is heard at once.
func TestSweepListensToWake(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		r.pass(30 * time.Minute) // the store has told to wait for an hour, as nothing is due
		// Nobody runs the turn of this event but the sweep.
		e := said("ann", "e", "start")
		key, _ := session.KeyOf(e.Source, session.PerMember)
		_, err := r.store.Begin(context.Background(), &session.BeginRequest{
			ID: key.ID(), Hold: true, Event: session.Event{ID: "e", Time: e.Time, Body: e.Raw},
		})
		require.NoError(r, err)
		r.pass(time.Second)
		require.Equal(r, []string{"counting"}, untagged(r.channel.texts()))
	})
}

// half is a store of which a part is away: Due lists the rest, with an error.
type half struct{ session.Store }

func (h half) Due(ctx context.Context, accounts []string, limit int, claim time.Duration) ([]string, time.Duration, error) {
	ids, _, err := h.Store.Due(ctx, accounts, limit, claim)
	return ids, time.Hour, errors.Join(err, session.ErrUnavailable)
}

// What a part of the store has due is begun though another part is away.
func TestSweepBeginsWhatAPartOfTheStoreTells(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bubbleOver(t, half{memstore.New()}, bot.Options{}, func(_ context.Context, turn *countTurn) error {
			turn.Send(text("done"))
			return nil
		}, func(r *rig) {
			r.say("ann", "start")
			e := said("ann", "e", "a")
			key, _ := session.KeyOf(e.Source, session.PerMember)
			_, err := r.store.Begin(context.Background(), &session.BeginRequest{
				ID: key.ID(), Hold: true, Event: session.Event{ID: "e", Time: e.Time, Body: e.Raw},
			})
			require.NoError(r, err)
			r.pass(5 * time.Second)
			require.Equal(r, []string{"done"}, untagged(r.channel.texts()))
		})
	})
}

// lookStore counts how often a sweep looked after a session.
type lookStore struct {
	*memstore.Store
	looks atomic.Int64
}

func (s *lookStore) Begin(ctx context.Context, r *session.BeginRequest) (session.BeginResult, error) {
	if r.Event.ID == "" {
		s.looks.Add(1)
	}
	return s.Store.Begin(ctx, r)
}

// Two processes share a store in which many timers are due at once: no session is begun by both.
func TestTwoSweepsBeginEachSessionOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &lookStore{Store: memstore.New()}
		r := &rig{T: t, channel: &fakeChannel{}, store: store, log: &logged{}}
		f := counter(t, func(context.Context) {})
		var bots []*bot.Bot
		for range 2 {
			b, err := bot.New(r.channel, store, []*flow.Flow{f}, &bot.Options{Logger: slog.New(r.log)})
			require.NoError(t, err)
			bots = append(bots, b)
		}
		r.bot = bots[0]
		const users = 40
		for i := range users {
			r.say(fmt.Sprint("user-", i), "start")
		}
		r.channel.take()
		before := store.looks.Load()
		r.pass(time.Hour + time.Second)
		require.Len(t, r.channel.take(), users)
		require.EqualValues(t, users, store.looks.Load()-before)
		for _, b := range bots {
			require.NoError(t, b.Shutdown(context.Background()))
		}
	})
}
