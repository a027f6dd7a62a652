package bot_test

import (
	"context"
	"testing"
	"testing/synctest"

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
			`bot: the source names no chat of the bot: it is of the channel "support", the bot of "shop"`},
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
		require.Equal(r, bot.Stats{Rejected: transport.Rejected{WrongSignature: 3}}, r.bot.Stats())
	})
}
