package sdk_test

import (
	"testing"

	"github.com/line/line-bot-sdk-go/v8/linebot/webhook"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line/sdk"
)

func TestEvent(t *testing.T) {
	event, err := sdk.Event([]byte(`{"type":"message","message":{"type":"sticker","id":"1","keywords":["hello"]}}`))
	require.NoError(t, err)
	message, ok := event.(webhook.MessageEvent)
	require.True(t, ok)
	sticker, ok := message.Message.(webhook.StickerMessageContent)
	require.True(t, ok)
	require.Equal(t, []string{"hello"}, sticker.Keywords)

	event, err = sdk.Event([]byte(`{"type":"hologram"}`))
	require.NoError(t, err)
	require.IsType(t, webhook.UnknownEvent{}, event)

	for _, raw := range []string{"", "{", "{}", "[]"} {
		_, err = sdk.Event([]byte(raw))
		require.ErrorContains(t, err, "sdk: event: ")
	}
}
