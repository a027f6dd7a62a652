package line

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line/flex"
)

// limitRow is one limit of LINE. The same rows are the test and LIMITS.md.
type limitRow struct {
	where, field string // as in LINE's reference
	most         int
	unit         Unit
	anchor       string // in LINE's reference
	path         string // in the error
	build        func(n int) checked
}

// menuAction is an action as a rich menu would hold it.
type menuAction struct {
	checked
	action Action
}

func (m menuAction) check(c *checker) { c.action(m.action, inRichMenu) }

// menuCheck is a rich menu among the messages that have limits.
type menuCheck struct {
	checked
	menu RichMenu
}

func (m menuCheck) check(c *checker) { m.menu.check(c) }

// text is as long in UTF-16 code units as in grapheme clusters, but not in bytes.
func textOf(n int) string { return strings.Repeat("é", n) }
func wordOf(n int) string { return strings.Repeat("a", n) }
func urlOf(n int) string  { return "https://" + wordOf(n-len("https://")) }

var (
	ok      = Postback("OK", "ok")
	oneArea = Area{0, 0, 1, 1}
)

func quickOf(a Action) checked { return Text("x").Quick(a) }
func cardOf(a Action) checked  { return Buttons("x", a) }
func tapOf(a Action) checked   { return Imagemap("https://example.com/i", "x", 1).Tap(oneArea, a) }

func videoMap(v ImagemapVideo) checked {
	v.Area = oneArea
	return Imagemap("https://example.com/i", "x", 1).WithVideo(v)
}

func part(p flex.Component) checked { return Flex("x", flex.Bubble{Body: flex.VBox(p)}) }

func mentionsOf(n int, s Substitution) checked {
	return TextV2(strings.Repeat("{a}", n)).With("a", s)
}

func substitutionsOf(n int) checked {
	m := TextV2("x")
	for i := range n {
		m = m.With(fmt.Sprint("a", i), Emoji("1", "1"))
	}
	return m
}

func bubbleOf(n int) checked {
	const around = `{"type":"bubble","x":""}`
	return FlexJSON("x", []byte(strings.Replace(around, `""`, `"`+wordOf(n-len(around))+`"`, 1)))
}

func carouselOf(n int) checked {
	half := n/2 - 25
	one := `{"type":"bubble","x":"` + wordOf(half-24) + `"}`
	around := `{"type":"carousel","contents":[` + one + `],"x":""}`
	return FlexJSON("x", []byte(strings.Replace(around, `"x":""`, `"x":"`+wordOf(n-len(around))+`"`, 1)))
}

func limitRows() []limitRow {
	return slices.Concat(messageRows(), imagemapRows(), templateRows(), actionRows(), flexRows())
}

