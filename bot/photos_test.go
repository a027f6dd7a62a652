package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
	"github.com/kaiwa-go/kaiwa/transport"
)

// album is a flow that says which photos came, and who sent them. While away is true, it fails.
func album(away *atomic.Bool) *flow.Flow {
	look := func(_ context.Context, t *countTurn) error {
		if away.Load() {
			return errors.New("no disk")
		}
		t.Data.N++
		e := t.Event()
		t.Send(text(fmt.Sprintf("%d: %s of %s", t.Data.N, strings.Join(e.Images, " "), e.Source.UserID)))
		return nil
	}
	b := flow.New[count]("album")
	b.Start(flow.Text("album")).To("open")
	b.In("open").Enter(show(text("photos?"))).
		On(flow.Image()).Do(look).Stay().
		On(flow.Text("next")).To("second").
		On(flow.Text("bye")).End()
	b.In("second").Enter(show(text("name?"))).On(flow.Text("bye")).End()
	b.Start(flow.Text("hello")).Do(show(text("hello"))).End()
	return b.MustBuild()
}

// photo is one photo of several that were sent together.
func photo(group, user, set string, index, total int) transport.Event {
	id := fmt.Sprintf("%s%d", set, index)
	e := said(user, "photo-"+id, "")
	e.Kind, e.MessageID, e.Images = transport.KindImage, id, []string{id}
	e.Set = &transport.ImageSet{ID: set, Index: index, Total: total}
	return inChat(group, e)
}

func inAlbum(t *testing.T, o bot.Options, f func(r *rig)) {
	t.Helper()
	withFlows(t, []*flow.Flow{album(new(atomic.Bool))}, o, func(r *rig) {
		r.say("ann", "album")
		require.Equal(r, []string{"photos?"}, untagged(r.channel.texts()))
		f(r)
	})
}

// Photos that were sent together are one answer, in the order in which they were sent: dialogs.md, row 19.
func TestPhotosAreOneAnswer(t *testing.T) {
	for _, order := range [][]int{{1, 2, 3}, {1, 3, 2}, {2, 1, 3}, {2, 3, 1}, {3, 1, 2}, {3, 2, 1}} {
		t.Run(strings.Trim(fmt.Sprint(order), "[]"), func(t *testing.T) {
			inAlbum(t, bot.Options{}, func(r *rig) {
				for i, index := range order {
					require.Empty(r, r.channel.texts(), "%d came", i)
					r.receive(photo("", "ann", "a", index, 3))
					r.receive(photo("", "ann", "a", index, 3)) // LINE delivers it twice
				}
				require.Equal(r, []string{"1: a1 a2 a3 of ann"}, untagged(r.channel.texts()))
				r.pass(time.Minute)
				require.Empty(r, r.channel.texts(), "nothing of it is left")
				require.Empty(r, r.kept("", "ann").Reminders)
			})
		})
	}
}

// A photo that does not come within 10 s of the one before is not waited for.
func TestPhotoThatDoesNotCome(t *testing.T) {
	inAlbum(t, bot.Options{}, func(r *rig) {
		r.receive(photo("", "ann", "a", 3, 3))
		r.pass(9 * time.Second)
		r.receive(photo("", "ann", "a", 1, 3))
		r.pass(9 * time.Second)
		require.Empty(r, r.channel.texts())
		require.Empty(r, r.kept("", "ann").Reminders, "the wait is no reminder")
		r.pass(time.Second)
		got := r.channel.take()
		require.Len(r, got, 1)
		require.Equal(r, []string{"1: a1 a3 of ann"}, untagged(got[0].Messages))
		require.Empty(r, got[0].Token, "it is pushed")
		r.receive(photo("", "ann", "a", 2, 3)) // late
		r.pass(10 * time.Second)
		require.Equal(r, []string{"2: a2 of ann"}, untagged(r.channel.texts()))
	})
}

// Where the platform does not say how many there are, each photo is an answer.
func TestPhotosOfUnknownNumber(t *testing.T) {
	inAlbum(t, bot.Options{}, func(r *rig) {
		r.receive(photo("", "ann", "a", 0, 0))
		single := photo("", "ann", "b", 1, 1)
		r.receive(single)
		single = photo("", "ann", "c", 1, 1)
		single.Set = nil
		r.receive(raw(single))
		r.receive(photo("", "ann", "", 1, 3))
		require.Equal(r, []string{"1: a0 of ann", "2: b1 of ann", "3: c1 of ann", "4: 1 of ann"}, untagged(r.channel.texts()))
	})
}

// Sets do not mix, and what is said meanwhile is answered at once.
func TestPhotosBesideOtherThings(t *testing.T) {
	inAlbum(t, bot.Options{}, func(r *rig) {
		r.receive(photo("", "ann", "a", 1, 2), photo("", "ann", "b", 2, 2))
		r.say("ann", "hello")
		require.Equal(r, []string{"hello", "photos?"}, untagged(r.channel.texts()))
		r.receive(photo("", "ann", "b", 1, 2))
		require.Equal(r, []string{"1: b1 b2 of ann"}, untagged(r.channel.texts()))
		r.say("ann", "next")
		r.receive(photo("", "ann", "a", 2, 2))
		require.Equal(r, []string{"name?", "name?"}, untagged(r.channel.texts()), "one wrong answer")
		r.receive(photo("", "ann", "c", 1, 2))
		r.say("ann", "bye")
		r.pass(time.Minute)
		require.Empty(r, r.channel.texts(), "nobody waits for photos any more")
	})
}

