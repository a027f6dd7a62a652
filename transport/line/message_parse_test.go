package line

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

func TestParseMessageUndoesAppendJSON(t *testing.T) {
	g, seen := newGen(1), map[string]int{}
	for range 500 {
		m := g.message()
		seen[fmt.Sprintf("%T", m)]++
		object, err := m.AppendJSON(nil, "")
		require.NoError(t, err)
		got, err := ParseMessage(object)
		require.NoError(t, err)
		require.Equal(t, transport.Message(m), got, "%s", object)
		// White space and the order of fields mean nothing.
		var v any
		require.NoError(t, json.Unmarshal(object, &v))
		other, err := json.MarshalIndent(v, "", "\t")
		require.NoError(t, err)
		if flex, is := m.(FlexMessage); is {
			flex.Contents = sortedJSON(t, flex.Contents)
			m = flex
		}
		if _, is := m.(RawMessage); is {
			continue
		}
		got, err = ParseMessage(other)
		require.NoError(t, err)
		require.Equal(t, transport.Message(m), got, "%s", object)
	}
	require.Len(t, seen, 15, "each type: %v", seen)
}

// sortedJSON is what encoding/json makes of s.
func sortedJSON(t *testing.T, s string) string {
	var v any
	require.NoError(t, json.Unmarshal([]byte(s), &v))
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// TestGeneratedMessagesAreSafe holds all types to what a message promises.
func TestGeneratedMessagesAreSafe(t *testing.T) {
	g := newGen(2)
	data := regexp.MustCompile(`"data":"`)
	for range 500 {
		m := g.message()
		plain, err := m.AppendJSON([]byte("["), "")
		require.NoError(t, err)
		require.True(t, json.Valid(plain[1:]), "%s", plain)
		marked, err := m.AppendJSON([]byte("["), "abcdefgh")
		require.NoError(t, err)
		if _, is := m.(RawMessage); !is {
			require.Equal(t, data.ReplaceAllString(string(plain), `"data":"~abcdefgh~`), string(marked))
		}
		if text, is := m.(TextMessage); is && text.Emojis != nil {
			continue // their places are random
		}
		require.NoError(t, m.Validate(), "%s", plain)
		require.NoError(t, Raw(plain[1:]).Validate(), "%s", plain)
	}
}

func TestParseMessageKeepsWhatItDoesNotKnow(t *testing.T) {
	for name, object := range map[string]string{
		"new type":           `{"type":"hologram","x":1}`,
		"empty type":         `{"type":""}`,
		"new field":          `{"type":"text","text":"a","x":null}`,
		"new quick reply":    `{"type":"text","text":"a","quickReply":{"items":[{"type":"new","action":{"type":"camera","label":"a"}}]}}`,
		"no quick replies":   `{"type":"text","text":"a","quickReply":{"items":[]}}`,
		"new action":         `{"type":"text","text":"a","quickReply":{"items":[{"type":"action","action":{"type":"new"}}]}}`,
		"field of a kind":    `{"type":"text","text":1}`,
		"type of a kind":     `{"type":1}`,
		"key in capitals":    `{"type":"text","TEXT":"a"}`,
		"empty sender":       `{"type":"text","text":"a","sender":{}}`,
		"new template":       `{"type":"template","altText":"a","template":{"type":"new"}}`,
		"no template":        `{"type":"template","altText":"a"}`,
		"no alt text":        `{"type":"template","template":{"type":"confirm","text":"a","actions":[]}}`,
		"no preview":         `{"type":"image","originalContentUrl":"https://example.com/a"}`,
		"no degrees":         `{"type":"location","title":"a","address":"b"}`,
		"narrow imagemap":    `{"type":"imagemap","baseUrl":"a","altText":"b","baseSize":{"width":700,"height":1},"actions":[]}`,
		"imagemap action":    `{"type":"imagemap","baseUrl":"a","altText":"b","baseSize":{"width":1040,"height":1},"actions":[{"type":"new"},null]}`,
		"new substitution":   `{"type":"textV2","text":"{a}","substitution":{"a":{"type":"new"}}}`,
		"long audio":         `{"type":"audio","originalContentUrl":"a","duration":9223372036854775807}`,
		"half a millisecond": `{"type":"audio","originalContentUrl":"a","duration":0.5}`,
		"flex contents":      `{"type":"flex","altText":"a"}`,
	} {
		t.Run(name, func(t *testing.T) {
			m, err := ParseMessage([]byte(" " + object + "\n"))
			require.NoError(t, err)
			require.Equal(t, RawMessage{JSON: object}, m)
		})
	}
}

func TestParseMessageDefaults(t *testing.T) {
	for name, m := range map[string]transport.Message{
		"alternative text": Confirm("Sure?", Say("yes"), Say("no")).WithAlt("Sure?"),
		"preview":          Image(picture, picture),
		"pointer":          &TextMessage{Text: "a"},
	} {
		t.Run(name, func(t *testing.T) {
			object, err := m.AppendJSON(nil, "")
			require.NoError(t, err)
			got, err := ParseMessage(object)
			require.NoError(t, err)
			again, err := got.AppendJSON(nil, "")
			require.NoError(t, err)
			require.NotEqual(t, m, got)
			require.Equal(t, string(object), string(again))
		})
	}
}

// A null is a substitution that is missing, as one that was left out by With would be.
func TestParseMessageWithoutSubstitution(t *testing.T) {
	m, err := ParseMessage([]byte(`{"type":"textV2","text":"{a}","substitution":{"a":null}}`))
	require.NoError(t, err)
	require.Equal(t, TextV2("{a}").With("a", nil), m)
	require.Equal(t, []string{"line: substitution.a: required", "line: text: a placeholder without a substitution"},
		broken(m.Validate()))
}

func TestParseMessageErrors(t *testing.T) {
	for _, tt := range []struct{ name, raw, want string }{
		{"empty", "", "line: message: not valid JSON"},
		{"no JSON", `{"type":"text"`, "line: message: not valid JSON"},
		{"an array", `[]`, "line: message: not a message object"},
		{"null", `null`, "line: message: not a message object"},
		{"no type", `{"text":"a"}`, "line: type: required"},
		{"null type", `{"type":null}`, "line: type: required"},
		{"type in another case", `{"tYpe":"text","text":"a"}`, "line: type: required"},
		{"null type in another case", `{"type":null,"tYpe":1e700}`, "line: type: required"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := ParseMessage([]byte(tt.raw))
			require.Nil(t, m)
			require.EqualError(t, err, tt.want)
		})
	}
}

