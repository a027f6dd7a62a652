package sdk_test

import (
	"fmt"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
	"github.com/line/line-bot-sdk-go/v8/linebot/webhook"

	"github.com/kaiwa-go/kaiwa/transport/line/sdk"
)

// A template by value: the SDK alone would send it without the types of its parts.
func ExampleMessage() {
	m := sdk.Message(messaging_api.TemplateMessage{
		AltText: "Friday for 2?",
		Template: messaging_api.ConfirmTemplate{
			Text: "Friday for 2?",
			Actions: []messaging_api.ActionInterface{
				messaging_api.PostbackAction{Label: "Yes", Data: "yes"},
				messaging_api.PostbackAction{Label: "A much too long refusal", Data: "no"},
			},
		},
	})
	fmt.Println(m.Validate())
	// Output:
	// line: template.actions[1].label: 23 of at most 20 grapheme clusters
}

func ExampleEvent() {
	raw := []byte(`{"type":"message","message":{"type":"sticker","id":"1","packageId":"446","stickerId":"1988"}}`)
	event, err := sdk.Event(raw) // the Raw of a transport.Event
	if err != nil {
		fmt.Println(err)
		return
	}
	message := event.(webhook.MessageEvent)
	fmt.Println(message.Message.(webhook.StickerMessageContent).StickerId)
	// Output: 1988
}
