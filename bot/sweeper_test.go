package bot_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/session"
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
