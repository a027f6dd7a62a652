package bot_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/transport"
)

// refuse has the channel refuse all that is sent until accept is called.
func (r *rig) refuse() (accept func()) {
	set := func(fail func(int, *transport.Delivery) error) {
		r.channel.mu.Lock()
		defer r.channel.mu.Unlock()
		r.channel.fail = fail
	}
	set(func(int, *transport.Delivery) error {
		return &transport.SendError{Disposition: transport.Drop, Err: errors.New("test: refused")}
	})
	return func() { set(nil) }
}

// An output that became a dead letter is sent again by Replay, as often as it takes: as a push, behind what
// the chat got meanwhile. The conversation goes on as it was.
func TestReplayedOutput(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		r.say("ann", "start")
		accept := r.refuse()
		r.say("ann", "a")
		refused := r.channel.take()[1]
		accept()
		r.say("ann", "b")
		require.Equal(r, []string{"2 b"}, untagged(r.channel.texts()))

		r.refuse()
		require.NoError(r, r.bot.Replay(r.Context(), r.letter().ID))
		synctest.Wait()
		require.Equal(r, []string{"1 a"}, untagged(r.channel.texts()))
		require.NotZero(r, r.letter().Output.Seq, "it could not be sent again")
		accept()
		r.pass(22 * time.Hour)
		require.Equal(r, []string{"idle at 2"}, untagged(r.channel.texts()))
		r.replay()
		again := r.channel.take()
		require.Len(r, again, 1)
		require.Equal(r, []string{"1 a"}, untagged(again[0].Messages))
		require.Empty(r, again[0].Token)
		require.Equal(r, refused.Key, again[0].Key, "the platform knows the key for a day")
		require.Equal(r, 22*time.Hour, again[0].Age.Round(time.Minute))
		r.say("ann", "start")
		r.say("ann", "c")
		require.Equal(r, []string{"counting", "1 c"}, untagged(r.channel.texts()))
		require.EqualValues(r, 2, r.bot.Stats().Dropped)
	})
}

// After 23 h the platform has forgotten the key of a push. The output gets a new one, and has 23 h again.
func TestReplayedOutputAfterADay(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		accept := r.refuse()
		r.say("ann", "start")
		refused := r.channel.take()[0]
		accept()
		r.pass(23 * time.Hour)
		r.channel.take() // the conversation has lapsed
		fails := errors.New("test: away")
		r.channel.mu.Lock()
		r.channel.fail = func(n int, _ *transport.Delivery) error {
			if n == 0 {
				return fails
			}
			return nil
		}
		r.channel.mu.Unlock()
		r.replay()
		r.pass(time.Minute)
		again := r.channel.take()
		require.Len(r, again, 2)
		require.NotEqual(r, refused.Key, again[0].Key)
		require.Equal(r, again[0].Key, again[1].Key)
		require.EqualValues(r, 1, r.bot.Stats().Dropped, "before the replay")
	})
}

// What may not be pushed to a group is not pushed there by Replay either, unless the option says so by then.
func TestReplayedOutputToAGroup(t *testing.T) {
	for _, test := range []struct {
		name   string
		option bool
	}{{"as the option was", false}, {"the option has changed", true}} {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, bot.Options{}, func(r *rig) {
				accept := r.refuse()
				e := said("ann", "e1", "start")
				e.Source.Chat, e.Source.ChatID = transport.ChatGroup, "club"
				r.receive(raw(e))
				accept()
				r.channel.take()
				r.startBot(bot.Options{PushToGroups: test.option}, counter(t, nil))
				defer func() { require.NoError(t, r.bot.Shutdown(context.Background())) }()
				pushOK := !test.option
				r.channel.mu.Lock()
				r.channel.fail = func(_ int, d *transport.Delivery) error {
					pushOK = d.PushOK
					return nil
				}
				r.channel.mu.Unlock()
				r.replay()
				require.Equal(t, []string{"counting"}, untagged(r.channel.texts()))
				require.Equal(t, test.option, pushOK)
			})
		})
	}
}

// The switch of a menu is replayed as a switch to the menu that the chat is to have by then.
func TestReplayedMenu(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rig{T: t, channel: &fakeChannel{}, store: memstore.New(), log: &logged{}}
		r.startBot(bot.Options{}, tour(map[flow.State]string{"one": "first", "two": "second"}))
		defer func() { require.NoError(t, r.bot.Shutdown(context.Background())) }()
		accept := r.refuse()
		r.say("ann", "tour")
		accept()
		r.say("ann", "two")
		require.Equal(t, []string{"one", "menu:first", "two", "menu:second"}, untagged(r.channel.texts()))
		letters, err := deadLetters(r.bot.DeadLetters(t.Context()))
		require.NoError(t, err)
		require.Len(t, letters, 2)
		require.NoError(t, r.bot.Replay(t.Context(), letters[1].ID))
		synctest.Wait()
		require.Equal(t, []string{"menu:second"}, untagged(r.channel.texts()))
	})
}

// An output that is dropped is out of the outbox at once, so another process may send what comes next. That
// is not taken from it, and the user sees it once.
func TestDroppedOutputTakesNothingFromOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &rig{T: t, channel: &fakeChannel{}, store: memstore.New(), log: &logged{}}
		a.startBot(bot.Options{}, counter(t, nil))
		defer func() { require.NoError(t, a.bot.Shutdown(context.Background())) }()
		b := &rig{T: t, channel: &fakeChannel{}, store: a.store, log: &logged{}, n: 10}
		b.startBot(bot.Options{}, counter(t, nil))
		defer func() { require.NoError(t, b.bot.Shutdown(context.Background())) }()
		a.refuse()
		a.say("ann", "start")
		a.channel.take()
		a.pass(50 * time.Millisecond) // an acknowledgement waits for 100 ms
		b.say("ann", "a")
		require.Equal(t, []string{"1 a"}, untagged(b.channel.texts()))
		b.pass(time.Minute)
		require.Empty(t, a.channel.texts())
		require.Empty(t, b.channel.texts())
	})
}

// What was committed behind an output while it was on its way to be refused is sent at once.
func TestNothingWaitsBehindADroppedOutput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &rig{T: t, channel: &fakeChannel{}, store: memstore.New(), log: &logged{}}
		a.startBot(bot.Options{}, counter(t, nil))
		defer func() { require.NoError(t, a.bot.Shutdown(context.Background())) }()
		b := &rig{T: t, channel: &fakeChannel{}, store: a.store, log: &logged{}, n: 10}
		b.startBot(bot.Options{}, counter(t, nil))
		defer func() { require.NoError(t, b.bot.Shutdown(context.Background())) }()
		a.channel.slow = func() { time.Sleep(300 * time.Millisecond) }
		a.channel.fail = func(n int, _ *transport.Delivery) error {
			if n > 0 {
				return nil
			}
			return &transport.SendError{Disposition: transport.Drop, Err: errors.New("test: refused")}
		}
		start := time.Now()
		a.say("ann", "start")
		a.pass(100 * time.Millisecond)
		b.say("ann", "a")
		b.pass(time.Minute)
		require.Empty(t, b.channel.texts())
		got := a.channel.take()
		require.Len(t, got, 2)
		require.Equal(t, []string{"1 a"}, untagged(got[1].Messages))
		require.Equal(t, 600*time.Millisecond, got[1].At.Sub(start), "300 ms for each call")
		require.False(t, got[1].Retried)
	})
}
