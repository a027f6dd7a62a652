package line

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/flex"
)

const clip = "https://example.com/v.mp4"

func TestFurtherMessageJSON(t *testing.T) {
	const from = `,"sender":{"name":"Cony","iconUrl":"` + picture + `"}`
	const quick = `,"quickReply":{"items":[{"type":"action","action":{"type":"postback","label":"Yes","data":"~abcdefgh~yes"}}]}`
	yes := Postback("Yes", "yes")
	tests := []struct {
		name    string
		message transport.Message
		want    string
	}{
		{
			"text with all", Text("é $ and 🍎$").WithEmojis(Emoji("p", "1"), Emoji("p", "2")).WithQuote("q").
				WithSender("Cony", picture).Quick(yes),
			`{"type":"text","text":"é $ and 🍎$","emojis":[{"index":2,"productId":"p","emojiId":"1"},` +
				`{"index":10,"productId":"p","emojiId":"2"}],"quoteToken":"q"` + from + quick + `}`,
		},
		{"sender with a name", Text("Hi").WithSender("Cony", ""), `{"type":"text","text":"Hi","sender":{"name":"Cony"}}`},
		{"sender with an icon", Text("Hi").WithSender("", picture), `{"type":"text","text":"Hi","sender":{"iconUrl":"` + picture + `"}}`},
		{
			"text v2", TextV2("Hi {user}, {all} {laugh} "+EscapeBraces("{x}")).With("user", Mention("U1")).
				With("all", MentionAll()).With("laugh", Emoji("p", "e")).WithQuote("q").WithSender("Cony", picture).Quick(yes),
			`{"type":"textV2","text":"Hi {user}, {all} {laugh} {{x}}","substitution":{` +
				`"all":{"type":"mention","mentionee":{"type":"all"}},"laugh":{"type":"emoji","productId":"p","emojiId":"e"},` +
				`"user":{"type":"mention","mentionee":{"type":"user","userId":"U1"}}},"quoteToken":"q"` + from + quick + `}`,
		},
		{"text v2 without", TextV2("a").With("b", nil), `{"type":"textV2","text":"a","substitution":{"b":null}}`},
		{
			"sticker", Sticker("1", "2").WithQuote("q").WithSender("Cony", picture).Quick(yes),
			`{"type":"sticker","packageId":"1","stickerId":"2","quoteToken":"q"` + from + quick + `}`,
		},
		{
			"image", Image(picture, "").WithSender("Cony", picture),
			`{"type":"image","originalContentUrl":"` + picture + `","previewImageUrl":"` + picture + `"` + from + `}`,
		},
		{
			"video", Video(clip, picture).WithTracking("track-id").WithSender("Cony", picture).Quick(yes),
			`{"type":"video","originalContentUrl":"` + clip + `","previewImageUrl":"` + picture +
				`","trackingId":"track-id"` + from + quick + `}`,
		},
		{
			"audio", Audio("https://example.com/a.m4a", time.Minute+time.Microsecond).WithSender("Cony", picture).Quick(yes),
			`{"type":"audio","originalContentUrl":"https://example.com/a.m4a","duration":60000` + from + quick + `}`,
		},
		{
			"location", Location("Us", "1 Main St", 35.67966, -139.0).WithSender("Cony", picture).Quick(yes),
			`{"type":"location","title":"Us","address":"1 Main St","latitude":35.67966,"longitude":-139` + from + quick + `}`,
		},
		{
			"nowhere", Location("a", "b", math.NaN(), math.Inf(1)),
			`{"type":"location","title":"a","address":"b","latitude":null,"longitude":null}`,
		},
		{
			"coupon", Coupon("01J").WithDeliveryTag("winter_1").WithSender("Cony", picture).Quick(yes),
			`{"type":"coupon","couponId":"01J","deliveryTag":"winter_1"` + from + quick + `}`,
		},
		{
			"imagemap", Imagemap("https://example.com/i", "alt", 585).
				Tap(Area{0, 1, 2, 3}, URI("More", picture).WithDesktop(clip)).Tap(Area{}, &MessageAction{"", "Hi"}).
				Tap(Area{}, Clipboard("", "x")).Tap(Area{}, Camera("no")).Tap(Area{}, (*URIAction)(nil)).
				WithVideo(ImagemapVideo{clip, picture, Area{4, 5, 6, 7}, picture, "See"}).WithSender("Cony", picture).Quick(yes),
			`{"type":"imagemap","baseUrl":"https://example.com/i","altText":"alt","baseSize":{"width":1040,"height":585},` +
				`"video":{"originalContentUrl":"` + clip + `","previewImageUrl":"` + picture +
				`","area":{"x":4,"y":5,"width":6,"height":7},"externalLink":{"linkUri":"` + picture + `","label":"See"}},` +
				`"actions":[{"type":"uri","label":"More","linkUri":"` + picture + `","area":{"x":0,"y":1,"width":2,"height":3}},` +
				`{"type":"message","text":"Hi","area":{"x":0,"y":0,"width":0,"height":0}},` +
				`{"type":"clipboard","clipboardText":"x","area":{"x":0,"y":0,"width":0,"height":0}},null,null]` + from + quick + `}`,
		},
		{
			"image carousel", ImageCarousel("alt", ImageColumn(picture, yes), ImageCarouselColumn{}).WithSender("Cony", picture).Quick(yes),
			`{"type":"template","altText":"alt","template":{"type":"image_carousel","columns":[{"imageUrl":"` + picture +
				`","action":{"type":"postback","label":"Yes","data":"~abcdefgh~yes"}},{"imageUrl":"","action":null}]}` + from + quick + `}`,
		},
		{
			"confirm", Confirm("x", nil, nil).WithSender("Cony", picture),
			`{"type":"template","altText":"x","template":{"type":"confirm","text":"x","actions":[null,null]}` + from + `}`,
		},
		{
			"buttons", Buttons("x").WithSender("Cony", picture),
			`{"type":"template","altText":"x","template":{"type":"buttons","text":"x","actions":[]}` + from + `}`,
		},
		{
			"carousel", Carousel().WithSender("Cony", picture),
			`{"type":"template","altText":"","template":{"type":"carousel","columns":[]}` + from + `}`,
		},
		{
			"flex", FlexJSON("x", []byte(`{ }`)).WithSender("Cony", picture),
			`{"type":"flex","altText":"x","contents":{}` + from + `}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.message.AppendJSON([]byte("["), "abcdefgh")
			require.NoError(t, err)
			require.Equal(t, "["+tt.want, string(got))
			require.True(t, json.Valid(got[1:]))
		})
	}
}

func TestFurtherMessageRules(t *testing.T) {
	tap := func(a Action) transport.Message { return tapOf(a) }
	tests := []struct {
		name    string
		message transport.Message
		want    []string
	}{
		{"sender", Text("x").WithSender("LINE", "http://example.com"), []string{
			"line: sender.name: not to be used in a name", "line: sender.iconUrl: not an https URL in ASCII",
		}},
		{"LINE in a word", Text("x").WithSender("ONLINE", ""), nil},
		{"an emoji without a mark", Text("$").WithEmojis(Emoji("p", "e"), Emoji("p", "e")), []string{
			"line: emojis[1].index: not that of a $ in the text",
		}},
		{"an emoji elsewhere", TextMessage{Text: "🍎$", Emojis: []TextEmoji{{1, Emoji("", "")}}}, []string{
			"line: emojis[0].index: not that of a $ in the text", "line: emojis[0].productId: required",
			"line: emojis[0].emojiId: required",
		}},
		{"no text v2", TextV2(""), []string{"line: text: required"}},
		{"an open brace", TextV2("a {b"), []string{"line: text: a brace that is neither doubled nor part of a placeholder"}},
		{"a closing brace", TextV2("a} {{b}}"), []string{"line: text: a brace that is neither doubled nor part of a placeholder"}},
		{"an empty placeholder", TextV2("{}"), []string{"line: text: a brace that is neither doubled nor part of a placeholder"}},
		{"nested braces", TextV2("{a{b}}"), []string{"line: text: a brace that is neither doubled nor part of a placeholder"}},
		{"three braces", TextV2("{{{a}}}").With("a", MentionAll()), nil},
		{"unknown", TextV2("{ann}"), []string{"line: text: a placeholder without a substitution"}},
		{"not used", TextV2("x").With("a", MentionAll()), nil},
		{
			"substitutions", TextV2("x").With("a b", MentionAll()).With("u", Mention("")).With("e", Emoji("", "")).
				With("n", nil).With("p", (*EmojiSubstitution)(nil)),
			[]string{
				"line: substitution.?: a name of other characters than letters, digits and underscores",
				"line: substitution.e.productId: required", "line: substitution.e.emojiId: required",
				"line: substitution.n: required", "line: substitution.p: required", "line: substitution.u.mentionee.userId: required",
			},
		},
		{"video", Video("", "http://example.com"), []string{
			"line: originalContentUrl: required", "line: previewImageUrl: not an https URL in ASCII",
		}},
		{"tracking", Video(clip, picture).WithTracking("a b"), []string{"line: trackingId: a character that LINE does not take"}},
		{"tracking signs", Video(clip, picture).WithTracking("aZ0-.=,+*()%$&;:@{}!?<>[]"), nil},
		{"audio", Audio("", time.Microsecond), []string{
			"line: originalContentUrl: required", "line: duration: shorter than a millisecond",
		}},
		{"location", Location("", "", 90.1, -180.1), []string{
			"line: title: required", "line: address: required", "line: latitude: not between -90 and 90",
			"line: longitude: not between -180 and 180",
		}},
		{"nowhere", Location("a", "b", math.NaN(), 180), []string{"line: latitude: not between -90 and 90"}},
		{"coupon", Coupon("").WithDeliveryTag("a-b"), []string{
			"line: couponId: required", "line: deliveryTag: other characters than letters, digits and underscores",
		}},
		{
			"imagemap", Imagemap("https://example.com/i.PNG", "", 0).Tap(Area{-1, -2, 0, 1}, URI("", "x")).
				WithVideo(ImagemapVideo{LinkLabel: "x", Area: oneArea}).Quick(nil),
			[]string{
				"line: baseUrl: ends in a file extension", "line: altText: required",
				"line: baseSize.height: 0 of at least 1 pixels", "line: video.originalContentUrl: required",
				"line: video.previewImageUrl: required", "line: video.externalLink.linkUri: required",
				"line: actions[0].linkUri: not an http, https, line or tel URI in ASCII", "line: actions[0].area.x: less than zero",
				"line: actions[0].area.y: less than zero", "line: actions[0].area.width: 0 of at least 1 pixels",
				"line: quickReply.items[0].action: required",
			},
		},
		{"no tap", tap(nil), []string{"line: actions[0]: required"}},
		{"nil tap", tap((*URIAction)(nil)), []string{"line: actions[0]: required"}},
		{"postback tap", tap(Postback("a", "b")), []string{
			"line: actions[0].type: not of an imagemap, which has uri, message and clipboard",
		}},
		{"empty taps", ImagemapMessage{
			BaseURL: "https://example.com/i", AltText: "x", Height: 1,
			Taps: []ImagemapTap{{oneArea, Say("")}, {oneArea, Clipboard("", "")}},
		}, []string{"line: actions[0].text: required", "line: actions[1].clipboardText: required"}},
		{"image carousel", ImageCarousel("", ImageCarouselColumn{}), []string{
			"line: altText: required", "line: template.columns[0].imageUrl: required", "line: template.columns[0].action: required",
		}},
		{"no pictures", ImageCarousel("x"), []string{"line: template.columns: 0 of at least 1 items"}},
		{"postback text", quickOf(PostbackAction{Label: "a", Data: "b", Text: "c"}), []string{
			"line: quickReply.items[0].action.text: beside displayText or in a quick reply",
		}},
		{"two postback texts", cardOf(PostbackAction{Label: "a", Data: "b", Text: "c", DisplayText: "d"}), []string{
			"line: template.actions[0].text: beside displayText or in a quick reply",
		}},
		{"desktop", cardOf(URI("a", "tel:1").WithDesktop("ftp://example.com")), []string{
			"line: template.actions[0].altUri.desktop: not an http, https, line or tel URI in ASCII",
		}},
		{"clipboard", cardOf(Clipboard("a", "")), []string{"line: template.actions[0].clipboardText: required"}},
		{"rich menu switch elsewhere", cardOf(RichMenuSwitch("a", "b").WithLabel("c")), []string{
			"line: template.actions[0].type: works in rich menus only",
		}},
		{"rich menu switch in Flex", part(flex.Box{Layout: "vertical", Action: RichMenuSwitch("a", "b")}), []string{
			"line: contents.body.contents[0].action.type: works in rich menus only",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, broken(tt.message.Validate())) })
	}
	t.Run("rich menu", func(t *testing.T) {
		require.NoError(t, validate(menuAction{action: RichMenuSwitch("a", "b")}))
		require.Equal(t, []string{"line: richMenuAliasId: required", "line: data: begins like a mark"},
			broken(validate(menuAction{action: RichMenuSwitch("", "~abcdefgh~")})))
	})
}
