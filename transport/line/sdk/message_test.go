package sdk_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"

	api "github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/sdk"
)

// shape builds m anew. pointer says for each part in an interface, in order, if it is to be a
// pointer.
func shape(m api.MessageInterface, pointer func() bool) api.MessageInterface {
	return shapeOf(reflect.ValueOf(&m).Elem(), pointer).Interface().(api.MessageInterface)
}

func shapeOf(v reflect.Value, pointer func() bool) reflect.Value {
	own := reflect.New(v.Type()).Elem()
	switch {
	case (v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer) && v.IsNil():
	case v.Kind() == reflect.Interface:
		p := reflect.New(v.Elem().Type())
		asPointer := pointer()
		p.Elem().Set(shapeOf(v.Elem(), pointer))
		if asPointer {
			own.Set(p)
		} else {
			own.Set(p.Elem())
		}
	case v.Kind() == reflect.Pointer:
		own.Set(reflect.New(v.Type().Elem()))
		own.Elem().Set(shapeOf(v.Elem(), pointer))
	case v.Kind() == reflect.Slice && v.Len() > 0:
		own.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			own.Index(i).Set(shapeOf(v.Index(i), pointer))
		}
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			own.Field(i).Set(shapeOf(v.Field(i), pointer))
		}
	default:
		own.Set(v)
	}
	return own
}

func every(p bool) func() bool { return func() bool { return p } }

func alternate(p bool) func() bool { return func() bool { p = !p; return p } }

func rendered(t *testing.T, m api.MessageInterface, mark string) string {
	t.Helper()
	b, err := sdk.Message(m).AppendJSON(nil, mark)
	require.NoError(t, err)
	return string(b)
}

func TestEveryShapeIsTheSame(t *testing.T) {
	shapes := map[string]func() func() bool{
		"values":        func() func() bool { return every(false) },
		"pointers":      func() func() bool { return every(true) },
		"value first":   func() func() bool { return alternate(true) },
		"pointer first": func() func() bool { return alternate(false) },
	}
	for name, m := range messages() {
		want, err := json.Marshal(shape(m, every(true)))
		require.NoError(t, err)
		require.NotContains(t, string(want), `"type":""`, "the SDK itself")
		for shapeName, pointer := range shapes {
			t.Run(name+"/"+shapeName, func(t *testing.T) {
				built, untouched := shape(m, pointer()), shape(m, pointer())
				require.Equal(t, string(want), rendered(t, built, ""))
				require.Equal(t, untouched, built, "the caller's message was written to")
			})
		}
	}
}

func TestPostbacksAreTagged(t *testing.T) {
	for name, m := range messages() {
		t.Run(name, func(t *testing.T) {
			plain := rendered(t, m, "")
			want := strings.NewReplacer(`"data":"yes"`, `"data":"~abcdefgh~yes"`,
				`"data":"day"`, `"data":"~abcdefgh~day"`).Replace(plain)
			require.NotEqual(t, plain, want)
			require.Equal(t, want, rendered(t, m, "abcdefgh"))
		})
	}
}

func TestValidate(t *testing.T) {
	for name, m := range messages() {
		t.Run(name, func(t *testing.T) { require.NoError(t, sdk.Message(m).Validate()) })
	}
	err := sdk.Message(api.TemplateMessage{
		AltText: strings.Repeat("a", 1501),
		Template: api.ConfirmTemplate{Text: "t", Actions: []api.ActionInterface{
			api.PostbackAction{Label: strings.Repeat("a", 23), Data: strings.Repeat("d", 291)},
			&api.PostbackAction{Label: "a", Data: "~abcdefgh~"},
		}},
		QuickReply: &api.QuickReply{Items: make([]api.QuickReplyItem, 14)},
	}).Validate()
	var limit *line.LimitError
	require.ErrorAs(t, err, &limit)
	for _, want := range []string{
		"line: altText: 1501 of at most 1500 UTF-16 code units",
		"line: template.actions[0].label: 23 of at most 20 grapheme clusters",
		"line: template.actions[0].data: 291 of at most 290 UTF-16 code units",
		"line: template.actions[1].data: begins like a mark",
		"line: quickReply.items: 14 of at most 13 items",
		"line: quickReply.items[13].action: required",
	} {
		require.Contains(t, err.Error(), want)
	}
}

func TestMessageIsACopy(t *testing.T) {
	yes := &api.PostbackAction{Label: "Yes", Data: "yes"}
	m := &api.TemplateMessage{
		AltText: "alt", Template: &api.ButtonsTemplate{Text: "t", Actions: []api.ActionInterface{yes}},
	}
	own := sdk.Message(m)
	before, err := own.AppendJSON(nil, "")
	require.NoError(t, err)
	yes.Label, m.AltText = "No", "other"
	after, err := own.AppendJSON(nil, "")
	require.NoError(t, err)
	require.Equal(t, string(before), string(after))
}

