package webhook

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/webhooktest"
)

// plainEvents are as LINE sends them.
var plainEvents = []string{
	`{"type":"message","message":{"id":"9007199254740993000","type":"text","text":"héllo","quoteToken":"q"},` +
		`"mode":"active","timestamp":1754500000123,"webhookEventId":"01K2","deliveryContext":{"isRedelivery":false},` +
		`"source":{"type":"group","groupId":"C2","userId":"U1"},"replyToken":"token-1"}`,
	`{"type":"message","message":{"id":"1","type":"text","text":"@Bot","mention":{"mentionees":[{"index":0,"length":4,` +
		`"type":"user","isSelf":true}]},"quotedMessageId":"7"},"source":{"type":"user","userId":"U1"}}`,
	`{"type":"postback","postback":{"data":"when","params":{"datetime":"2026-08-09T19:30"}},"mode":"standby"}`,
	`{"type":"unsend","unsend":{"messageId":"6"},"source":{"type":"room","roomId":"R3"}}`,
	`{"type":"telepathy","thought":[1,2.5e-3,null,{"a":[]}]}`,
}

// oddEvents take another path.
var oddEvents = []string{
	`{"type":"a","type":"b","source":{"userId":"U1","userId":null}}`, `{"t\u0079pe":"a"}`, "{\"type\":\"a\xff\"}",
	`{"type":"a\ud83c\udf63\/\"\\","x":[{"y":"\u0000"},-0.0e-0,true,false,null]}`, `{"type":"a\ud83d"}`,
	"{        ", `{"\u`, "n", "-0", " 0", "0\r", "[[]]", "{}\x00", "{\"source\":{\"0\x89\x80\":\"\"}}", `{"type":"a",}`,
	`{"type":"message","message":{"type":"sticker","text":{"a":1}}}`, `{"type":"a","timestamp":01}`, `{"type":"a","x":nul}`,
}

// LINE's own events take the fast path.
func TestFastPath(t *testing.T) {
	for _, raw := range plainEvents {
		s := scanner{b: []byte(raw)}
		s.event(&fields{})
		require.False(t, s.bad, raw)
	}
}

// eventJSON is an event as encoding/json reads it.
type eventJSON struct {
	Type            string
	Mode            string
	Timestamp       int64
	WebhookEventID  string `json:"webhookEventId"`
	ReplyToken      string
	DeliveryContext struct{ IsRedelivery bool }
	Source          struct{ Type, UserID, GroupID, RoomID string }
	Message         *messageJSON
	Postback        *struct {
		Data   string
		Params map[string]string
	}
	Unsend struct{ MessageID string }
}

type messageJSON struct {
	Type, ID, Text string
	raw            []byte
}

func (m *messageJSON) UnmarshalJSON(raw []byte) error {
	var v struct {
		Type, ID string
		Text     json.RawMessage
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	m.Type, m.ID, m.raw = v.Type, v.ID, slices.Clone(raw)
	if v.Type != "text" || v.Text == nil {
		return nil
	}
	return json.Unmarshal(v.Text, &m.Text)
}

func (e *eventJSON) fields() *fields {
	f := &fields{
		typ: []byte(e.Type), mode: []byte(e.Mode), id: []byte(e.WebhookEventID), replyToken: []byte(e.ReplyToken),
		timestamp: e.Timestamp, redelivery: e.DeliveryContext.IsRedelivery,
		sourceType: []byte(e.Source.Type), userID: []byte(e.Source.UserID),
		groupID: []byte(e.Source.GroupID), roomID: []byte(e.Source.RoomID),
		hasMessage: e.Message != nil, hasPostback: e.Postback != nil, unsentID: []byte(e.Unsend.MessageID),
	}
	if e.Message != nil {
		f.messageType, f.messageID, f.text = []byte(e.Message.Type), []byte(e.Message.ID), []byte(e.Message.Text)
		f.message, f.hasMore = e.Message.raw, true
	}
	if e.Postback != nil {
		f.postbackData, f.params = []byte(e.Postback.Data), e.Postback.Params
	}
	return f
}

// FuzzEvent holds the scanner against encoding/json. Both are asked for every event; what
// encoding/json reads differently by design (keys that differ in case or come twice) is left out.
func FuzzEvent(f *testing.F) {
	for _, s := range slices.Concat(plainEvents, oddEvents) {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, fast := scanner{b: raw}, fields{}
		s.event(&fast)
		took := !s.bad && s.end()

		depth := scanner{b: raw}
		var slow fields
		slowErr := slowEvent(raw, &slow)
		if took {
			require.NoError(t, slowErr, "the fast path took what the slow path refuses")
			requireSame(t, &slow, &fast)
		}
		var oracle eventJSON
		if !webhooktest.UniqueKeys(raw) || depth.leap() > maxDepth {
			return
		}
		err := json.Unmarshal(raw, &oracle)
		if err != nil || bytes.HasPrefix(bytes.TrimSpace(raw), []byte("null")) {
			require.False(t, took, "the fast path took what encoding/json refuses")
			require.Error(t, slowErr)
			return
		}
		require.NoError(t, slowErr)
		requireSame(t, oracle.fields(), &slow)
	})
}

func requireSame(t *testing.T, want, got *fields) {
	t.Helper()
	w, wErr := want.assemble(nil, "")
	g, gErr := got.assemble(nil, "")
	require.Equal(t, wErr, gErr)
	require.Equal(t, w, g)
}
