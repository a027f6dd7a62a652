package line

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	sdk "github.com/line/line-bot-sdk-go/v8/linebot/webhook"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

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

func addSeeds(f *testing.F) {
	for _, s := range samples {
		f.Add([]byte(s.raw))
	}
	for _, raw := range malformed {
		if len(raw) < 1000 {
			f.Add([]byte(raw))
		}
	}
	f.Add([]byte(`{"type":"a","type":"b","source":{"userId":"U1","userId":null}}`))
	f.Add([]byte(`{"type":"a\ud83c\udf63\/\"\\","x":[{"y":"\u0000"},-0.0e-0,true,false,null]}`))
}

// FuzzEvent holds the scanner against encoding/json. Both are asked for every event; what
// encoding/json reads differently by design (keys that differ in case or come twice) is left out.
func FuzzEvent(f *testing.F) {
	addSeeds(f)
	for _, s := range brokenEvents {
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
		if !uniqueKeys(raw) || depth.leap() > maxDepth {
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

// uniqueKeys reports whether no object of raw has two keys that differ in case at most.
func uniqueKeys(raw []byte) bool {
	dec := json.NewDecoder(bytes.NewReader(raw))
	var walk func() bool
	walk = func() bool {
		tok, err := dec.Token()
		if err != nil {
			return err == io.EOF
		}
		open, ok := tok.(json.Delim)
		if !ok {
			return true
		}
		seen := map[string]bool{}
		for dec.More() {
			if open == '{' {
				key, err := dec.Token()
				if err != nil {
					return false
				}
				k := strings.ToLower(strings.ToUpper(key.(string)))
				if seen[k] || !knownCase(key.(string)) {
					return false
				}
				seen[k] = true
			}
			if !walk() {
				return false
			}
		}
		_, err = dec.Token()
		return err == nil
	}
	return walk()
}

// knownCase reports whether the key, if it is one that counts, has the case that LINE gives it.
func knownCase(key string) bool {
	for _, k := range []string{
		"type", "mode", "timestamp", "webhookEventId", "replyToken", "deliveryContext", "isRedelivery", "source",
		"userId", "groupId", "roomId", "message", "id", "text", "postback", "data", "params", "unsend", "messageId",
		"title", "address", "latitude", "longitude", "packageId", "stickerId", "keywords", "fileName", "fileSize",
		"imageSet", "index", "total", "mention", "mentionees", "length", "isSelf", "quotedMessageId",
	} {
		if strings.EqualFold(k, key) && k != key {
			return false
		}
	}
	return true
}

// FuzzEnvelope holds the whole body against LINE's SDK: where both succeed, they agree.
func FuzzEnvelope(f *testing.F) {
	for _, s := range samples {
		f.Add([]byte(`{"destination":"U1","events":[` + s.raw + `]}`))
	}
	f.Add([]byte(`{"events":[` + samples[0].raw + `,null,` + samples[16].raw + `]}`))
	f.Add(benchBody)
	for _, s := range brokenEvents {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		cb, err := decodeBody(body, "")
		if err != nil {
			return
		}
		for _, e := range cb.events {
			require.NotEmpty(t, e.ID)
			require.LessOrEqual(t, len(e.ID), maxEventID)
			require.True(t, utf8.ValidString(e.ID+e.Text+e.Type+e.ReplyToken+e.Postback.Data))
		}
		var theirs sdk.CallbackRequest
		if !uniqueKeys(body) || theirs.UnmarshalJSON(body) != nil || cb.malformed+cb.probes > 0 {
			return
		}
		require.Len(t, cb.events, len(theirs.Events))
		for i := range cb.events {
			requireSDK(t, theirs.Events[i], &cb.events[i])
		}
	})
}

// requireSDK compares what the SDK's event has in its fields, which have no common type.
func requireSDK(t *testing.T, theirs sdk.EventInterface, ours *transport.Event) {
	t.Helper()
	require.Equal(t, theirs.GetType(), ours.Type)
	v := reflect.ValueOf(theirs)
	if f := v.FieldByName("ReplyToken"); f.IsValid() {
		require.Equal(t, f.String(), ours.ReplyToken)
	}
	if f := v.FieldByName("Timestamp"); f.IsValid() {
		want := f.Int()
		if want == 0 {
			require.True(t, ours.Time.IsZero())
		} else {
			require.Equal(t, want, ours.Time.UnixMilli())
		}
	}
	if f := v.FieldByName("Mode"); f.IsValid() {
		require.Equal(t, f.String() == "standby", ours.Standby)
	}
	if f := v.FieldByName("WebhookEventId"); f.IsValid() && f.String() != "" && !strings.Contains(ours.ID, ":") {
		require.Equal(t, f.String(), ours.ID)
	}
	if f := v.FieldByName("DeliveryContext"); f.IsValid() && !f.IsNil() {
		require.Equal(t, f.Interface().(*sdk.DeliveryContext).IsRedelivery, ours.Redelivered)
	}
	if f := v.FieldByName("Source"); f.IsValid() && !f.IsNil() {
		requireSource(t, f.Interface(), ours.Source)
	}
	switch e := theirs.(type) {
	case sdk.MessageEvent:
		requireContent(t, e.Message, ours)
	case sdk.PostbackEvent:
		if e.Postback != nil {
			data, mark := transport.Unmark(e.Postback.Data)
			require.Equal(t, transport.Postback{Data: data, Mark: mark, Params: ours.Postback.Params}, ours.Postback)
			require.Len(t, ours.Postback.Params, len(e.Postback.Params))
			for k, v := range e.Postback.Params {
				require.Equal(t, v, ours.Postback.Params[k])
			}
		}
	case sdk.UnsendEvent:
		if e.Unsend != nil {
			require.Equal(t, e.Unsend.MessageId, ours.MessageID)
		}
	}
}

func requireSource(t *testing.T, theirs any, ours transport.Source) {
	t.Helper()
	switch s := theirs.(type) {
	case sdk.UserSource:
		require.Equal(t, transport.Source{Chat: transport.ChatUser, ChatID: s.UserId, UserID: s.UserId}, ours)
	case sdk.GroupSource:
		require.Equal(t, transport.Source{Chat: transport.ChatGroup, ChatID: s.GroupId, UserID: s.UserId}, ours)
	case sdk.RoomSource:
		require.Equal(t, transport.Source{Chat: transport.ChatRoom, ChatID: s.RoomId, UserID: s.UserId}, ours)
	default:
		require.Equal(t, transport.ChatNone, ours.Chat)
	}
}

func requireContent(t *testing.T, theirs sdk.MessageContentInterface, ours *transport.Event) {
	t.Helper()
	v := reflect.ValueOf(theirs)
	if !v.IsValid() {
		return
	}
	if f := v.FieldByName("Id"); f.IsValid() {
		require.Equal(t, f.String(), ours.MessageID)
	}
	text, ok := theirs.(sdk.TextMessageContent)
	require.Equal(t, ok, ours.Kind == transport.KindText)
	require.Equal(t, text.Text, ours.Text)
	if f := v.FieldByName("QuotedMessageId"); f.IsValid() {
		require.Equal(t, f.String(), ours.Quoted)
	}
	switch m := theirs.(type) {
	case sdk.TextMessageContent:
		requireMentions(t, m.Mention, ours)
	case sdk.ImageMessageContent:
		require.Equal(t, m.ImageSet != nil && m.ImageSet.Id != "", ours.Set != nil)
		if s := ours.Set; s != nil && s.Total > 0 {
			require.Equal(t, *m.ImageSet, sdk.ImageSet{Id: s.ID, Index: int32(s.Index), Total: int32(s.Total)})
		}
	case sdk.LocationMessageContent:
		require.Equal(t, &transport.Location{Title: m.Title, Address: m.Address, Latitude: m.Latitude, Longitude: m.Longitude},
			ours.Location)
	case sdk.StickerMessageContent:
		words := slices.DeleteFunc(m.Keywords, func(s string) bool { return s == "" })
		require.Equal(t, &transport.Sticker{PackageID: m.PackageId, ID: m.StickerId, Keywords: append([]string(nil), words...), Text: m.Text},
			ours.Sticker)
	case sdk.FileMessageContent:
		require.Equal(t, &transport.File{Name: m.FileName, Size: max(0, int64(m.FileSize))}, ours.File)
	}
}

func requireMentions(t *testing.T, theirs *sdk.Mention, ours *transport.Event) {
	t.Helper()
	if theirs == nil {
		require.Empty(t, ours.Mentions)
		return
	}
	require.Len(t, ours.Mentions, len(theirs.Mentionees))
	for i, m := range theirs.Mentionees {
		got := ours.Mentions[i]
		require.Equal(t, m.GetType() == "all", got.All)
		user, ok := m.(sdk.UserMentionee)
		if !ok {
			continue
		}
		require.Equal(t, user.UserId, got.UserID)
		require.Equal(t, user.IsSelf, got.Self)
		if got.Length > 0 {
			require.Equal(t, []int{int(user.Index), int(user.Length)}, []int{got.Index, got.Length})
		}
	}
}