func TestSharedByGoroutines(t *testing.T) {
	for name, m := range messages() {
		shared := shape(m, every(true))
		want, own := rendered(t, m, "abcdefgh"), sdk.Message(shared)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				fresh, err1 := sdk.Message(shared).AppendJSON(nil, "abcdefgh")
				same, err2 := own.AppendJSON(nil, "abcdefgh")
				if errors.Join(err1, err2, own.Validate()) != nil || string(fresh) != want || string(same) != want {
					t.Errorf("%s: not the same message", name)
				}
			})
		}
		wg.Wait()
	}
}

func TestQuickReplyItemsGetTheirType(t *testing.T) {
	q := &api.QuickReply{Items: []api.QuickReplyItem{{Action: api.MessageAction{Label: "1", Text: "1"}}}}
	require.Equal(t,
		`{"quickReply":{"items":[{"action":{"label":"1","text":"1","type":"message"},"type":"action"}]},`+
			`"text":"a","type":"text"}`,
		sorted(t, rendered(t, api.TextMessage{Text: "a", QuickReply: q}, "")))
	require.Empty(t, q.Items[0].Type)
}

// sorted returns the object with its fields in order.
func sorted(t *testing.T, object string) string {
	var v any
	require.NoError(t, json.Unmarshal([]byte(object), &v))
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

func TestUnknownPartsAreKept(t *testing.T) {
	tests := []struct{ name, object string }{
		{"message", `{"type":"hologram","x":[1,2]}`},
		{"template", `{"altText":"a","template":{"type":"wheel","x":1},"type":"template"}`},
		{
			"action",
			`{"altText":"a","template":{"actions":[{"type":"wink","x":1}],"text":"t","type":"buttons"},"type":"template"}`,
		},
		{"container", `{"altText":"a","contents":{"type":"cube","x":1},"type":"flex"}`},
		{"component", `{"altText":"a","contents":{"hero":{"type":"map","x":1},"type":"bubble"},"type":"flex"}`},
		{
			"imagemap action",
			`{"actions":[{"type":"wink","x":1}],"altText":"a","baseSize":null,"baseUrl":"","type":"imagemap"}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := api.UnmarshalMessage([]byte(tt.object))
			require.NoError(t, err)
			require.Equal(t, tt.object, sorted(t, rendered(t, m, "")))
			p := reflect.New(reflect.TypeOf(m))
			p.Elem().Set(reflect.ValueOf(m))
			require.Equal(t, tt.object, sorted(t, rendered(t, p.Interface().(api.MessageInterface), "")))
		})
	}
}

// ownText is a message type of a user of the SDK.
type ownText struct {
	api.TextMessage
	secret *int
}

// wrapped has the shape of the SDK's Unknown types, but not their fields.
type wrapped struct {
	api.MessageInterface
	A, B string
}

// word is a message that is no struct.
type word string

func (word) GetType() string { return "text" }

func (w word) MarshalJSON() ([]byte, error) {
	if w == "" {
		return nil, errors.New("no word")
	}
	return []byte(`{"type":"text","text":"` + string(w) + `"}`), nil
}

func TestOtherMessages(t *testing.T) {
	require.Equal(t, `{"text":"a","type":"text"}`,
		sorted(t, rendered(t, ownText{api.TextMessage{Text: "a"}, new(int)}, "")))
	require.Equal(t, `{"type":"text","text":"a"}`, rendered(t, word("a"), ""))
	require.Equal(t, `{"A":"a","B":"b","MessageInterface":{"text":"c","type":"text"}}`,
		sorted(t, rendered(t, wrapped{api.TextMessage{Text: "c"}, "a", "b"}, "")))
	w := word("a")
	require.Equal(t, `{"type":"text","text":"a"}`, rendered(t, &w, ""))
}

func TestFailures(t *testing.T) {
	loop := &api.FlexBox{Layout: "vertical"}
	loop.Contents = []api.FlexComponentInterface{loop}
	tests := []struct {
		name    string
		message api.MessageInterface
		want    string
	}{
		{"nil", nil, "sdk: nil message"},
		{"nil pointer", (*api.TextMessage)(nil), "sdk: nil message"},
		{"a loop", &api.FlexMessage{Contents: &api.FlexBubble{Body: loop}}, "sdk: message nested too deep, or in itself"},
		{"no JSON", word(""), "sdk: marshal sdk_test.word: json: error calling MarshalJSON for type sdk_test.word: no word"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := sdk.Message(tt.message)
			require.EqualError(t, m.Validate(), tt.want)
			b, err := m.AppendJSON([]byte("["), "")
			require.EqualError(t, err, tt.want)
			require.Equal(t, "[", string(b))
		})
	}
	t.Run("nil pointers inside", func(t *testing.T) {
		m := api.TemplateMessage{AltText: "a", Template: (*api.ConfirmTemplate)(nil)}
		require.EqualError(t, sdk.Message(m).Validate(), "line: template: required")
	})
}

func BenchmarkMessage(b *testing.B) {
	m, buf := messages()["buttons"], make([]byte, 0, 4096)
	b.Run("copy", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sdk.Message(m)
		}
	})
	own := sdk.Message(m)
	b.Run("AppendJSON", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			buf, _ = own.AppendJSON(buf[:0], "abcdefgh")
		}
	})
}
