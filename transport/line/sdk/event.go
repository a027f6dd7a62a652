package sdk

import (
	"fmt"

	"github.com/line/line-bot-sdk-go/v8/linebot/webhook"
)

// Event returns the SDK's typed event from the Raw of a transport.Event. Timers have none.
// Types that the SDK does not know come as webhook.UnknownEvent.
func Event(raw []byte) (webhook.EventInterface, error) {
	event, err := webhook.UnmarshalEvent(raw)
	if err != nil {
		return nil, fmt.Errorf("sdk: event: %w", err)
	}
	return event, nil
}
