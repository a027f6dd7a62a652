package line

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/flex"
)

func TestCopiesShareNothing(t *testing.T) {
	no, given := Say("no"), make([]Action, 1, 8)
	given[0] = Say("yes")
	messages := map[string]transport.Message{}
	for name, message := range map[string]func() (before, after transport.Message, spoil func()){
		"text": func() (transport.Message, transport.Message, func()) {
			m := Text("x").Quick(given...)
			n := m.Quick(no)
			return m, n, func() { n.QuickReplies[0] = no }
		},
		"sticker": func() (transport.Message, transport.Message, func()) {
			m := Sticker("1", "2").Quick(given...)
			n := m.Quick(no)
			return m, n, func() { n.QuickReplies[0] = no }
		},
		"image": func() (transport.Message, transport.Message, func()) {
			m := Image(picture, "").Quick(given...)
			n := m.Quick(no)
			return m, n, func() { n.QuickReplies[0] = no }
		},
		"emojis": func() (transport.Message, transport.Message, func()) {
			m := Text("$ x").WithEmojis(Emoji("p", "e")).Quick(given...)
			n := m.WithQuote("q").WithSender("a", "")
			return m, n, func() { n.Emojis[0].Index, n.QuickReplies[0] = 9, no }
		},
		"text v2": func() (transport.Message, transport.Message, func()) {
			m := TextV2("{a}").With("a", MentionAll()).Quick(given...)
			n := m.WithQuote("q").WithSender("a", "")
			return m, n, func() { n.Substitutions["a"], n.QuickReplies[0] = nil, no }
		},
		"video": func() (transport.Message, transport.Message, func()) {
			m := Video(picture, picture).Quick(given...)
			n := m.WithTracking("t").WithSender("a", "")
			return m, n, func() { n.QuickReplies[0] = no }
		},
		"audio": func() (transport.Message, transport.Message, func()) {
			m := Audio(picture, 1e9).Quick(given...)
			n := m.WithSender("a", "")
			return m, n, func() { n.QuickReplies[0] = no }
		},
		"location": func() (transport.Message, transport.Message, func()) {
			m := Location("a", "b", 1, 2).Quick(given...)
			n := m.WithSender("a", "")
			return m, n, func() { n.QuickReplies[0] = no }
		},
		"coupon": func() (transport.Message, transport.Message, func()) {
			m := Coupon("a").Quick(given...)
			n := m.WithDeliveryTag("t").WithSender("a", "")
			return m, n, func() { n.QuickReplies[0] = no }
		},
		"sender of a sticker": func() (transport.Message, transport.Message, func()) {
			m := Sticker("1", "2").Quick(given...)
			n := m.WithQuote("q").WithSender("a", "")
			return m, n, func() { n.QuickReplies[0] = no }
		},
		"sender of an image": func() (transport.Message, transport.Message, func()) {
			m := Image(picture, "").Quick(given...)
			n := m.WithSender("a", "")
			return m, n, func() { n.QuickReplies[0] = no }
		},
		"sender of a layout": func() (transport.Message, transport.Message, func()) {
			m := Flex("x", flex.Bubble{}).Quick(given...)
			n := m.WithSender("a", "")
			return m, n, func() { n.QuickReplies[0] = no }
		},
		"imagemap": func() (transport.Message, transport.Message, func()) {
			m := Imagemap(picture, "a", 1).Tap(Area{}, no).Quick(given...)
			n := m.WithVideo(ImagemapVideo{URL: "a"}).WithSender("a", "")
			return m, n, func() { n.Taps[0].Action, n.QuickReplies[0] = nil, no }
		},
		"columns": func() (transport.Message, transport.Message, func()) {
			columns := []ImageCarouselColumn{ImageColumn(picture, given[0])}
			m := ImageCarousel("a", columns...)
			return m, m.WithSender("a", ""), func() { columns[0].Action = no }
		},
		"image carousel": func() (transport.Message, transport.Message, func()) {
			m := ImageCarousel("a", ImageColumn(picture, given[0])).Quick(given...)
			n := m.WithSender("a", "")
			return m, n, func() { n.Columns[0].Action, n.QuickReplies[0] = no, no }
		},
		"parts": func() (transport.Message, transport.Message, func()) {
			parts := []flex.Component{flex.Button{Action: given[0]}}
			m := Flex("x", flex.Bubble{Body: flex.VBox(parts...)})
			return m, m.WithSender("a", ""), func() { parts[0] = nil }
		},
		"flex": func() (transport.Message, transport.Message, func()) {
			m := FlexJSON("x", []byte(`{}`)).Quick(given...)
			n := m.Quick(no)
			return m, n, func() { n.QuickReplies[0] = no }
		},
		"buttons": func() (transport.Message, transport.Message, func()) {
			m := Buttons("x", given...).Quick(given...)
			n := m.WithTitle("t").WithImage(picture).WithDefault(no).WithAlt("a")
			return m, n, func() { n.Actions[0], n.QuickReplies[0] = no, no }
		},
		"confirm": func() (transport.Message, transport.Message, func()) {
			m := Confirm("x", given[0], no).Quick(given...)
			n := m.WithAlt("a")
			return m, n, func() { n.Actions[0], n.QuickReplies[0] = no, no }
		},
		"carousel": func() (transport.Message, transport.Message, func()) {
			m := Carousel(Column("x", given...)).Quick(given...)
			n := m.WithAlt("a")
			return m, n, func() { n.Columns[0].Text, n.Columns[0].Actions[0], n.QuickReplies[0] = "y", no, no }
		},
		"column": func() (transport.Message, transport.Message, func()) {
			col := Column("x", given...)
			other := col.WithTitle("t").WithImage(picture).WithDefault(no)
			return CarouselMessage{Columns: []CarouselColumn{col}}, CarouselMessage{Columns: []CarouselColumn{other}},
				func() { other.Actions[0] = no }
		},
	} {
		before, after, spoil := message()
		messages[name] = before
		want, err := before.AppendJSON(nil, "")
		require.NoError(t, err)
		other, err := after.AppendJSON(nil, "")
		require.NoError(t, err)
		require.NotEqual(t, string(want), string(other), name)
		spoil()
		got, err := before.AppendJSON(nil, "")
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), name)
	}
	given[0] = no // the caller's own slice
	for name, m := range messages {
		got, err := m.AppendJSON(nil, "")
		require.NoError(t, err)
		require.Contains(t, string(got), `"yes"`, name)
	}
}

