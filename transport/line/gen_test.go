package line

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// gen makes messages of all types, with each field set or not. They keep to the limits but for
// what depends on more than one field, and are written as ParseMessage returns them.
type gen struct{ *rand.Rand }

func newGen(seed uint64) gen { return gen{rand.New(rand.NewPCG(seed, 7))} }

func (g gen) yes() bool { return g.IntN(2) == 0 }

// some returns a text that is not empty and is no default of another field.
func (g gen) some() string {
	pieces := []string{"a", "é", "日", "🍎", "\u2028", "\"", "\\", "\n", "<&>", "\x01", "~", "$"}
	var s strings.Builder
	for range 1 + g.IntN(4) {
		s.WriteString(pieces[g.IntN(len(pieces))])
	}
	return s.String() + fmt.Sprint(g.IntN(1000))
}

func (g gen) maybe(s string) string {
	if g.yes() {
		return ""
	}
	return s
}

func (g gen) url() string { return fmt.Sprintf("https://example.com/%d", g.Uint32()) }

func one[T any](g gen, of ...T) T { return of[g.IntN(len(of))] }

func several[T any](g gen, least, most int, f func() T) []T {
	var all []T
	for range least + g.IntN(most-least+1) {
		all = append(all, f())
	}
	return all
}

func (g gen) action() Action {
	return one[func() Action](
		g,
		func() Action { return Postback(g.some(), g.some()).WithDisplay(g.maybe(g.some())) },
		func() Action { return PostbackAction{Label: g.some(), Data: g.some(), Text: g.some()} },
		func() Action { return Postback(g.some(), g.some()).WithFillIn(g.some()) },
		func() Action {
			return Postback(g.some(), g.some()).WithInput(one(g, InputCloseRichMenu, InputOpenVoice))
		},
		func() Action { return SayAs(g.some(), g.some()) },
		func() Action { return URI(g.some(), g.url()).WithDesktop(g.maybe("tel:1")) },
		func() Action { return Clipboard(g.some(), g.some()) },
		func() Action {
			return DatePicker(g.some(), g.some()).StartingAt(time.Date(2026, 1, g.IntN(28)+1, 0, 0, 0, 0, time.UTC))
		},
		func() Action { return PickerAction{g.some(), g.some(), PickTime, "", "09:00", "10:00"} },
		func() Action { return DatetimePicker(g.some(), g.some()) },
	)()
}

// untexted is an action that is valid in quick replies too.
func (g gen) untexted() Action {
	for {
		a := g.action()
		if p, is := a.(PostbackAction); !is || p.Text == "" {
			return a
		}
	}
}

func (g gen) quick() []Action {
	return several(g, 0, 3, func() Action {
		return one[Action](g, g.untexted(), Icon(g.url(), g.untexted()), Camera(g.some()), CameraRoll(g.some()),
			ShareLocation(g.some()))
	})
}

func (g gen) sender() Sender { return Sender{g.maybe(g.some()), g.maybe(g.url())} }

func (g gen) message() checked {
	s, q := g.sender(), g.quick()
	return one[func() checked](
		g,
		func() checked { return TextMessage{g.some(), g.emojis(), g.maybe("quote"), s, q} },
		func() checked { return TextMessage{Text: g.some()} },
		func() checked { return g.textV2(s, q) },
		func() checked { return StickerMessage{"446", "1988", g.maybe("quote"), s, q} },
		func() checked { return ImageMessage{g.url(), g.maybe(g.url()), s, q} },
		func() checked { return VideoMessage{g.url(), g.url(), g.maybe("a-1(!)"), s, q} },
		func() checked { return AudioMessage{g.url(), time.Duration(1+g.IntN(1e9)) * time.Millisecond, s, q} },
		func() checked {
			return LocationMessage{g.some(), g.some(), g.Float64()*180 - 90, g.Float64()*360 - 180, s, q}
		},
		func() checked { return CouponMessage{"c", g.maybe("tag_1"), s, q} },
		func() checked { return g.imagemap(s, q) },
		func() checked { return g.template(s, q) },
		func() checked { return g.template(s, q) },
		func() checked { return FlexMessage{g.some(), Flex("", g.container()).Contents, s, q} },
		func() checked {
			return Raw([]byte(`{"type":"new","text":1,"x":[{"data":"` + fmt.Sprint(g.Uint32()) + `"}]}`))
		},
	)()
}

func (g gen) emojis() []TextEmoji {
	return several(g, 0, 2, func() TextEmoji { return TextEmoji{g.IntN(9), Emoji("p", "e")} })
}

func (g gen) textV2(s Sender, q []Action) checked {
	m := TextV2Message{Text: EscapeBraces(g.some() + "{}"), QuoteToken: g.maybe("quote"), Sender: s, QuickReplies: q}
	for i := range g.IntN(4) {
		name := fmt.Sprint("a_", i)
		m.Text += "{" + name + "}"
		m = m.With(name, one[Substitution](g, Mention("U1"), MentionAll(), Emoji("p", "e")))
	}
	return m
}

func (g gen) area() Area { return Area{g.IntN(9), g.IntN(9), 1 + g.IntN(9), 1 + g.IntN(9)} }

func (g gen) imagemap(s Sender, q []Action) checked {
	m := ImagemapMessage{BaseURL: g.url(), AltText: g.some(), Height: 1 + g.IntN(2000), Sender: s, QuickReplies: q}
	if g.yes() {
		m.Video = ImagemapVideo{URL: g.url(), PreviewURL: g.url(), Area: g.area()}
		if g.yes() {
			m.Video.LinkURI, m.Video.LinkLabel = g.url(), g.some()
		}
	}
	m.Taps = several(g, 0, 3, func() ImagemapTap {
		label := g.maybe(g.some())
		return ImagemapTap{g.area(), one[Action](g, URI(label, g.url()), SayAs(label, g.some()), Clipboard(label, g.some()))}
	})
	return m
}

func (g gen) template(s Sender, q []Action) checked {
	aspect, size := one(g, "", AspectSquare, AspectRectangle), one(g, "", SizeContain, SizeCover)
	alt, color := g.maybe(g.some()+"alt"), g.maybe("#12aBcF")
	var main Action
	if g.yes() {
		main = g.action()
	}
	switch g.IntN(4) {
	case 0:
		return ButtonsMessage{
			g.maybe(g.some()), g.some(), g.maybe(g.url()), aspect, size, color, main, several(g, 1, 4, g.action), alt, s, q,
		}
	case 1:
		return ConfirmMessage{g.some(), several(g, 2, 2, g.action), alt, s, q}
	case 2:
		title, image, actions := g.maybe(g.some()), g.maybe(g.url()), 1+g.IntN(3)
		columns := several(g, 1, 3, func() CarouselColumn {
			return CarouselColumn{title, g.some(), image, color, main, several(g, actions, actions, g.action)}
		})
		return CarouselMessage{columns, aspect, size, alt, s, q}
	default:
		return ImageCarouselMessage{several(g, 1, 3, func() ImageCarouselColumn {
			return ImageCarouselColumn{g.url(), one[Action](g, URI(g.maybe("a"), g.url()), Postback("", g.some()))}
		}), g.some(), s, q}
	}
}
