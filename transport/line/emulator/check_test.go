package emulator

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func a(n int) string { return strings.Repeat("a", n) }

func textMessage(s string) string { return fmt.Sprintf(`{"type":"text","text":%q}`, s) }

func templateMessage(s string) string {
	return `{"type":"template","altText":"x","template":` + s + `}`
}

func flexMessage(s string) string { return `{"type":"flex","altText":"x","contents":` + s + `}` }

func body(s string) string {
	return flexMessage(`{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[` + s + `]}}`)
}

func postback(label string) string {
	return fmt.Sprintf(`{"type":"postback","label":%q,"data":"d"}`, label)
}

func buttons(more string, actions ...string) string {
	return templateMessage(`{"type":"buttons","actions":[` + strings.Join(actions, ",") + `],` + more + `}`)
}

func quick(item string, n int) string {
	return `{"type":"text","text":"x","quickReply":{"items":[` +
		strings.TrimSuffix(strings.Repeat(item+",", n), ",") + `]}}`
}

func quickAction(action string) string { return `{"type":"action","action":` + action + `}` }

func action(s string) string { return quick(quickAction(s), 1) }

func carousel(columns ...string) string {
	return templateMessage(`{"type":"carousel","columns":[` + strings.Join(columns, ",") + `]}`)
}

const ok = "" // the property that is wrong: none

