package bot_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/transport"
)

// Forget and Session of a source that names nothing say so; where the name of the channel alone is
// missing, it is the bot's.
func TestSourcesByHand(t *testing.T) {
	ann := transport.Source{Channel: "shop", Chat: transport.ChatUser, ChatID: "ann", UserID: "ann"}
	change := func(f func(s *transport.Source)) transport.Source { s := ann; f(&s); return s }
	for _, test := range []struct {
		name  string
		src   transport.Source
		found bool
		want  string
	}{
		{"whole", ann, true, ""},
		{"no channel", change(func(s *transport.Source) { s.Channel = "" }), true, ""},
		{"somebody else", change(func(s *transport.Source) { s.ChatID = "bob" }), false, ""},
		{"no chat", change(func(s *transport.Source) { s.Chat = transport.ChatNone }), false,
			"bot: the source names no chat of the bot: it has no kind of chat"},
		{"no id", change(func(s *transport.Source) { s.ChatID = "" }), false,
			"bot: the source names no chat of the bot: it has no id of a chat"},
		{"nothing", transport.Source{}, false, "bot: the source names no chat of the bot: it has no kind of chat"},
		{"another channel", change(func(s *transport.Source) { s.Channel = "support" }), false,
			`bot: the source names no chat of the bot: it is of the account "support", which the bot does not serve`},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := context.Background()
				r := &rig{T: t, channel: &fakeChannel{name: "shop"}, store: memstore.New(), log: &logged{}}
				r.start(r.channel, counter(t, nil))
				defer func() { require.NoError(t, r.bot.Shutdown(ctx)) }()
				e := said("ann", "1", "start")
				e.Source = ann
				r.receive(raw(e))

				s, err := r.bot.Session(ctx, test.src)
				require.Equal(t, test.found, s.Flow == "counter")
				if test.want != "" {
					require.ErrorIs(t, err, bot.ErrNoChat)
					require.EqualError(t, err, test.want)
				}
				found, err := r.bot.Forget(ctx, test.src)
				require.Equal(t, test.found, found)
				if test.want != "" {
					require.ErrorIs(t, err, bot.ErrNoChat)
					require.EqualError(t, err, test.want)
				} else {
					require.NoError(t, err)
				}
				s, err = r.bot.Session(ctx, ann)
				require.NoError(t, err)
				require.Equal(t, test.found, s.Flow == "", "it is gone just when that was said")
				again, _ := r.bot.Forget(ctx, test.src)
				require.False(t, again)
			})
		})
	}
}

// What the channel refused is among the bot's numbers.
func TestStatsTellRejected(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		r.channel.rejected.WrongSignature = 3
		require.Equal(r, bot.Stats{Rejected: transport.Rejected{WrongSignature: 3}}, ofProcess(r.bot))
	})
}

// An outage of the platform shows by what waits: how much, and for how long.
func TestStatsTellWhatWaits(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		r.channel.fail = func(int, *transport.Delivery) error {
			return &transport.SendError{Disposition: transport.Retry, Err: errors.New("test: 500")}
		}
		for i := range 30 {
			r.say(fmt.Sprint("user-", i), "start")
		}
		r.pass(8 * time.Second)
		s := r.bot.Stats()
		require.EqualValues(r, 30, s.WaitingOutputs)
		require.InDelta(r, 8, s.OldestOutput.Seconds(), 0.1)
		requireProbe(r.T, r.bot, 200, "ready; outputs of 30 sessions wait, the oldest for 8s\n")
		r.channel.mu.Lock()
		r.channel.fail = nil
		r.channel.mu.Unlock()
		r.pass(10 * time.Second)
		require.Zero(r, r.bot.Stats().WaitingOutputs)
		require.Zero(r, r.bot.Stats().OldestOutput)

		r.say("user-1", "fail")
		r.pass(3 * time.Second)
		require.EqualValues(r, 1, r.bot.Stats().WaitingEvents)
		require.InDelta(r, 3, r.bot.Stats().OldestEvent.Seconds(), 0.1)
		requireProbe(r.T, r.bot, 200, "ready; failed events of 1 sessions wait, the oldest for 3s\n")
		r.pass(time.Minute)
		require.Zero(r, r.bot.Stats().WaitingEvents, "it is a dead letter")
		requireProbe(r.T, r.bot, 200, "ready; dead letters: 1\n")
	})
}