// With no flow active they are one message that nothing answers.
func TestPhotosThatNobodyWaitsFor(t *testing.T) {
	withFlows(t, []*flow.Flow{album(new(atomic.Bool))}, bot.Options{Otherwise: bot.Always(text("otherwise"))}, func(r *rig) {
		for i := range 3 {
			r.receive(photo("", "ann", "a", i+1, 3))
			r.receive(photo("group", "ann", "g", i+1, 3))
		}
		require.Equal(r, []string{"otherwise"}, untagged(r.channel.texts()))
		r.receive(photo("", "ann", "b", 1, 3))
		r.pass(10 * time.Second)
		require.Equal(r, []string{"otherwise"}, untagged(r.channel.texts()))
	})
}

// In a group whose members share a conversation, each set is the answer of who sent it, whoever speaks last.
func TestPhotosOfTwoMembers(t *testing.T) {
	withFlows(t, []*flow.Flow{album(new(atomic.Bool))}, bot.Options{Scope: session.PerChat}, func(r *rig) {
		r.sayIn("group", "ann", "album")
		r.channel.take()
		r.receive(photo("group", "ann", "a", 1, 2))
		r.receive(photo("group", "bob", "b", 1, 3), photo("group", "bob", "b", 3, 3))
		r.receive(photo("group", "ann", "a", 2, 2))
		require.Equal(r, []string{"1: a1 a2 of ann"}, untagged(r.channel.texts()))
		r.sayIn("group", "cal", "what a nice photo")
		r.pass(10 * time.Second)
		require.Equal(r, []string{"2: b1 b3 of bob"}, untagged(r.channel.texts()))
	})
}

// A set that is not complete fails like a reminder: it holds up nothing, is a dead letter in the end, and can
// be replayed.
func TestFailingPhotos(t *testing.T) {
	var away atomic.Bool
	withFlows(t, []*flow.Flow{album(&away)}, bot.Options{}, func(r *rig) {
		r.say("ann", "album")
		away.Store(true)
		r.receive(photo("", "ann", "a", 2, 3), photo("", "ann", "a", 1, 3))
		r.pass(11 * time.Second)
		r.receive(photo("", "ann", "b", 1, 3))
		r.say("ann", "hello")
		require.Equal(r, []string{"photos?", "hello", "photos?"}, untagged(r.channel.texts()))
		r.pass(5 * time.Second)
		away.Store(false)
		r.receive(photo("", "ann", "b", 2, 3), photo("", "ann", "b", 3, 3))
		require.Equal(r, []string{"1: b1 b2 b3 of ann"}, untagged(r.channel.texts()))
		away.Store(true)
		r.pass(time.Minute)
		letter := r.letter()
		require.Equal(r, "timer a of ·photos: action failed in album/open: action", letter.Why)
		require.Equal(r, flow.State("open"), r.kept("", "ann").State, "the conversation goes on")
		away.Store(false)
		r.replay()
		require.Equal(r, []string{"2: a1 a2 of ann"}, untagged(r.channel.texts()))
		r.pass(time.Minute)
		require.Empty(r, r.channel.texts())
	})
}

// The photos that came outlast the process.
func TestPhotosOutlastTheProcess(t *testing.T) {
	flows := func() *flow.Flow { return album(new(atomic.Bool)) }
	t.Run("in memory", func(t *testing.T) {
		inAlbum(t, bot.Options{}, func(r *rig) {
			r.receive(photo("", "ann", "a", 1, 3), photo("", "ann", "b", 1, 2))
			r.startBot(bot.Options{}, flows())
			r.receive(photo("", "ann", "a", 3, 3))
			r.startBot(bot.Options{}, flows())
			r.receive(photo("", "ann", "a", 2, 3))
			require.Equal(r, []string{"1: a1 a2 a3 of ann"}, untagged(r.channel.texts()))
			require.NoError(r, r.bot.Shutdown(context.Background()))
			r.pass(time.Hour)
			r.bot = nil
			r.startBot(bot.Options{}, flows())
			r.pass(time.Second)
			require.Equal(r, []string{"2: b1 of ann"}, untagged(r.channel.texts()))
		})
	})
	t.Run("in Redis", func(t *testing.T) {
		client := redistest.Start(t)
		store, err := redisstore.New(t.Context(), client, &redisstore.Options{
			Namespace: redistest.Namespace(t, client), Logger: slog.New(slog.DiscardHandler),
		})
		require.NoError(t, err)
		r := &rig{T: t, channel: &fakeChannel{}, store: store, log: &logged{}}
		events := []transport.Event{said("ann", "album", "album")}
		for i := range 3 {
			events = append(events, photo("", "ann", "a", i+1, 3))
		}
		for i, e := range events {
			r.startBot(bot.Options{}, flows())
			require.NoError(t, r.bot.Receive(t.Context(), []transport.Event{e}))
			require.NoError(t, r.bot.Shutdown(t.Context()), i) // when the turn is over
			r.bot = nil
		}
		require.Equal(t, []string{"photos?", "1: a1 a2 a3 of ann"}, untagged(r.channel.texts()))
	})
}