// The numbers are the limits of LINE's reference: each at its border, and one beyond.
var checks = []struct{ name, messages, property string }{
	{"no message", ``, "messages"},
	{"five", strings.Repeat(hello+",", 4) + hello, ok},
	{"six", strings.Repeat(hello+",", 5) + hello, "messages"},
	{"not an object", `"text"`, "messages[0]"},
	{"the second is wrong", hello + `,{"type":"text"}`, "messages[1].text"},
	{"no type", `{"text":"x"}`, "messages[0].type"},
	{"unknown type", `{"type":"spacer"}`, "messages[0].type"},

	{"text at the limit", textMessage(a(5000)), ok},
	{"text too long", textMessage(a(5001)), "messages[0].text"},
	{"text counts UTF-16 units", textMessage(strings.Repeat("🍎", 2501)), "messages[0].text"},
	{"empty text", textMessage(""), "messages[0].text"},
	{"text is null", `{"type":"text","text":null}`, "messages[0].text"},
	{"text is a number", `{"type":"text","text":1}`, "messages[0].text"},
	{"emoji", `{"type":"text","text":"🍎$","emojis":[{"index":2,"productId":"p","emojiId":"e"}]}`, ok},
	{"emoji at no dollar", `{"type":"text","text":"🍎$","emojis":[{"index":1,"productId":"p","emojiId":"e"}]}`, "messages[0].emojis[0].index"},
	{"emoji at no number", `{"type":"text","text":"$","emojis":[{"index":0.5,"productId":"p","emojiId":"e"}]}`, "messages[0].emojis[0].index"},
	{"emojis are no array", `{"type":"text","text":"$","emojis":{}}`, "messages[0].emojis"},
	{"sender is no object", `{"type":"text","text":"x","sender":"me"}`, "messages[0].sender"},
	{"sender", `{"type":"text","text":"x","sender":{"name":"` + a(20) + `","iconUrl":"https://a/b"}}`, ok},
	{"sender name", `{"type":"text","text":"x","sender":{"name":"` + a(21) + `"}}`, "messages[0].sender.name"},
	{"sender icon", `{"type":"text","text":"x","sender":{"iconUrl":"http://a/b"}}`, "messages[0].sender.iconUrl"},

	{"textV2", `{"type":"textV2","text":"{a}","substitution":{}}`, ok},
	{"sticker", `{"type":"sticker","packageId":"1","stickerId":"2"}`, ok},
	{"sticker without id", `{"type":"sticker","packageId":"1"}`, "messages[0].stickerId"},
	{"image", `{"type":"image","originalContentUrl":"https://a/b","previewImageUrl":"https://a/b"}`, ok},
	{"image without TLS", `{"type":"image","originalContentUrl":"http://a/b","previewImageUrl":"https://a/b"}`, "messages[0].originalContentUrl"},
	{"image address too long", `{"type":"image","originalContentUrl":"https://a/` + a(1991) + `","previewImageUrl":"https://a/b"}`, "messages[0].originalContentUrl"},
	{"video without preview", `{"type":"video","originalContentUrl":"https://a/b"}`, "messages[0].previewImageUrl"},
	{"audio", `{"type":"audio","originalContentUrl":"https://a/b","duration":1}`, ok},
	{"audio without duration", `{"type":"audio","originalContentUrl":"https://a/b"}`, "messages[0].duration"},
	{"location", `{"type":"location","title":"a","address":"b","latitude":90,"longitude":-180}`, ok},
	{"location off the globe", `{"type":"location","title":"a","address":"b","latitude":91,"longitude":1}`, "messages[0].latitude"},
	{"coupon", `{"type":"coupon"}`, "messages[0].couponId"},
	{"imagemap", `{"type":"imagemap","baseUrl":"https://a/b","altText":"x","baseSize":{"width":1040,"height":1},"actions":[{"type":"message","text":"x","area":{}},{"type":"uri","linkUri":"https://a","area":{}},{"type":"clipboard","clipboardText":"c","area":{}}]}`, ok},
	{"imagemap postback", `{"type":"imagemap","baseUrl":"https://a/b","altText":"x","baseSize":{"width":1040,"height":1},"actions":[{"type":"postback","area":{}}]}`, "messages[0].actions[0].type"},

	{"13 quick replies", quick(quickAction(postback("x")), 13), ok},
	{"14 quick replies", quick(quickAction(postback("x")), 14), "messages[0].quickReply.items"},
	{"quick reply item", quick(`{"type":"button","action":`+postback("x")+`}`, 1), "messages[0].quickReply.items[0].type"},
	{"quick reply image", quick(`{"type":"action","imageUrl":"http://a","action":`+postback("x")+`}`, 1), "messages[0].quickReply.items[0].imageUrl"},
	{"quick reply without action", quick(`{"type":"action"}`, 1), "messages[0].quickReply.items[0].action"},
	{"quick reply label", action(postback(a(20))), ok},
	{"quick reply label too long", action(postback(a(21))), "messages[0].quickReply.items[0].action.label"},
	{"label counts graphemes", action(postback(strings.Repeat("👨‍👩‍👧", 20))), ok},
	{"camera", action(`{"type":"camera","label":"x"}`), ok},
	{"rich menu switch", action(`{"type":"richmenuswitch","label":"x"}`), "messages[0].quickReply.items[0].action.type"},

	{"postback data", action(`{"type":"postback","label":"x","data":"` + a(300) + `","displayText":"` + a(300) + `"}`), ok},
	{"postback data too long", action(`{"type":"postback","label":"x","data":"` + a(301) + `"}`), "messages[0].quickReply.items[0].action.data"},
	{"postback without data", action(`{"type":"postback","label":"x"}`), "messages[0].quickReply.items[0].action.data"},
	{"display text too long", action(`{"type":"postback","label":"x","data":"d","displayText":"` + a(301) + `"}`), "messages[0].quickReply.items[0].action.displayText"},
	{"old text in a quick reply", action(`{"type":"postback","label":"x","data":"d","text":"t"}`), "messages[0].quickReply.items[0].action.text"},
	{"old text beside display text", buttons(`"text":"x"`, `{"type":"postback","label":"x","data":"d","text":"t","displayText":"d"}`), "messages[0].template.actions[0].text"},
	{"old text", buttons(`"text":"x"`, `{"type":"postback","label":"x","data":"d","text":"t"}`), ok},
	{"fill in", action(`{"type":"postback","label":"x","data":"d","inputOption":"openKeyboard","fillInText":"x"}`), ok},
	{"fill in alone", action(`{"type":"postback","label":"x","data":"d","fillInText":"x"}`), "messages[0].quickReply.items[0].action.fillInText"},
	{"input option", action(`{"type":"postback","label":"x","data":"d","inputOption":"x"}`), "messages[0].quickReply.items[0].action.inputOption"},
	{"message action too long", action(`{"type":"message","label":"x","text":"` + a(301) + `"}`), "messages[0].quickReply.items[0].action.text"},
	{"uri", action(`{"type":"uri","label":"x","uri":"tel:000"}`), ok},
	{"uri scheme", action(`{"type":"uri","label":"x","uri":"javascript:alert(1)"}`), "messages[0].quickReply.items[0].action.uri"},
	{"uri too long", action(`{"type":"uri","label":"x","uri":"https://` + a(993) + `"}`), "messages[0].quickReply.items[0].action.uri"},
	{"clipboard", action(`{"type":"clipboard","label":"x","clipboardText":"` + a(1001) + `"}`), "messages[0].quickReply.items[0].action.clipboardText"},
	{"picker", action(`{"type":"datetimepicker","label":"x","data":"d","mode":"datetime","initial":"2026-05-01t10:00","min":"1900-01-01T00:00","max":"2100-12-31T23:59"}`), ok},
	{"picker mode", action(`{"type":"datetimepicker","label":"x","data":"d","mode":"week"}`), "messages[0].quickReply.items[0].action.mode"},
	{"picker form", action(`{"type":"datetimepicker","label":"x","data":"d","mode":"date","initial":"1/5/2026"}`), "messages[0].quickReply.items[0].action.initial"},
	{"picker too late", action(`{"type":"datetimepicker","label":"x","data":"d","mode":"date","max":"2101-01-01"}`), "messages[0].quickReply.items[0].action.max"},
	{"picker min after max", action(`{"type":"datetimepicker","label":"x","data":"d","mode":"time","min":"10:00","max":"09:00"}`), "messages[0].quickReply.items[0].action.max"},

	{"buttons", buttons(`"text":"`+a(160)+`"`, postback("1"), postback("2"), postback("3"), postback("4")), ok},
	{"buttons text alone", buttons(`"text":"`+a(161)+`"`, postback("1")), "messages[0].template.text"},
	{"buttons text with title", buttons(`"title":"t","text":"`+a(61)+`"`, postback("1")), "messages[0].template.text"},
	{"buttons text with image", buttons(`"thumbnailImageUrl":"https://a/b","text":"`+a(61)+`"`, postback("1")), "messages[0].template.text"},
	{"buttons title", buttons(`"title":"`+a(41)+`","text":"x"`, postback("1")), "messages[0].template.title"},
	{"five buttons", buttons(`"text":"x"`, postback("1"), postback("2"), postback("3"), postback("4"), postback("5")), "messages[0].template.actions"},
	{"no buttons", buttons(`"text":"x"`), "messages[0].template.actions"},
	{"button label", buttons(`"text":"x"`, postback(a(21))), "messages[0].template.actions[0].label"},
	{"button without label", buttons(`"text":"x"`, `{"type":"postback","data":"d"}`), "messages[0].template.actions[0].label"},
	{"camera button", buttons(`"text":"x"`, `{"type":"camera","label":"x"}`), "messages[0].template.actions[0].type"},
	{"default action", buttons(`"text":"x","defaultAction":{"type":"uri","uri":"x"}`, postback("1")), "messages[0].template.defaultAction.uri"},
	{"aspect ratio", buttons(`"text":"x","imageAspectRatio":"round"`, postback("1")), "messages[0].template.imageAspectRatio"},
	{"image size", buttons(`"text":"x","imageSize":"huge"`, postback("1")), "messages[0].template.imageSize"},
	{"alt text", `{"type":"template","altText":"` + a(1501) + `","template":{"type":"confirm","text":"x","actions":[` + postback("1") + `,` + postback("2") + `]}}`, "messages[0].altText"},
	{"no template", `{"type":"template","altText":"x"}`, "messages[0].template"},
	{"unknown template", templateMessage(`{"type":"list"}`), "messages[0].template.type"},
	{"confirm", templateMessage(`{"type":"confirm","text":"` + a(240) + `","actions":[` + postback("1") + `,` + postback("2") + `]}`), ok},
	{"confirm text", templateMessage(`{"type":"confirm","text":"` + a(241) + `","actions":[` + postback("1") + `,` + postback("2") + `]}`), "messages[0].template.text"},
	{"confirm with one", templateMessage(`{"type":"confirm","text":"x","actions":[` + postback("1") + `]}`), "messages[0].template.actions"},
	{"carousel", carousel(`{"text":"` + a(120) + `","actions":[` + postback("1") + `]}`), ok},
	{"carousel text", carousel(`{"text":"` + a(121) + `","actions":[` + postback("1") + `]}`), "messages[0].template.columns[0].text"},
	{"four actions in a column", carousel(`{"text":"x","actions":[` + strings.Repeat(postback("1")+",", 3) + postback("1") + `]}`), "messages[0].template.columns[0].actions"},
	{"columns with other counts", carousel(`{"text":"x","actions":[`+postback("1")+`]}`, `{"text":"x","actions":[`+postback("1")+`,`+postback("2")+`]}`), "messages[0].template.columns[1].actions"},
	{"one column with title", carousel(`{"text":"x","actions":[`+postback("1")+`]}`, `{"title":"t","text":"x","actions":[`+postback("1")+`]}`), "messages[0].template.columns[1].title"},
	{"11 columns", templateMessage(`{"type":"carousel","columns":[` + strings.Repeat(`{},`, 10) + `{}]}`), "messages[0].template.columns"},
	{"image carousel", templateMessage(`{"type":"image_carousel","columns":[{"imageUrl":"https://a/b","action":{"type":"postback","data":"d"}}]}`), ok},
	{"image carousel label", templateMessage(`{"type":"image_carousel","columns":[{"imageUrl":"https://a/b","action":` + postback(a(13)) + `}]}`), "messages[0].template.columns[0].action.label"},

	{"flex", body(`{"type":"text","text":"x"},{"type":"separator"},{"type":"filler"},{"type":"icon","url":"https://a/b"},{"type":"image","url":"https://a/b"},{"type":"button","action":` + postback(a(40)) + `}`), ok},
	{"flex container", flexMessage(`{"type":"box"}`), "messages[0].contents.type"},
	{"flex bubble size", flexMessage(`{"type":"bubble","size":"tiny"}`), "messages[0].contents.size"},
	{"flex body", flexMessage(`{"type":"bubble","body":{"type":"text","text":"x"}}`), "messages[0].contents.body.type"},
	{"flex hero", flexMessage(`{"type":"bubble","hero":{"type":"text","text":"x"}}`), "messages[0].contents.hero.type"},
	{"flex video with alternative", flexMessage(`{"type":"bubble","hero":{"type":"video","url":"https://a/b","previewUrl":"https://a/b","altContent":{"type":"image"}}}`), "messages[0].contents.hero.altContent.url"},
	{"flex video", flexMessage(`{"type":"bubble","hero":{"type":"video","url":"https://a/b","previewUrl":"https://a/b"}}`), "messages[0].contents.hero.altContent"},
	{"flex component", body(`{"type":"spacer"}`), "messages[0].contents.body.contents[0].type"},
	{"flex layout", body(`{"type":"box","layout":"diagonal","contents":[]}`), "messages[0].contents.body.contents[0].layout"},
	{"flex box without contents", body(`{"type":"box","layout":"vertical"}`), "messages[0].contents.body.contents[0].contents"},
	{"flex button label", body(`{"type":"button","action":` + postback(a(41)) + `}`), "messages[0].contents.body.contents[0].action.label"},
	{"flex button", body(`{"type":"button"}`), "messages[0].contents.body.contents[0].action"},
	{"flex empty text", body(`{"type":"text"}`), "messages[0].contents.body.contents[0].text"},
	{"flex spans", body(`{"type":"text","contents":[{"type":"span","text":"x"}]}`), ok},
	{"flex empty span", body(`{"type":"text","contents":[{"type":"span"}]}`), "messages[0].contents.body.contents[0].contents[0].text"},
	{"flex action without label", body(`{"type":"text","text":"x","action":{"type":"message","text":"t"}}`), ok},
	{"flex bubble too large", body(`{"type":"text","text":"` + a(30<<10) + `"}`), "messages[0].contents"},
	{"flex nested too deeply", body(strings.Repeat(`{"type":"box","layout":"vertical","contents":[`, 25) + strings.Repeat(`]}`, 25)),
		"messages[0].contents.body" + strings.Repeat(".contents[0]", 20)},
	{"flex carousel", flexMessage(`{"type":"carousel","contents":[{"type":"bubble"},{"type":"bubble"}]}`), ok},
	{"flex carousel of two sizes", flexMessage(`{"type":"carousel","contents":[{"type":"bubble"},{"type":"bubble","size":"kilo"}]}`), "messages[0].contents.contents[1].size"},
	{"flex carousel of 13", flexMessage(`{"type":"carousel","contents":[` + strings.Repeat(`{"type":"bubble"},`, 12) + `{"type":"bubble"}]}`), "messages[0].contents.contents"},
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, test := range checks {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o, bad := parseBody([]byte(`{"messages":[` + test.messages + `]}`))
			require.Nil(t, bad, test.messages)
			messages, details := checkMessages(o)
			if test.property == ok {
				require.Empty(t, details)
				for _, m := range messages {
					n, _ := render(m)
					require.NotNil(t, n)
				}
				return
			}
			require.NotEmpty(t, details)
			require.Equal(t, test.property, details[0].Property, details)
			require.NotEmpty(t, details[0].Message)
		})
	}
}