// withAction is a text with an action among its quick replies.
func withAction(action string) string {
	return `{"type":"text","text":"a","quickReply":{"items":[{"type":"action","action":` + action + `}]}}`
}

func FuzzParseMessage(f *testing.F) {
	g := newGen(3)
	for range 60 {
		object, _ := g.message().AppendJSON(nil, "")
		f.Add(object)
	}
	for _, s := range []string{
		"", `{"type" "text"}`, `{"tYpe":1e700}`, `{"type":	text"}`, `{"t]pe":"sticker"}`, `{"type":"text","emojis":[x`,
		`{"type":"","originalContentUrl":"https://x/1"}`, `{"type":"image","originalContent":"https://x/1"}`,
		`{"type":"location","title":"a","addr":"b"}`,
		`{"type":"location","title":"a","addr":"b","latitude":-24.1,"longitude":23.6}`,
		`{"type":"template","altText":"a","template":{"type":"buttons","text":"a","act-s":[{"type":"message","label":"a","text":"b"}]}}`,
		`{"type":"coupon","couponId":"c","sender":{"iconUrl":"https://é"},"quickReply":{"items":[{"type":"new"}]}}`,
		withAction(`{"type":"new","label":"a"}`), withAction(`{"typ":"location"}`), withAction(`{"type":"datetimepick\r","label":"a"}`),
		withAction(`{"type":"datetimepicker","lafel":"a","data":"b","mode":"date","initial":"2026-01-;7"}`),
		"{\"type\":\"text\",\"text\":\"a\",\"sender\":{\"name\":\"\xff\",\"x\x00\":1}}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := ParseMessage(raw)
		if err != nil {
			require.Nil(t, m)
			return
		}
		_ = m.Validate()
		object, err := m.AppendJSON(nil, "")
		require.NoError(t, err)
		require.True(t, sameJSON(object, bytes.ToValidUTF8(raw, []byte("\uFFFD"))), "%s", object)
		again, err := ParseMessage(object)
		require.NoError(t, err)
		require.Equal(t, m, again)
		marked, err := m.AppendJSON(nil, "abcdefgh")
		require.NoError(t, err)
		require.True(t, json.Valid(marked))
	})
}

func TestParseMessageOfGivenJSON(t *testing.T) {
	for name, m := range map[string]transport.Message{
		"layout": FlexJSON("a", []byte("{ \"type\": \"bubble\" }\n")),
		"raw":    Raw([]byte("{ \"type\": \"new\" }\n")),
	} {
		t.Run(name, func(t *testing.T) {
			object, err := m.AppendJSON(nil, "")
			require.NoError(t, err)
			got, err := ParseMessage(object)
			require.NoError(t, err)
			require.Equal(t, m, got)
		})
	}
}
