package bot_test

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// What the bot says by itself is a function of the turn: the user's language, what happened, and where.
func TestNotices(t *testing.T) {
	zone := time.FixedZone("JST", 9*60*60)
	says := func(option string) func(context.Context, *bot.Notice) transport.Message {
		return func(_ context.Context, n *bot.Notice) transport.Message {
			if n.Event.Text == "nothing" {
				return nil
			}
			return text(strings.Join([]string{
				option, n.Language, n.Event.Kind.String(), n.Event.Text, n.Flow, string(n.State), n.Now.Format("15:04"),
			}, " "))
		}
	}
	o := bot.Options{
		Zone: zone, MaxAttempts: 1,
		Otherwise: says("otherwise"), Expired: says("expired"), Foreign: says("foreign"), Failed: says("failed"),
		Language: func(_ context.Context, src transport.Source) string {
			return map[string]string{"ann": "en", "bob": "ja"}[src.UserID]
		},
	}
	inBubble(t, o, func(r *rig) { // at midnight, by UTC
		r.say("ann", "hm")
		r.say("bob", "hm")
		r.say("ann", "nothing")
		require.Equal(r, []string{"otherwise en text hm   09:00", "otherwise ja text hm   09:00"}, untagged(r.channel.texts()))
		r.say("ann", "start")
		r.channel.take()
		r.say("ann", "fail")
		require.Equal(r, []string{"failed en text fail counter counting 09:00"}, untagged(r.channel.texts()))
	})
	withFlows(t, []*flow.Flow{visit()}, o, func(r *rig) {
		_, anns := r.book("group", "ann")
		require.Equal(r, []string{"foreign ja postback    09:00"}, r.tapIn("group", "bob", "yes", anns))
		r.tapIn("group", "ann", "yes", anns)
		require.Equal(r, []string{"expired en postback    09:00"}, r.tapIn("group", "ann", "yes", anns))
	})
}

// Options.Lost is one of them: it is told in the language of each user, and where.
func TestLostInTheUsersLanguage(t *testing.T) {
	deployed(t, func(r *rig) {
		r.chat("", []string{"inn", "inn: room?"}, []string{"next", "inn leaves", "inn: day?"})
		r.say("bob", "inn")
		r.channel.take()
		r.startBot(bot.Options{
			Language: func(_ context.Context, src transport.Source) string {
				return map[string]string{"ann": "en", "bob": "ja"}[src.UserID]
			},
			Lost: func(_ context.Context, n *bot.Notice) transport.Message {
				return text(strings.Join([]string{"lost", n.Language, n.Event.Text, n.Flow, string(n.State)}, " "))
			},
		}, other("inn"), stay("spa").MustBuild())
		r.say("ann", "hm")
		r.say("bob", "spa")
		require.Equal(r, []string{"lost en hm  ", "spa: room?"}, untagged(r.channel.texts()))
		r.chat("", []string{"inn", "number: inn"})
		r.say("bob", "next")
		r.say("bob", "done")
		require.Equal(r, []string{"spa leaves", "spa: day?", "spa done"}, untagged(r.channel.texts()))
		r.say("bob", "hm")
		require.Equal(r, []string{"lost ja hm  "}, untagged(r.channel.texts()))
	})
}

// A notice that goes wrong is seen by an operator, and harms nothing.
func TestNoticesThatFail(t *testing.T) {
	for name, bad := range map[string]func(context.Context, *bot.Notice) transport.Message{
		"invalid": bot.Always(text("invalid")),
		"panics":  func(context.Context, *bot.Notice) transport.Message { panic("secret words") },
		"exits":   func(context.Context, *bot.Notice) transport.Message { runtime.Goexit(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, bot.Options{Otherwise: bad, Failed: bad, MaxAttempts: 2}, func(r *rig) {
				r.say("ann", "hm")
				r.say("ann", "start")
				r.pass(time.Minute)
				require.Equal(r, []string{"counting"}, untagged(r.channel.texts()))
				require.EqualValues(r, 1, r.bot.Stats().Dead)
				all := strings.Join(r.log.all(), "\n")
				require.Equal(r, 1, strings.Count(all, "bot: Options.Failed not sent"))
				require.NotContains(r, all, "secret words")
				if name == "invalid" {
					require.Contains(r, all, "bot: Options.Otherwise: a bot_test.text: test: invalid message")
				}
			})
		})
	}
}