func TestMessagesAreRequired(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	for _, body := range []string{`{}`, `{"messages":null}`, `{"messages":"x"}`} {
		r := s.call("POST", "/v2/bot/message/validate/reply", body)
		require.Equal(t, "messages", r.Details[0].Property, body)
	}
	for _, path := range []string{"validate/reply", "reply", "push"} {
		require.Equal(t, 400, s.call("POST", "/v2/bot/message/"+path, `[]`).status)
		require.Equal(t, 400, s.call("POST", "/v2/bot/message/"+path, ``).status)
	}
	require.Equal(t, 400, s.call("POST", "/v2/bot/chat/loading/start", `x`).status)
}

func TestErrorBodyCountsTheErrors(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	r := s.call("POST", "/v2/bot/message/validate/reply",
		`{"messages":[{"type":"text"},`+hello+`,{"type":"sticker"}]}`)
	require.JSONEq(t, `{"message":"The request body has 3 error(s)","details":[
		{"message":"May not be empty","property":"messages[0].text"},
		{"message":"May not be empty","property":"messages[2].packageId"},
		{"message":"May not be empty","property":"messages[2].stickerId"}]}`, r.raw)
}

func TestGraphemes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       int
	}{
		{"empty", "", 0}, {"latin", "abc", 3}, {"kana", "かなカナ", 4},
		{"emoji", "🍎🍎", 2}, {"joined", "👨‍👩‍👧", 1}, {"skin", "👍🏽👍", 2},
		{"flags", "🇯🇵🇹🇼", 2}, {"mark", "e\u0301a", 2}, {"leading mark", "\u0301a", 2},
		{"line end", "a\r\nb", 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, graphemes(test.text))
		})
	}
	require.Equal(t, 8, utf16Length("👨‍👩‍👧"))
}
