package bot_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/transport"
)

// An event that could not be run is refused, and so is the whole set that it came in.
func TestBadEvents(t *testing.T) {
	good := func(change func(e *transport.Event)) transport.Event {
		e := said("ann", "bad", "secret words")
		change(&e)
		return raw(e)
	}
	for _, test := range []struct {
		name  string
		event transport.Event
		want  string
	}{
		{"nothing", transport.Event{}, "no ID"},
		{"no ID", good(func(e *transport.Event) { e.ID = "" }), "no ID"},
		{"long ID", good(func(e *transport.Event) { e.ID = strings.Repeat("x", 129) }), "an ID of more than 128 bytes"},
		{"no Raw", transport.Event{ID: "bad", Kind: transport.KindText, Time: time.Now()}, "no Raw"},
		{"large Raw", good(func(e *transport.Event) { e.Text = strings.Repeat("x", 256<<10) }), "a Raw of more than 262144 bytes"},
		{"no source", good(func(e *transport.Event) { e.Source = transport.Source{} }), "its Source names no chat"},
		{"no kind of chat", good(func(e *transport.Event) { e.Source.Chat = transport.ChatNone }), "its Source names no chat"},
		{"no kind at all", good(func(e *transport.Event) { *e = transport.Event{ID: "bad"} }), "its Source names no chat"},
	} {
		t.Run(test.name, func(t *testing.T) {
			requireBad(t, test.event, test.want)
		})
	}
	for _, test := range []struct {
		name   string
		change func(e *transport.Event)
		want   string
	}{
		{"Raw is no event", func(e *transport.Event) { e.Raw = []byte("secret words") }, "the channel cannot decode its Raw"},
		{"another ID", func(e *transport.Event) { e.ID = "other" }, "its Raw has another ID"},
		{"another kind", func(e *transport.Event) { e.Kind = transport.KindPostback }, "its Raw is of kind text, not postback"},
		{"another source", func(e *transport.Event) { e.Source.ChatID = "bob" }, "its Raw has another Source"},
		{"another channel", func(e *transport.Event) { e.Source.Channel = "shop" }, "its Source names an account that the bot does not serve"},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := said("ann", "bad", "secret words")
			test.change(&e)
			requireBad(t, e, test.want)
		})
	}
}

func requireBad(t *testing.T, e transport.Event, want string) {
	t.Helper()
	inBubble(t, bot.Options{}, func(r *rig) {
		err := r.bot.Receive(context.Background(), []transport.Event{said("bob", "1", "start"), e})
		require.ErrorIs(r, err, bot.ErrBadEvent)
		require.EqualError(r, err, "bot: event cannot be run: event 2 of 2: "+want)
		r.pass(time.Minute)
		require.Equal(r, bot.Stats{}, ofProcess(r.bot))
		require.Empty(r, r.channel.texts(), "nothing of the set was taken")
	})
}

// An event about the account belongs to no chat, which is no mistake.
func TestEventsOfNoChat(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		r.receive(raw(transport.Event{ID: "1", Kind: transport.KindBotSuspended, Time: time.Now()}), said("ann", "2", "start"))
		require.Equal(r, []string{"counting"}, untagged(r.channel.texts()))
		unknown := transport.Event{ID: "3", Time: time.Now()}
		require.NoError(r, r.channel.accept(context.Background(), []transport.Event{raw(unknown)}), "of a webhook it is left out")
	})
}