func messageRows() []limitRow {
	return []limitRow{
		{"every message", "quickReply.items", 13, Items, "items-object", "quickReply.items",
			func(n int) checked { return Text("x").Quick(repeatAction(n, ok)...) }},
		{"every message", "quickReply.items.imageUrl", 2000, UTF16Units, "quick-reply-button-object",
			"quickReply.items[0].imageUrl", func(n int) checked { return quickOf(Icon(urlOf(n), ok)) }},
		{"every message", "sender.name", 20, UTF16Units, "icon-nickname-switch", "sender.name",
			func(n int) checked { return Text("x").WithSender(textOf(n), "") }},
		{"every message", "sender.iconUrl", 2000, UTF16Units, "icon-nickname-switch", "sender.iconUrl",
			func(n int) checked { return Text("x").WithSender("", urlOf(n)) }},
		{"text", "text", 5000, UTF16Units, "text-message", "text", func(n int) checked { return Text(textOf(n)) }},
		{"text", "emojis", 20, Items, "text-message", "emojis", func(n int) checked {
			return Text(strings.Repeat("$", n)).WithEmojis(slices.Repeat([]EmojiSubstitution{Emoji("1", "2")}, n)...)
		}},
		{"text (v2)", "text", 5000, UTF16Units, "text-message-v2", "text", func(n int) checked { return TextV2(textOf(n)) }},
		{"text (v2)", "substitution", 100, Items, "text-message-v2", "substitution", substitutionsOf},
		{"text (v2)", "name of a substitution", 20, UTF16Units, "text-message-v2", "substitution." + wordOf(20),
			func(n int) checked { return TextV2("{"+wordOf(n)+"}").With(wordOf(n), MentionAll()) }},
		{"text (v2)", "mentions in the text", 20, Mentions, "text-message-v2-mention-object", "substitution",
			func(n int) checked { return mentionsOf(n, Mention("U1")) }},
		{"text (v2)", "emojis in the text", 20, Emojis, "text-message-v2-emoji-object", "substitution",
			func(n int) checked { return mentionsOf(n, Emoji("1", "2")) }},
		{"image", "originalContentUrl", 2000, UTF16Units, "image-message", "originalContentUrl",
			func(n int) checked { return Image(urlOf(n), picture) }},
		{"image", "previewImageUrl", 2000, UTF16Units, "image-message", "previewImageUrl",
			func(n int) checked { return Image(picture, urlOf(n)) }},
		{"video", "originalContentUrl", 2000, UTF16Units, "video-message", "originalContentUrl",
			func(n int) checked { return Video(urlOf(n), picture) }},
		{"video", "previewImageUrl", 2000, UTF16Units, "video-message", "previewImageUrl",
			func(n int) checked { return Video(picture, urlOf(n)) }},
		{"video", "trackingId", 100, UTF16Units, "video-message", "trackingId",
			func(n int) checked { return Video(picture, picture).WithTracking(wordOf(n)) }},
		{"audio", "originalContentUrl", 2000, UTF16Units, "audio-message", "originalContentUrl",
			func(n int) checked { return Audio(urlOf(n), time.Second) }},
		{"location", "title", 100, UTF16Units, "location-message", "title",
			func(n int) checked { return Location(textOf(n), "x", 0, 0) }},
		{"location", "address", 100, UTF16Units, "location-message", "address",
			func(n int) checked { return Location("x", textOf(n), 0, 0) }},
		{"coupon", "deliveryTag", 30, UTF16Units, "coupon-message", "deliveryTag",
			func(n int) checked { return Coupon("x").WithDeliveryTag(wordOf(n)) }},
	}
}

func imagemapRows() []limitRow {
	row := func(field string, most int, unit Unit, path string, build func(n int) checked) limitRow {
		return limitRow{"imagemap", field, most, unit, "imagemap-message", path, build}
	}
	return []limitRow{
		row("baseUrl", 2000, UTF16Units, "baseUrl", func(n int) checked { return Imagemap(urlOf(n), "x", 1) }),
		row("altText", 1500, UTF16Units, "altText", func(n int) checked { return Imagemap(urlOf(20), textOf(n), 1) }),
		row("actions", 50, Items, "actions", func(n int) checked {
			return ImagemapMessage{
				BaseURL: urlOf(20), AltText: "x", Height: 1, Taps: slices.Repeat([]ImagemapTap{{oneArea, Say("x")}}, n),
			}
		}),
		row("actions.label of uri", 100, UTF16Units, "actions[0].label",
			func(n int) checked { return tapOf(URI(textOf(n), picture)) }),
		row("actions.label of message", 100, UTF16Units, "actions[0].label",
			func(n int) checked { return tapOf(SayAs(textOf(n), "x")) }),
		row("actions.label of clipboard", 100, UTF16Units, "actions[0].label",
			func(n int) checked { return tapOf(Clipboard(textOf(n), "x")) }),
		row("actions.linkUri", 1000, UTF16Units, "actions[0].linkUri",
			func(n int) checked { return tapOf(URI("", urlOf(n))) }),
		row("actions.text", 400, UTF16Units, "actions[0].text", func(n int) checked { return tapOf(SayAs("", textOf(n))) }),
		row("actions.clipboardText", 1000, UTF16Units, "actions[0].clipboardText",
			func(n int) checked { return tapOf(Clipboard("", textOf(n))) }),
		row("video.originalContentUrl", 2000, UTF16Units, "video.originalContentUrl",
			func(n int) checked { return videoMap(ImagemapVideo{URL: urlOf(n), PreviewURL: picture}) }),
		row("video.previewImageUrl", 2000, UTF16Units, "video.previewImageUrl",
			func(n int) checked { return videoMap(ImagemapVideo{URL: picture, PreviewURL: urlOf(n)}) }),
		row("video.externalLink.linkUri", 1000, UTF16Units, "video.externalLink.linkUri", func(n int) checked {
			return videoMap(ImagemapVideo{URL: picture, PreviewURL: picture, LinkURI: urlOf(n), LinkLabel: "x"})
		}),
		row("video.externalLink.label", 30, UTF16Units, "video.externalLink.label", func(n int) checked {
			return videoMap(ImagemapVideo{URL: picture, PreviewURL: picture, LinkURI: picture, LinkLabel: textOf(n)})
		}),
	}
}

