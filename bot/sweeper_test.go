package bot_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
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

func (h half) Due(ctx context.Context, accounts []string, limit int) ([]string, time.Duration, error) {
	ids, _, err := h.Store.Due(ctx, accounts, limit)
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
