package line

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/webhook"
)

const (
	testUser  = "U00000000000000000000000000000001"
	testGroup = "C00000000000000000000000000000002"
	testRoom  = "R00000000000000000000000000000003"
)

// common is what all events of LINE have.
const common = `"mode":"active","timestamp":1754500000123,"webhookEventId":"01K20000000000000000000000",` +
	`"deliveryContext":{"isRedelivery":false}`

const (
	fromUser  = `,"source":{"type":"user","userId":"` + testUser + `"}`
	fromGroup = `,"source":{"type":"group","groupId":"` + testGroup + `","userId":"` + testUser + `"}`
	fromRoom  = `,"source":{"type":"room","roomId":"` + testRoom + `"}`
	withToken = `,"replyToken":"token-1"`
	content   = `"contentProvider":{"type":"line"}`
)

var (
	user  = transport.Source{Chat: transport.ChatUser, ChatID: testUser, UserID: testUser}
	group = transport.Source{Chat: transport.ChatGroup, ChatID: testGroup, UserID: testUser}
	room  = transport.Source{Chat: transport.ChatRoom, ChatID: testRoom}
)

func message(content string) string {
	return `{"type":"message","message":{"id":"9007199254740993000",` + content + `},` + common + fromUser + withToken + `}`
}

// samples has every type of event and of message content that LINE documents.
var samples = []struct {
	name, raw string
	want      transport.Event
}{
	{"text", message(`"type":"text","text":"héllo 👨‍👩‍👧 \"q\" \ud83c\udf63\n","quoteToken":"q","emojis":[{"index":0,"length":7,"productId":"p","emojiId":"e"}],"mention":{"mentionees":[{"index":0,"length":2,"type":"user","isSelf":true}]}`),
		transport.Event{Kind: transport.KindText, Type: "message", Source: user, Text: "héllo 👨‍👩‍👧 \"q\" 🍣\n", MessageID: "9007199254740993000",
			Mentions: []transport.Mention{{Length: 2, Self: true}}}},
	{"image", message(`"type":"image","quoteToken":"q","imageSet":{"id":"s","index":1,"total":2},` + content),
		transport.Event{Kind: transport.KindImage, Type: "message", Source: user, MessageID: "9007199254740993000",
			Set: &transport.ImageSet{ID: "s", Index: 1, Total: 2}, Images: []string{"9007199254740993000"}}},
	{"video", message(`"type":"video","duration":60000,"quoteToken":"q",` + content),
		transport.Event{Kind: transport.KindVideo, Type: "message", Source: user, MessageID: "9007199254740993000"}},
	{"audio", message(`"type":"audio","duration":6000,` + content),
		transport.Event{Kind: transport.KindAudio, Type: "message", Source: user, MessageID: "9007199254740993000"}},
	{"file", message(`"type":"file","fileName":"menu.txt","fileSize":2138`),
		transport.Event{Kind: transport.KindFile, Type: "message", Source: user, MessageID: "9007199254740993000",
			File: &transport.File{Name: "menu.txt", Size: 2138}}},
	{"location", message(`"type":"location","title":"t","address":"a","latitude":35.67966,"longitude":-1.3966875e2`),
		transport.Event{Kind: transport.KindLocation, Type: "message", Source: user, MessageID: "9007199254740993000",
			Location: &transport.Location{Title: "t", Address: "a", Latitude: 35.67966, Longitude: -139.66875}}},
	{"sticker", message(`"type":"sticker","packageId":"446","stickerId":"1988","stickerResourceType":"MESSAGE","keywords":["hi"],"text":"on it","quotedMessageId":"7","quoteToken":"q"`),
		transport.Event{Kind: transport.KindSticker, Type: "message", Source: user, MessageID: "9007199254740993000",
			Sticker: &transport.Sticker{PackageID: "446", ID: "1988", Keywords: []string{"hi"}, Text: "on it"}, Quoted: "7"}},
	{"new content", message(`"type":"hologram","shape":{}`),
		transport.Event{Kind: transport.KindMessage, Type: "message", Source: user, MessageID: "9007199254740993000"}},
	{"edited", `{"type":"messageEdited","message":{"id":"5","type":"text","text":"new","quoteToken":"q"},` + common + fromGroup + withToken + `}`,
		transport.Event{Kind: transport.KindEdited, Type: "messageEdited", Source: group, Text: "new", MessageID: "5"}},
	{"unsend", `{"type":"unsend","unsend":{"messageId":"6"},` + common + fromGroup + `}`,
		transport.Event{Kind: transport.KindUnsend, Type: "unsend", Source: group, MessageID: "6"}},
	{"follow", `{"type":"follow","follow":{"isUnblocked":false},` + common + fromUser + withToken + `}`,
		transport.Event{Kind: transport.KindFollow, Type: "follow", Source: user}},
	{"unfollow", `{"type":"unfollow",` + common + fromUser + `}`,
		transport.Event{Kind: transport.KindUnfollow, Type: "unfollow", Source: user}},
	{"join", `{"type":"join",` + common + fromRoom + withToken + `}`,
		transport.Event{Kind: transport.KindJoin, Type: "join", Source: room}},
	{"leave", `{"type":"leave",` + common + fromRoom + `}`,
		transport.Event{Kind: transport.KindLeave, Type: "leave", Source: room}},
	{"memberJoined", `{"type":"memberJoined","joined":{"members":[{"type":"user","userId":"U9"}]},` + common + fromRoom + withToken + `}`,
		transport.Event{Kind: transport.KindMemberJoined, Type: "memberJoined", Source: room}},
	{"memberLeft", `{"type":"memberLeft","left":{"members":[{"type":"user","userId":"U9"}]},` + common + fromRoom + `}`,
		transport.Event{Kind: transport.KindMemberLeft, Type: "memberLeft", Source: room}},
	{"postback", `{"type":"postback","postback":{"data":"~aB3-_~yes"},` + common + fromGroup + withToken + `}`,
		transport.Event{Kind: transport.KindPostback, Type: "postback", Source: group, Postback: transport.Postback{Data: "yes", Mark: "aB3-_"}}},
	{"postback date", `{"type":"postback","postback":{"data":"when","params":{"datetime":"2026-08-09T19:30"}},` + common + fromUser + withToken + `}`,
		transport.Event{Kind: transport.KindPostback, Type: "postback", Source: user, Postback: transport.Postback{Data: "when", Params: map[string]string{"datetime": "2026-08-09T19:30"}}}},
	{"postback menu", `{"type":"postback","postback":{"data":"m","params":{"newRichMenuAliasId":"b","status":"SUCCESS"}},` + common + fromUser + withToken + `}`,
		transport.Event{Kind: transport.KindPostback, Type: "postback", Source: user, Postback: transport.Postback{Data: "m", Params: map[string]string{"newRichMenuAliasId": "b", "status": "SUCCESS"}}}},
	{"videoPlayComplete", `{"type":"videoPlayComplete","videoPlayComplete":{"trackingId":"t"},` + common + fromUser + withToken + `}`,
		transport.Event{Kind: transport.KindVideoPlayComplete, Type: "videoPlayComplete", Source: user}},
	{"beacon", `{"type":"beacon","beacon":{"hwid":"d41d8cd98f","type":"enter","dm":"00"},` + common + fromUser + withToken + `}`,
		transport.Event{Kind: transport.KindBeacon, Type: "beacon", Source: user}},
	{"accountLink", `{"type":"accountLink","link":{"result":"ok","nonce":"n"},` + common + fromUser + withToken + `}`,
		transport.Event{Kind: transport.KindAccountLink, Type: "accountLink", Source: user}},
	{"membership", `{"type":"membership","membership":{"type":"joined","membershipId":3189},` + common + fromUser + withToken + `}`,
		transport.Event{Kind: transport.KindMembership, Type: "membership", Source: user}},
	{"module", `{"type":"module","module":{"type":"attached","botId":"U5","scopes":["message:send"]},` + common + `}`,
		transport.Event{Kind: transport.KindModule, Type: "module"}},
	{"activated", `{"type":"activated","chatControl":{"expireAt":1754509999000},` + common + fromUser + `}`,
		transport.Event{Kind: transport.KindActivated, Type: "activated", Source: user}},
	{"deactivated", `{"type":"deactivated",` + common + fromUser + `}`,
		transport.Event{Kind: transport.KindDeactivated, Type: "deactivated", Source: user}},
	{"botSuspended", `{"type":"botSuspended",` + common + `}`,
		transport.Event{Kind: transport.KindBotSuspended, Type: "botSuspended"}},
	{"botResumed", `{"type":"botResumed",` + common + `}`,
		transport.Event{Kind: transport.KindBotResumed, Type: "botResumed"}},
	{"delivery", `{"type":"delivery","delivery":{"data":"15034552939884E28681A7D668CEA94C147C716C"},` + common + `}`,
		transport.Event{Kind: transport.KindDelivery, Type: "delivery"}},
	{"new type", `{"type":"telepathy","thought":[1,2.5e-3,null,{"a":[]}],` + common + fromUser + withToken + `}`,
		transport.Event{Kind: transport.KindUnknown, Type: "telepathy", Source: user}},
}