func templateRows() []limitRow {
	column := func(c CarouselColumn) checked { return Carousel(c) }
	return []limitRow{
		{"buttons", "altText", 1500, UTF16Units, "template-messages", "altText",
			func(n int) checked { return Buttons("x", ok).WithAlt(textOf(n)) }},
		{"buttons", "text", 160, GraphemeClusters, "buttons", "template.text",
			func(n int) checked { return Buttons(textOf(n), ok) }},
		{"buttons", "text beside a title", 60, GraphemeClusters, "buttons", "template.text",
			func(n int) checked { return Buttons(textOf(n), ok).WithTitle("x") }},
		{"buttons", "text beside an image", 60, GraphemeClusters, "buttons", "template.text",
			func(n int) checked { return Buttons(textOf(n), ok).WithImage(picture) }},
		{"buttons", "title", 40, GraphemeClusters, "buttons", "template.title",
			func(n int) checked { return Buttons("x", ok).WithTitle(textOf(n)) }},
		{"buttons", "thumbnailImageUrl", 2000, UTF16Units, "buttons", "template.thumbnailImageUrl",
			func(n int) checked { return Buttons("x", ok).WithImage(urlOf(n)) }},
		{"buttons", "actions", 4, Items, "buttons", "template.actions",
			func(n int) checked { return Buttons("x", repeatAction(n, ok)...) }},
		{"confirm", "altText", 1500, UTF16Units, "template-messages", "altText",
			func(n int) checked { return Confirm("x", ok, ok).WithAlt(textOf(n)) }},
		{"confirm", "text", 240, GraphemeClusters, "confirm", "template.text",
			func(n int) checked { return Confirm(textOf(n), ok, ok) }},
		{"confirm", "actions (exactly)", 2, Items, "confirm", "template.actions",
			func(n int) checked { return ConfirmMessage{Text: "x", Actions: repeatAction(n, ok)} }},
		{"carousel", "altText", 1500, UTF16Units, "template-messages", "altText",
			func(n int) checked { return Carousel(Column("x", ok)).WithAlt(textOf(n)) }},
		{"carousel", "columns", 10, Items, "carousel", "template.columns",
			func(n int) checked { return Carousel(slices.Repeat([]CarouselColumn{Column("x", ok)}, n)...) }},
		{"carousel", "columns.text", 120, GraphemeClusters, "column-object-for-carousel", "template.columns[0].text",
			func(n int) checked { return column(Column(textOf(n), ok)) }},
		{"carousel", "columns.text beside a title", 60, GraphemeClusters, "column-object-for-carousel",
			"template.columns[0].text", func(n int) checked { return column(Column(textOf(n), ok).WithTitle("x")) }},
		{"carousel", "columns.text beside an image", 60, GraphemeClusters, "column-object-for-carousel",
			"template.columns[0].text", func(n int) checked { return column(Column(textOf(n), ok).WithImage(picture)) }},
		{"carousel", "columns.title", 40, GraphemeClusters, "column-object-for-carousel", "template.columns[0].title",
			func(n int) checked { return column(Column("x", ok).WithTitle(textOf(n))) }},
		{"carousel", "columns.thumbnailImageUrl", 2000, UTF16Units, "column-object-for-carousel",
			"template.columns[0].thumbnailImageUrl",
			func(n int) checked { return column(Column("x", ok).WithImage(urlOf(n))) }},
		{"carousel", "columns.actions", 3, Items, "column-object-for-carousel", "template.columns[0].actions",
			func(n int) checked { return column(Column("x", repeatAction(n, ok)...)) }},
		{"image carousel", "altText", 1500, UTF16Units, "template-messages", "altText",
			func(n int) checked { return ImageCarousel(textOf(n), ImageColumn(picture, ok)) }},
		{"image carousel", "columns", 10, Items, "image-carousel", "template.columns", func(n int) checked {
			return ImageCarousel("x", slices.Repeat([]ImageCarouselColumn{ImageColumn(picture, ok)}, n)...)
		}},
		{"image carousel", "columns.imageUrl", 2000, UTF16Units, "column-object-for-image-carousel",
			"template.columns[0].imageUrl",
			func(n int) checked { return ImageCarousel("x", ImageColumn(urlOf(n), ok)) }},
	}
}

