package line

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

// TestOpenAPICalls holds the bodies of all calls that are made here to LINE's own description.
func TestOpenAPICalls(t *testing.T) {
	api := readOpenAPI(t, "messaging-api.yml")
	p := newPlatform(t, says(200, `{}`))
	c, err := New("secret", "token", &Options{Endpoint: p.URL})
	require.NoError(t, err)
	g := newGen(5)
	for range 200 {
		m := g.message()
		if _, is := m.(RawMessage); is {
			m = Text("instead")
		}
		body, err := m.AppendJSON([]byte{'['}, "abcdefgh")
		require.NoError(t, err)
		d := delivery()
		d.Messages = append(body, ']')
		require.NoError(t, failure(c.Send(t.Context(), d)))
		d.ReplyToken = ""
		require.NoError(t, failure(c.Send(t.Context(), d)))
	}
	require.NoError(t, c.ShowLoading(t.Context(), chatWith("U1"), 42*time.Second))
	require.NoError(t, c.MarkAsRead(t.Context(), &transport.Event{Raw: []byte(`{"message":{"markAsReadToken":"m"}}`)}))
	names := map[string]string{
		"/v2/bot/message/reply":      "ReplyMessageRequest",
		"/v2/bot/message/push":       "PushMessageRequest",
		"/v2/bot/chat/loading/start": "ShowLoadingAnimationRequest",
		"/v2/bot/chat/markAsRead":    "MarkMessagesAsReadByTokenRequest",
	}
	for _, call := range p.got() {
		var v any
		require.NoError(t, json.Unmarshal([]byte(call.body), &v))
		require.Contains(t, names, call.path)
		require.Empty(t, api.check("body", api.find(names[call.path]), v), call.body)
	}
	require.Len(t, p.got(), 402)
}