func TestDecodeSamples(t *testing.T) {
	c, err := New("secret", "token", &Options{Name: "shop"})
	require.NoError(t, err)
	for _, tt := range samples {
		t.Run(tt.name, func(t *testing.T) {
			want := tt.want
			want.ID = "01K20000000000000000000000"
			want.Source.Channel = "shop"
			want.Time = time.UnixMilli(1754500000123)
			want.Raw = []byte(tt.raw)
			if strings.Contains(tt.raw, "replyToken") {
				want.ReplyToken = "token-1"
			}
			got, err := c.Decode("shop", []byte(tt.raw))
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
}

func rawID(raw string) string {
	sum := sha256.Sum256([]byte(raw))
	return "raw:" + hex.EncodeToString(sum[:])
}

func TestDecodeLeniently(t *testing.T) {
	long := strings.Repeat("x", 129)
	nested := func(n int) string {
		return `{"type":"new","x":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}`
	}
	tests := []struct {
		name, raw string
		want      func(transport.Event) bool
	}{
		{"redelivered", `{"type":"a","deliveryContext":{"isRedelivery":true,"more":1}}`, func(e transport.Event) bool { return e.Redelivered }},
		{"standby", `{"type":"a","mode":"standby"}`, func(e transport.Event) bool { return e.Standby && e.ReplyToken == "" }},
		{"new mode", `{"type":"a","mode":"dozing"}`, func(e transport.Event) bool { return !e.Standby }},
		{"new source", `{"type":"a","source":{"type":"planet","planetId":"P1"}}`, func(e transport.Event) bool { return e.Source == transport.Source{} }},
		{"null source", `{"type":"a","source":null}`, func(e transport.Event) bool { return e.Source == transport.Source{} }},
		{"source without user", `{"type":"a","source":{"type":"user"}}`, func(e transport.Event) bool { return e.Source == transport.Source{Chat: transport.ChatUser} }},
		{"nulls", `{"type":"a","mode":null,"timestamp":null,"webhookEventId":null,"deliveryContext":null,"message":null,"postback":null,"unsend":null}`,
			func(e transport.Event) bool { return e.Time.IsZero() }},
		{"null inside", `{"type":"postback","postback":{"data":null,"params":null},"deliveryContext":{"isRedelivery":null}}`,
			func(e transport.Event) bool { return e.Postback.Data == "" && e.Postback.Params == nil }},
		{"empty params", `{"type":"postback","postback":{"data":"d","params":{}}}`, func(e transport.Event) bool { return e.Postback.Params == nil }},
		{"new members", `{"type":"unsend","unsend":{"messageId":"6","at":1},"source":{"type":"user","x":[]},"message":{"x":{}},"postback":{"x":0}}`,
			func(e transport.Event) bool { return e.MessageID == "6" }},
		{"no id", `{"type":"a"}`, func(e transport.Event) bool { return e.ID == rawID(`{"type":"a"}`) }},
		{"empty id", `{"type":"a","webhookEventId":""}`, func(e transport.Event) bool { return strings.HasPrefix(e.ID, "raw:") }},
		{"longest id", `{"type":"a","webhookEventId":"` + long[:128] + `"}`, func(e transport.Event) bool { return e.ID == long[:128] }},
		{"too long id", `{"type":"a","webhookEventId":"` + long + `"}`, func(e transport.Event) bool { return strings.HasPrefix(e.ID, "id:") && len(e.ID) == 67 }},
		{"id with a line end", `{"type":"a","webhookEventId":"x\r\ny"}`, func(e transport.Event) bool { return strings.HasPrefix(e.ID, "id:") }},
		{"id with a space", `{"type":"a","webhookEventId":"x y"}`, func(e transport.Event) bool { return strings.HasPrefix(e.ID, "id:") }},
		{"id with marks", `{"type":"a","webhookEventId":"x{}|y"}`, func(e transport.Event) bool { return e.ID == "x{}|y" }},
		{"last of two members", `{"type":"a","type":"follow","source":{"type":"user","userId":"U1"},"source":{"type":"group","groupId":"C1"}}`,
			func(e transport.Event) bool {
				return e.Kind == transport.KindFollow && e.Source == transport.Source{Chat: transport.ChatGroup, ChatID: "C1"}
			}},
		{"wrong case", `{"type":"a","Type":"follow","REPLYTOKEN":"t"}`, func(e transport.Event) bool { return e.Type == "a" && e.ReplyToken == "" }},
		{"escaped key", `{"t\u0079pe":"follow"}`, func(e transport.Event) bool { return e.Kind == transport.KindFollow }},
		{"invalid UTF-8", message("\"type\":\"text\",\"text\":\"a\xffb\""), func(e transport.Event) bool { return e.Text == "a\ufffdb" }},
		{"lone surrogate", message(`"type":"text","text":"a\ud83db"`), func(e transport.Event) bool { return e.Text == "a\ufffdb" }},
		{"NUL", message(`"type":"text","text":"a\u0000b"`), func(e transport.Event) bool { return e.Text == "a\x00b" }},
		{"combining marks", message(`"type":"text","text":"e` + strings.Repeat("\u0301", 1000) + `"`),
			func(e transport.Event) bool { return e.Text == "e"+strings.Repeat("\u0301", 1000) }},
		{"right to left", message("\"type\":\"text\",\"text\":\"\u202eabc {x}\""), func(e transport.Event) bool { return e.Text == "\u202eabc {x}" }},
		{"1 MB of text", message(`"type":"text","text":"` + strings.Repeat("é", 1<<19) + `"`), func(e transport.Event) bool { return len(e.Text) == 1<<20 }},
		{"deepest", nested(63), func(e transport.Event) bool { return e.Type == "new" }},
		{"white space", " \t\r\n" + `{ "type" : "a" , "x" : [ ] , "y" : { } }` + "\n", func(e transport.Event) bool { return e.Raw[0] == '{' }},
	}
	c, err := New("secret", "token", nil)
	require.NoError(t, err)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := c.Decode("", []byte(tt.raw))
			require.NoError(t, err)
			require.True(t, tt.want(got), "%+v", got)
		})
	}
}