func TestEveryLimit(t *testing.T) {
	for _, row := range limitRows() {
		t.Run(row.where+"/"+row.field, func(t *testing.T) {
			below := row.most - 1
			if strings.Contains(row.field, "exactly") {
				below = row.most
			}
			require.NoError(t, validate(row.build(below)))
			require.NoError(t, validate(row.build(row.most)))
			err := validate(row.build(row.most + 1))
			var limit *LimitError
			require.ErrorAs(t, err, &limit)
			require.Len(t, broken(err), 1, "%v", err)
			require.Equal(t, row.path, limit.Path)
			require.Equal(t, row.most+1, limit.Actual)
			require.Equal(t, row.most, limit.Max)
			require.Equal(t, row.unit, limit.Unit)
		})
	}
}

// callLimits are those that no message has by itself: each is tested where it is kept.
var callLimits = [][4]string{
	{"messages of a call", "5", "`bot`, which makes several calls; `campaign`, which refuses more", "send-reply-message"},
	{"size of a call", "2 MB", "`session.MaxOutput`, which is less; the images of rich menus are `richmenu.MaxImage` at most", "status-codes"},
	{"users of a multicast", "500", "`campaign`, which makes several calls", "send-multicast-message"},
	{"aggregation units of a call", "1 of 30 characters", "`campaign`", "send-multicast-message"},
	{"life of a retry key", "24 h", "`campaign`, and `bot`, which gives up after 23 h", "retry-api-request"},
	{"reply token", "1 use, 1 minute", "`Options.ReplyWindow`", "send-reply-message"},
	{"seconds of a loading animation", "5 to 60, in fives", "`Channel.Loading`, which rounds", "display-a-loading-indicator"},
	{"image of a rich menu", "1 MB", "`richmenu.MaxImage`", "upload-rich-menu-image-requirements"},
	{"name of a rich menu", "300 grapheme clusters", "`richmenu`, whose names are shorter", "rich-menu-object"},
	{"id of a rich menu's alias", "32", "`transport.MaxMenuName`", "create-rich-menu-alias"},
}

func TestLimitsFile(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Limits\n\nWhat `Validate` refuses, in the units that LINE counts in. A test writes this table from its own\n" +
		"rows: `KAIWA_UPDATE=1 go test ./transport/line`. URLs have to be https, and everything in ASCII.\n\n" +
		"| of | field | limit | unit | source |\n|---|---|---:|---|---|\n")
	for _, r := range limitRows() {
		fmt.Fprintf(&b, "| %s | %s | %d | %s | <https://developers.line.biz/en/reference/messaging-api/#%s> |\n",
			r.where, r.field, r.most, r.unit, r.anchor)
	}
	b.WriteString("\n## Limits of calls\n\nThey are kept by what makes the call.\n\n| of | limit | kept by | source |\n|---|---:|---|---|\n")
	for _, r := range callLimits {
		fmt.Fprintf(&b, "| %s | %s | %s | <https://developers.line.biz/en/reference/messaging-api/#%s> |\n", r[0], r[1], r[2], r[3])
	}
	const file = "LIMITS.md"
	if os.Getenv("KAIWA_UPDATE") != "" {
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String(), "write it again with KAIWA_UPDATE=1")
}
