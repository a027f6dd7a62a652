package line

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/webhook"
)

// typed is what an event holds beside its text, ids and source.
func typed(e transport.Event) transport.Event {
	return transport.Event{
		Location: e.Location, Sticker: e.Sticker, File: e.File, Set: e.Set, Images: e.Images, Mentions: e.Mentions, Quoted: e.Quoted,
	}
}

// TestDecodeContent reads the message objects in LINE's documentation, and what nobody should send.
func TestDecodeContent(t *testing.T) {
	const text = `"type":"text","text":"@All @example Good Morning!! (love)",`
	aMention := func(place string) string {
		return `"type":"text","text":"🍎 @Bot","mention":{"mentionees":[{"type":"user","isSelf":true,` + place + `}]}`
	}
	type event = transport.Event
	self := func(index, length int) event {
		return event{Mentions: []transport.Mention{{Index: index, Length: length, Self: true}}}
	}
	set := func(id string, index, total int) event {
		return event{Images: []string{"1"}, Set: &transport.ImageSet{ID: id, Index: index, Total: total}}
	}
	tests := []struct {
		name, message string
		want          event
	}{
		{"mentions", text + `"mention":{"mentionees":[{"index":0,"length":4,"type":"all"},
			{"index":5,"length":8,"userId":"U49585cd0d5","type":"user","isSelf":false}]}`,
			event{Mentions: []transport.Mention{{Length: 4, All: true}, {Index: 5, Length: 8, UserID: "U49585cd0d5"}}}},
		{"a mention of the bot", aMention(`"index":3,"length":4,"userId":"U5"`),
			event{Mentions: []transport.Mention{{Index: 3, Length: 4, UserID: "U5", Self: true}}}},
		{"a quote", text + `"quotedMessageId":"468789577898262530","quoteToken":"q"`, event{Quoted: "468789577898262530"}},
		{"a quote and a mention, with escapes in the names", text + `"quot\u0065dMessageId":"4","m\u0065ntion":{"mentionees":[{"type":"all"}]}`,
			event{Quoted: "4", Mentions: []transport.Mention{{All: true}}}},
		{"one photo", `"type":"image","contentProvider":{"type":"line"}`, event{Images: []string{"1"}}},
		{"first of two", `"type":"image","imageSet":{"id":"E005D41A7288F41B65593ED38FF6E9834B046AB36A37921A56BC236F13A91855","index":1,"total":2}`,
			set("E005D41A7288F41B65593ED38FF6E9834B046AB36A37921A56BC236F13A91855", 1, 2)},
		{"of a set, from Android 11.15", `"type":"image","imageSet":{"id":"s"}`, set("s", 0, 0)},
		{"location", `"type":"location","title":"my location","address":"1-3 Kioicho, Chiyoda-ku, Tokyo, 102-8282 Japan","latitude":35.67966,"longitude":139.73669`,
			event{Location: &transport.Location{Title: "my location", Address: "1-3 Kioicho, Chiyoda-ku, Tokyo, 102-8282 Japan", Latitude: 35.67966, Longitude: 139.73669}}},
		{"location without a name", `"type":"location","latitude":-90,"longitude":1e2`, event{Location: &transport.Location{Latitude: -90, Longitude: 100}}},
		{"sticker", `"type":"sticker","stickerId":"738839","packageId":"12287","stickerResourceType":"MESSAGE","keywords":["Sparkle","Straight face"],"text":"Let's hang out this weekend!"`,
			event{Sticker: &transport.Sticker{PackageID: "12287", ID: "738839", Keywords: []string{"Sparkle", "Straight face"}, Text: "Let's hang out this weekend!"}}},
		{"sticker that quotes", `"type":"sticker","stickerId":"1","packageId":"2","quotedMessageId":"3"`,
			event{Quoted: "3", Sticker: &transport.Sticker{PackageID: "2", ID: "1"}}},
		{"file", `"type":"file","fileName":"file.txt","fileSize":2138`, event{File: &transport.File{Name: "file.txt", Size: 2138}}},
		{"large file", `"type":"file","fileName":"a","fileSize":4294967296`, event{File: &transport.File{Name: "a", Size: 1 << 32}}},
		{"video", `"type":"video","duration":60000,"contentProvider":{"type":"line"}`, event{}},

		{"place of another kind", `"type":"location","title":1,"address":"a","latitude":"35","longitude":1e400`, event{Location: &transport.Location{Address: "a"}}},
		{"nothing in a place", `"type":"location"`, event{Location: &transport.Location{}}},
		{"sticker of another kind", `"type":"sticker","stickerId":1,"packageId":"2","keywords":["a",1,null,"b"],"text":{}`,
			event{Sticker: &transport.Sticker{PackageID: "2", Keywords: []string{"a", "b"}}}},
		{"keywords of another kind", `"type":"sticker","stickerId":"1","packageId":"2","keywords":"a"`, event{Sticker: &transport.Sticker{PackageID: "2", ID: "1"}}},
		{"file of a negative size", `"type":"file","fileName":null,"fileSize":-1`, event{File: &transport.File{}}},
		{"file of half a byte", `"type":"file","fileName":"a","fileSize":0.5`, event{File: &transport.File{Name: "a"}}},
		{"set without an id", `"type":"image","imageSet":{"index":1,"total":2}`, event{Images: []string{"1"}}},
		{"set of another kind", `"type":"image","imageSet":[1]`, event{Images: []string{"1"}}},
		{"three of two", `"type":"image","imageSet":{"id":"s","index":3,"total":2}`, set("s", 0, 0)},
		{"none of two", `"type":"image","imageSet":{"id":"s","index":0,"total":2}`, set("s", 0, 0)},
		{"one of none", `"type":"image","imageSet":{"id":"s","index":1}`, set("s", 0, 0)},
		{"mention at the end of the text", aMention(`"index":7,"length":0`), self(7, 0)},
		{"mention behind the text", aMention(`"index":8,"length":0`), self(0, 0)},
		{"mention that is too long", aMention(`"index":3,"length":5`), self(0, 0)},
		{"mention of great length", aMention(`"index":1,"length":9223372036854775807`), self(0, 0)},
		{"mention before the text", aMention(`"index":-1,"length":2`), self(0, 0)},
		{"mention that runs back", aMention(`"index":3,"length":-2`), self(0, 0)},
		{"mention without a place", aMention(`"index":"3"`), self(0, 0)},
		{"mentions of another kind", text + `"mention":{"mentionees":[1,null,[],{"type":"robot","userId":7}]}`, event{Mentions: make([]transport.Mention, 1)}},
		{"mentionees of another kind", text + `"mention":{"mentionees":"all"}`, event{}},
		{"mention of another kind", text + `"mention":7,"quotedMessageId":7`, event{}},
		{"names of another case", text + `"QuotedMessageId":"4","Mention":{"mentionees":[{"type":"all"}]}`, event{}},
		{"what belongs to other kinds", text + `"imageSet":{"id":"s"},"latitude":1,"fileName":"x","packageId":"1"`, event{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			raw := `{"type":"message","message":{"id":"1",` + tt.message + `},` + common + fromGroup + withToken + `}`
			cb, err := webhook.Body([]byte(`{"events":[`+raw+`]}`), "")
			require.NoError(t, err)
			require.Len(t, cb.Events, 1, "it costs the event")
			got := cb.Events[0]
			require.Equal(t, tt.want, typed(got))
			require.Equal(t, []string{"1", "token-1", testUser}, []string{got.MessageID, got.ReplyToken, got.Source.UserID})
			require.Equal(t, strings.Contains(tt.message, `"isSelf":true`), got.Mentioned())
		})
	}
}

// An edited text has the mentions that it has now.
func TestDecodeEditedMention(t *testing.T) {
	raw := `{"type":"messageEdited","message":{"id":"1","type":"text","text":"@All","mention":{"mentionees":[{"type":"all","length":4}]},` +
		`"quotedMessageId":"2"},` + common + fromGroup + `}`
	cb, err := webhook.Body([]byte(`{"events":[`+raw+`]}`), "")
	require.NoError(t, err)
	require.Equal(t, transport.Event{Mentions: []transport.Mention{{Length: 4, All: true}}, Quoted: "2"}, typed(cb.Events[0]))
}

// A photo without an id has nothing that could be fetched.
func TestDecodePhotoWithoutID(t *testing.T) {
	cb, err := webhook.Body([]byte(`{"events":[{"type":"message","message":{"type":"image"}}]}`), "")
	require.NoError(t, err)
	require.Empty(t, cb.Events[0].Images)
}
