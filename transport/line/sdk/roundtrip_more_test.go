package sdk_test

import (
	"encoding/json"
	"testing"
	"time"

	api "github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/sdk"
)

// TestSDKReadsOurFurtherMessages is TestSDKReadsOurMessages for the rest of LINE's messages.
func TestSDKReadsOurFurtherMessages(t *testing.T) {
	sender := &api.Sender{Name: "Cook", IconUrl: picture}
	of := func(kind string) api.Message { return api.Message{Type: kind} }
	area := &api.ImagemapArea{X: 1, Y: 2, Width: 3, Height: 4}
	ours := line.Area{X: 1, Y: 2, Width: 3, Height: 4}
	tests := []struct {
		name    string
		message transport.Message
		want    api.MessageInterface
	}{
		{
			"text", line.Text("$").WithEmojis(line.Emoji("p", "e")).WithQuote("q").WithSender("Cook", picture),
			api.TextMessage{
				Message: of("text"), Sender: sender, Text: "$", QuoteToken: "q", Emojis: []api.Emoji{{ProductId: "p", EmojiId: "e"}},
			},
		},
		{
			"video", line.Video(clip, picture).WithTracking("t").WithSender("Cook", picture),
			api.VideoMessage{
				Message: of("video"), Sender: sender, OriginalContentUrl: clip, PreviewImageUrl: picture, TrackingId: "t",
			},
		},
		{
			"audio", line.Audio(clip, time.Minute).WithSender("Cook", picture),
			api.AudioMessage{Message: of("audio"), Sender: sender, OriginalContentUrl: clip, Duration: 60000},
		},
		{
			"location", line.Location("a", "b", 35.5, 139.5).WithSender("Cook", picture),
			api.LocationMessage{Message: of("location"), Sender: sender, Title: "a", Address: "b", Latitude: 35.5, Longitude: 139.5},
		},
		{
			"coupon", line.Coupon("c").WithDeliveryTag("t").WithSender("Cook", picture),
			api.CouponMessage{Message: of("coupon"), Sender: sender, CouponId: "c", DeliveryTag: "t"},
		},
		{
			"imagemap", line.Imagemap("https://example.com/i", "alt", 500).Tap(ours, line.URI("a", clip)).
				Tap(ours, line.SayAs("b", "c")).Tap(ours, line.Clipboard("d", "e")).WithSender("Cook", picture).
				WithVideo(line.ImagemapVideo{URL: clip, PreviewURL: picture, Area: ours, LinkURI: clip, LinkLabel: "l"}),
			api.ImagemapMessage{
				Message: of("imagemap"), Sender: sender, BaseUrl: "https://example.com/i", AltText: "alt",
				BaseSize: &api.ImagemapBaseSize{Width: 1040, Height: 500},
				Actions: []api.ImagemapActionInterface{
					api.UriImagemapAction{ImagemapAction: api.ImagemapAction{Type: "uri"}, Area: area, Label: "a", LinkUri: clip},
					api.MessageImagemapAction{ImagemapAction: api.ImagemapAction{Type: "message"}, Area: area, Label: "b", Text: "c"},
					api.ClipboardImagemapAction{
						ImagemapAction: api.ImagemapAction{Type: "clipboard"}, Area: area, Label: "d", ClipboardText: "e",
					},
				},
				Video: &api.ImagemapVideo{
					OriginalContentUrl: clip, PreviewImageUrl: picture, Area: area,
					ExternalLink: &api.ImagemapExternalLink{LinkUri: clip, Label: "l"},
				},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			object, err := tt.message.AppendJSON(nil, "")
			require.NoError(t, err)
			got, err := api.UnmarshalMessage(object)
			require.NoError(t, err)
			// What the SDK read it writes again, which tells more than its embedded fields.
			want, err := json.Marshal(pointed(tt.want))
			require.NoError(t, err)
			require.JSONEq(t, string(want), rendered(t, got, ""))
		})
	}
}

func pointed(m api.MessageInterface) api.MessageInterface { return shape(m, every(true)) }

// TestSDKAndParseMessage reads what the SDK wrote as values of package line.
func TestSDKAndParseMessage(t *testing.T) {
	for name, m := range messages() {
		t.Run(name, func(t *testing.T) {
			object := rendered(t, m, "")
			got, err := line.ParseMessage([]byte(object))
			require.NoError(t, err)
			require.NoError(t, got.Validate())
			again, err := got.AppendJSON(nil, "")
			require.NoError(t, err)
			require.JSONEq(t, object, string(again))
		})
	}
}

// The SDK cannot say whom a mention is of.
func TestMentionIsRefused(t *testing.T) {
	err := sdk.Message(api.TextMessageV2{
		Text: "{a}", Substitution: map[string]api.SubstitutionObject{"a": {Type: "mention"}},
	}).Validate()
	require.EqualError(t, err, "line: substitution.a.mentionee: required")
}
