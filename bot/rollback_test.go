package bot_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
)

// forgetful is a store that loses turns: a session is at a revision that is so much lower.
type forgetful struct {
	session.Store
	lost atomic.Uint32
}

func (f *forgetful) Begin(ctx context.Context, r *session.BeginRequest) (session.BeginResult, error) {
	res, err := f.Store.Begin(ctx, r)
	if res.Status == session.Run {
		res.Rev -= f.lost.Load()
	}
	return res, err
}

// A store that lost turns which it had acknowledged is noticed, once for each time.
func TestTurnsThatTheStoreLostAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &forgetful{Store: memstore.New()}
		bubbleOver(t, store, bot.Options{}, func(context.Context, *countTurn) error { return nil }, func(r *rig) {
			for _, user := range []string{"ann", "bob", "cid"} {
				r.say(user, "start")
				for range 5 {
					r.say(user, "a")
				}
			}
			require.Zero(r, r.bot.Stats().Rollbacks)
			_, err := r.bot.Forget(context.Background(), said("cid", "", "").Source)
			require.NoError(r, err)
			r.pass(time.Second)
			r.say("cid", "start")
			require.Zero(r, r.bot.Stats().Rollbacks, "a session that was forgotten goes on at its revision")

			store.lost.Store(2) // as if a replica that lagged had taken over
			r.say("ann", "a")
			require.EqualValues(r, 1, r.bot.Stats().Rollbacks)
			r.pass(time.Minute) // the turn is fenced, as the fake store took no turn back, and comes again
			require.EqualValues(r, 1, r.bot.Stats().Rollbacks, "counted once")
			var said []string
			for _, line := range r.log.all() {
				if strings.Contains(line, "the store lost turns") {
					said = append(said, line)
				}
			}
			require.Len(r, said, 1)
			require.Contains(r, said[0], "WARN bot: the store lost turns that it had acknowledged")
			require.Contains(r, said[0], "revision=4 was=6")

			r.pass(13 * time.Hour)
			r.say("bob", "a")
			require.EqualValues(r, 1, r.bot.Stats().Rollbacks, "what was seen long ago does not count: sessions expire")
		})
	})
}

// To remember revisions costs next to nothing.
func BenchmarkRevisions(b *testing.B) {
	ids := make([]string, 1000)
	for i := range ids {
		ids[i] = session.Key{Channel: "a", ChatID: strings.Repeat("x", i+1)}.ID()
	}
	note := bot.NoteRevisions()
	for i := 0; b.Loop(); i++ {
		note(ids[i%len(ids)], uint32(i/len(ids)))
	}
}
