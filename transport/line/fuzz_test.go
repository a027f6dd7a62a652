package line

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	sdk "github.com/line/line-bot-sdk-go/v8/linebot/webhook"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/webhook"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/webhooktest"
)

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
		cb, err := webhook.Body(body, "")
		if err != nil {
			return
		}
		for _, e := range cb.Events {
			require.NotEmpty(t, e.ID)
			require.LessOrEqual(t, len(e.ID), webhook.MaxEventID)
			require.True(t, utf8.ValidString(e.ID+e.Text+e.Type+e.ReplyToken+e.Postback.Data))
		}
		var theirs sdk.CallbackRequest
		if !webhooktest.UniqueKeys(body) || theirs.UnmarshalJSON(body) != nil || cb.Malformed+cb.Probes > 0 {
			return
		}
		require.Len(t, cb.Events, len(theirs.Events))
		for i := range cb.Events {
			requireSDK(t, theirs.Events[i], &cb.Events[i])
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