// malformed has event objects that none can make sense of, whose brackets and quotes are in
// order. Each of them must leave its neighbours alone.
var malformed = map[string]string{
	"null": `null`, "number": `5`, "string": `"a"`, "array": `[]`, "true": `true`, "word": `oops`, "nothing": ``,
	"no type": `{}`, "empty type": `{"type":""}`, "null type": `{"type":null}`, "type is a number": `{"type":5}`,
	"float timestamp": `{"type":"a","timestamp":1.5}`, "exponent": `{"type":"a","timestamp":1e12}`,
	"string timestamp": `{"type":"a","timestamp":"1754500000123"}`, "10^30": `{"type":"a","timestamp":1` + strings.Repeat("0", 30) + `}`,
	"negative timestamp": `{"type":"a","timestamp":-1}`, "year 10000": `{"type":"a","timestamp":253402300800000}`,
	"leading zero": `{"type":"a","timestamp":01}`, "only a sign": `{"type":"a","timestamp":-}`,
	"source is a string": `{"type":"a","source":"user"}`, "user id is a number": `{"type":"a","source":{"userId":1}}`,
	"message without content": `{"type":"message"}`, "message null": `{"type":"message","message":null}`,
	"message is text": `{"type":"message","message":"hi"}`, "text is a number": `{"type":"message","message":{"type":"text","text":1}}`,
	"edit without content": `{"type":"messageEdited"}`, "postback without content": `{"type":"postback"}`,
	"param is a number":  `{"type":"postback","postback":{"data":"d","params":{"a":1}}}`,
	"redelivery is text": `{"type":"a","deliveryContext":{"isRedelivery":"yes"}}`,
	"bad escape":         `{"type":"\x"}`, "bad unicode escape": `{"type":"\u12g4"}`, "control character": "{\"type\":\"a\x01\"}",
	"bad word": `{"type":"a","x":nul}`, "bad fraction": `{"type":"a","x":1.}`, "bad exponent": `{"type":"a","x":1e+}`,
	"no colon": `{"type" "a"}`, "no comma": `{"type":"a" "x":1}`, "trailing comma": `{"type":"a",}`, "array comma": `{"type":"a","x":[1,]}`,
	"array gap": `{"type":"a","x":[1 2]}`, "key is a number": `{1:2}`,
	"too deep":          `{"type":"a","x":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `}`,
	"10,000 deep":       `{"type":"a","x":` + strings.Repeat("[", 1e4) + strings.Repeat("]", 1e4) + `}`,
	"100,000 deep":      `{"type":"a","x":` + strings.Repeat(`{"a":`, 1e5) + "1" + strings.Repeat("}", 1e5) + `}`,
	"ends in an escape": "{\"type\":\"a\\", "ends in a string": `{"type":"a`, "ends": `{"type"`, "text after it": `{"type":"a"} x`,
	"NUL after it": "{\"type\":\"a\"}\x00",
}

// An event of another account is none of this one.
func TestDecodeElsewhere(t *testing.T) {
	c, err := New("secret", "token", &Options{Name: "shop"})
	require.NoError(t, err)
	for _, account := range []string{"", "shop2", "sho"} {
		_, err = c.Decode(account, []byte(samples[0].raw))
		require.ErrorIs(t, err, errElsewhere)
	}
}

func TestDecodeMalformed(t *testing.T) {
	c, err := New("secret", "token", nil)
	require.NoError(t, err)
	good := samples[0].raw
	for name, raw := range malformed {
		t.Run(name, func(t *testing.T) {
			_, err := c.Decode("", []byte(raw))
			require.EqualError(t, err, "line: malformed event")
			if strings.HasSuffix(name, "after it") || strings.HasPrefix(name, "ends") {
				return // the body itself is malformed then
			}
			cb, err := webhook.Body([]byte(`{"events":[`+good+`,`+raw+`,`+good+`]}`), "")
			require.NoError(t, err)
			require.Equal(t, 1, cb.Malformed)
			require.Len(t, cb.Events, 2)
			require.Equal(t, good, string(cb.Events[1].Raw))
		})
	}
}

func TestDecodeBody(t *testing.T) {
	probe := func(c string) string {
		return `{"type":"message","message":{"type":"text","id":"1","text":"Hello"},"replyToken":"` + strings.Repeat(c, 32) + `"}`
	}
	tests := []struct {
		name, body        string
		events, malformed int
		probes            int
		bad               bool
	}{
		{name: "empty", body: ``, bad: true},
		{name: "array", body: `[]`, bad: true},
		{name: "null", body: `null`, bad: true},
		{name: "no events", body: `{}`},
		{name: "null events", body: `{"events":null}`},
		{name: "verify", body: `{"destination":"U1","events":[]}`},
		{name: "events is an object", body: `{"events":{}}`, bad: true},
		{name: "events twice", body: `{"events":[],"events":[]}`, bad: true},
		{name: "behind the end", body: `{"events":[]} x`, bad: true},
		{name: "NUL behind the end", body: "{\"events\":[]}\x00", bad: true},
		{name: "cut", body: `{"events":[{"type":"a"}`, bad: true},
		{name: "cut in an event", body: `{"events":[{"type":"a"},{"type":"b`, bad: true},
		{name: "wrong bracket", body: `{"events":[}`, bad: true},
		{name: "swapped brackets", body: `{"events":[{"type":"a"}}]`, bad: true},
		{name: "no comma", body: `{"events":[{"type":"a"}{"type":"b"}]}`, bad: true},
		{name: "new members", body: `{"v":[1,{"a":"]"}],"events":[{"type":"a"}],"w":{"events":[]}}`, events: 1},
		{name: "probes", body: `{"events":[` + probe("0") + `,` + probe("f") + `]}`, probes: 2},
		{name: "gzip", body: "\x1f\x8b\x08\x00", bad: true},
		{name: "10,000 events", body: `{"events":[` + strings.Repeat(`{"type":"a"},`, 9999) + `{"type":"a"}]}`, events: 10000},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cb, err := webhook.Body([]byte(tt.body), "")
			require.Equal(t, tt.bad, err != nil)
			require.Len(t, cb.Events, tt.events)
			require.Equal(t, tt.malformed, cb.Malformed)
			require.Equal(t, tt.probes, cb.Probes)
		})
	}
}

func TestDecodeKeepsOrder(t *testing.T) {
	var parts []string
	for i := range 100 {
		parts = append(parts, `{"type":"message","webhookEventId":"e`+strconv.Itoa(i)+`","message":{"id":"`+strconv.Itoa(i)+`"}}`)
	}
	cb, err := webhook.Body([]byte(`{"events":[`+strings.Join(parts, ",")+`]}`), "")
	require.NoError(t, err)
	require.Len(t, cb.Events, 100)
	for i, e := range cb.Events {
		require.Equal(t, "e"+strconv.Itoa(i), e.ID)
		require.Equal(t, parts[i], string(e.Raw))
		require.Len(t, parts[i], cap(e.Raw), "an append must not write into the neighbour")
	}
}

func TestDecodeAllocations(t *testing.T) {
	allocs := testing.AllocsPerRun(100, func() { _, _ = webhook.Body(benchBody, "") })
	require.LessOrEqual(t, allocs, 2.0, "one for the events, one for all strings")
}