func TestQuickRepliesBranch(t *testing.T) {
	roomy := make([]Action, 1, 8)
	text := TextMessage{QuickReplies: roomy}
	left, right := text.Quick(Say("left")), text.Quick(Say("right"))
	require.Equal(t, Say("left"), left.QuickReplies[1])
	require.Equal(t, Say("right"), right.QuickReplies[1])

	buttons := ButtonsMessage{QuickReplies: roomy}
	one, two := buttons.Quick(Say("one")), buttons.Quick(Say("two"))
	require.Equal(t, Say("one"), one.QuickReplies[1])
	require.Equal(t, Say("two"), two.QuickReplies[1])
}

func TestMessagesAreShared(t *testing.T) {
	yes := Postback("Yes", "yes")
	shared := []transport.Message{
		Text("x").Quick(yes), Confirm("x", yes, yes), Buttons("x", yes), Carousel(Column("x", yes)),
		Sticker("1", "2"), Image(picture, ""), FlexJSON("x", []byte(`{"type":"bubble"}`)),
		Raw([]byte(`{"type":"text","text":"x"}`)), TextV2("{a}").With("a", MentionAll()), Video(picture, picture),
		Text("$").WithEmojis(Emoji("p", "e")).WithSender("a", picture), Audio(picture, 1e9), Coupon("a"),
		Location("a", "b", 1, 2), Imagemap("https://example.com/i", "a", 1).Tap(oneArea, URI("", picture)),
		ImageCarousel("a", ImageColumn(picture, yes)), Flex("a", flex.Bubble{Body: flex.VBox(flex.Button{Action: yes})}),
	}
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			for _, m := range shared {
				if _, err := m.AppendJSON(nil, fmt.Sprintf("abc%02d", i)); err != nil || m.Validate() != nil {
					t.Errorf("%T: %v", m, err)
				}
			}
		})
	}
	wg.Wait()
}
