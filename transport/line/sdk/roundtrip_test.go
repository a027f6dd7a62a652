package sdk_test

import (
	"testing"
	"time"

	api "github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// TestSDKReadsOurMessages checks the JSON of package line against LINE's own reader.
func TestSDKReadsOurMessages(t *testing.T) {
	day := time.Date(2026, 3, 1, 18, 30, 0, 0, time.UTC)
	yes := line.Postback("Yes", "yes").WithDisplay("<Yes>\u2028\x01").WithFillIn("Dear 🍎\n")
	apiYes := api.PostbackAction{
		Action: api.Action{Type: "postback"}, Label: "Yes", Data: "~abcdefgh~yes", DisplayText: "<Yes>\u2028\x01",
		InputOption: api.PostbackActionINPUT_OPTION_OPEN_KEYBOARD, FillInText: "Dear 🍎\n",
	}
	apiNo := api.MessageAction{Action: api.Action{Type: "message"}, Label: "No", Text: "no"}
	when := line.DatetimePicker("When", "w").Between(day, day.AddDate(0, 0, 1)).StartingAt(day)
	apiWhen := api.DatetimePickerAction{
		Action: api.Action{Type: "datetimepicker"}, Label: "When", Data: "~abcdefgh~w", Mode: "datetime",
		Initial: "2026-03-01T18:30", Min: "2026-03-01T18:30", Max: "2026-03-02T18:30",
	}
	apiMap := api.UriAction{Action: api.Action{Type: "uri"}, Label: "Map", Uri: picture}
	template := func(alt string, t api.TemplateInterface) api.MessageInterface {
		return api.TemplateMessage{Message: api.Message{Type: "template"}, AltText: alt, Template: t}
	}
	item := func(icon string, a api.ActionInterface) api.QuickReplyItem {
		return api.QuickReplyItem{Type: "action", ImageUrl: icon, Action: a}
	}
	tests := []struct {
		name    string
		message transport.Message
		want    api.MessageInterface
	}{
		{
			"text with quick replies",
			line.Text("Hi \"you\"").Quick(yes, line.Icon(picture, when), line.Camera("Photo"),
				line.CameraRoll("Album"), line.ShareLocation("Where")),
			api.TextMessage{
				Message: api.Message{Type: "text"}, Text: "Hi \"you\"",
				QuickReply: &api.QuickReply{Items: []api.QuickReplyItem{
					item("", apiYes), item(picture, apiWhen),
					item("", api.CameraAction{Action: api.Action{Type: "camera"}, Label: "Photo"}),
					item("", api.CameraRollAction{Action: api.Action{Type: "cameraRoll"}, Label: "Album"}),
					item("", api.LocationAction{Action: api.Action{Type: "location"}, Label: "Where"}),
				}},
			},
		},
		{
			"sticker",
			line.Sticker("446", "1988"),
			api.StickerMessage{Message: api.Message{Type: "sticker"}, PackageId: "446", StickerId: "1988"},
		},
		{
			"image", line.Image(picture, ""),
			api.ImageMessage{Message: api.Message{Type: "image"}, OriginalContentUrl: picture, PreviewImageUrl: picture},
		},
		{
			"confirm", line.Confirm("Sure?", yes, line.SayAs("No", "no")),
			template("Sure?", api.ConfirmTemplate{
				Template: api.Template{Type: "confirm"}, Text: "Sure?", Actions: []api.ActionInterface{apiYes, apiNo},
			}),
		},
		{
			"buttons",
			line.ButtonsMessage{
				Title: "T", Text: "t", ImageURL: picture, ImageAspect: line.AspectSquare, ImageSize: line.SizeContain,
				ImageColor: "#ffffff", Default: line.URI("Map", picture), Actions: []line.Action{yes, when}, AltText: "alt",
			},
			template("alt", api.ButtonsTemplate{
				Template: api.Template{Type: "buttons"}, Title: "T", Text: "t", ThumbnailImageUrl: picture,
				ImageAspectRatio: "square", ImageSize: "contain", ImageBackgroundColor: "#ffffff",
				DefaultAction: apiMap, Actions: []api.ActionInterface{apiYes, apiWhen},
			}),
		},
		{
			"carousel", line.Carousel(line.Column("a", yes).WithTitle("A").WithImage(picture), line.Column("b", yes)),
			template("a", api.CarouselTemplate{
				Template: api.Template{Type: "carousel"},
				Columns: []api.CarouselColumn{
					{Title: "A", Text: "a", ThumbnailImageUrl: picture, Actions: []api.ActionInterface{apiYes}},
					{Text: "b", Actions: []api.ActionInterface{apiYes}},
				},
			}),
		},
		{
			"flex",
			line.FlexJSON("alt", []byte(
				`{"hero": {"action": {"data": "x", "type": "postback"}, "type": "image"}, "type": "bubble"}`)),
			api.FlexMessage{
				Message: api.Message{Type: "flex"}, AltText: "alt",
				Contents: api.FlexBubble{
					FlexContainer: api.FlexContainer{Type: "bubble"},
					Hero: api.FlexImage{
						FlexComponent: api.FlexComponent{Type: "image"},
						Action:        api.PostbackAction{Action: api.Action{Type: "postback"}, Data: "~abcdefgh~x"},
					},
				},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			object, err := tt.message.AppendJSON(nil, "abcdefgh")
			require.NoError(t, err)
			got, err := api.UnmarshalMessage(object)
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}
