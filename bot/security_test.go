package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/transport"
)

// A signed webhook that is posted again runs once, and is refused when nobody remembers it any
// more.
func TestReplayedWebhook(t *testing.T) {
	inBubble(t, bot.Options{Keep: 30 * 24 * time.Hour}, func(r *rig) {
		r.say("ann", "start")
		e := said("ann", "old", "next")
		r.receive(e)
		r.say("ann", "back")
		r.channel.take()
		for _, age := range []time.Duration{time.Second, 59 * time.Minute, 22 * time.Hour, 2 * time.Hour, 240 * time.Hour} {
			r.pass(age)
			r.say("bob", "start") // sessions of others come and go
			r.channel.take()
			other := e
			other.Text = "stop" // the first content stands
			r.receive(raw(other))
			r.receive(e)
			require.Empty(r, r.channel.texts(), age)
		}
		require.EqualValues(r, 4, r.bot.Stats().Stale)
		log := strings.Join(r.log.all(), "\n")
		require.Contains(r, log, "why=too old")
		require.NotContains(r, log, "next")
	})
}

func inGroup(user, id, words string) transport.Event {
	e := said(user, id, words)
	e.Source = transport.Source{Chat: transport.ChatGroup, ChatID: "group", UserID: user}
	return raw(e)
}

// What one member of a group does, and what nobody is named for, reaches neither the conversation
// of another member nor that of a user alone.
func TestMembersAreKeptApart(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		r.say("ann", "start")
		r.receive(inGroup("ann", "1", "start"))
		r.channel.take()
		r.receive(inGroup("bob", "2", "a"), inGroup("", "3", "a"))
		require.Empty(r, r.channel.texts(), "neither has a conversation")
		r.receive(inGroup("", "4", "start"), inGroup("", "5", "a"))
		require.Equal(r, []string{"counting", "1 a"}, untagged(r.channel.texts()), "without a user it is the group's own")
		r.receive(inGroup("ann", "6", "b"))
		require.Equal(r, []string{"1 b"}, untagged(r.channel.texts()))
		r.receive(inGroup("", "7", "next"))
		r.receive(inGroup("bob", "8", "start"))
		require.Equal(r, []string{"second", "counting"}, untagged(r.channel.texts()))
		r.say("ann", "c")
		require.Equal(r, []string{"1 c"}, untagged(r.channel.texts()), "her private one has seen nothing of it")
	})
}

// What is behind a button does nothing when it is typed, with or without a tag, and a button of
// one conversation is stale in another.
func TestTypedTextIsNoTap(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		for _, user := range []string{"ann", "bob"} {
			r.say(user, "start")
			r.say(user, "next")
		}
		shown := r.channel.texts()
		_, anns := transport.Unmark(shown[1])
		_, bobs := transport.Unmark(shown[3])
		require.NotEqual(r, anns, bobs)
		r.say("ann", "go")
		r.say("ann", transport.Mark("go", anns))
		require.Equal(r, []string{"second", "second"}, untagged(r.channel.texts()), "wrong answers")
		r.receive(tapped("ann", "bobs", "go", bobs))
		require.Equal(r, []string{"second"}, untagged(r.channel.texts()), "the question is asked again")
		r.receive(tapped("ann", "own", "go", anns))
		r.say("ann", "back")
		require.Empty(r, r.channel.texts(), "the conversation is over")
	})
}
