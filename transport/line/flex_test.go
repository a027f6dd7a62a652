package line

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const bubbleJSON = `{
  "type": "bubble",
  "body": {"type": "box", "layout": "vertical", "contents": [
    {"type": "text", "text": "data: {\"type\": \"postback\"}", "size": "xl"},
    {"type": "button", "action": {"data": "yes", "label": "Yes", "type": "postback"}},
    {"type": "button", "action": {"type": "datetimepicker", "label": "Day", "data": "d", "mode": "date"}},
    {"type": "image", "url": "https://example.com/p.png", "flex": 1.50e+0,
     "action": {"type": "uri", "uri": "https://example.com"}}
  ]}
}`

func flexLines(contents string) []string {
	return broken(FlexJSON("alt", []byte(contents)).Validate())
}

func TestFlexJSON(t *testing.T) {
	m := FlexJSON(`a "table"`, []byte(bubbleJSON)).Quick(Postback("No", "no"))
	require.NoError(t, m.Validate())

	var contents bytes.Buffer
	require.NoError(t, json.Compact(&contents, []byte(bubbleJSON)))
	want := `{"type":"flex","altText":"a \"table\"","contents":` + contents.String() +
		`,"quickReply":{"items":[{"type":"action","action":{"type":"postback","label":"No","data":"no"}}]}}`
	got, err := m.AppendJSON([]byte("["), "")
	require.NoError(t, err)
	require.Equal(t, "["+want, string(got))

	got, err = m.AppendJSON(nil, "abcdefgh")
	require.NoError(t, err)
	want = strings.NewReplacer(`"data":"`, `"data":"~abcdefgh~`).Replace(want)
	require.Equal(t, want, string(got))

	m.Contents = "{"
	got, err = m.AppendJSON([]byte("["), "")
	require.EqualError(t, err, "line: contents: not valid JSON")
	require.Equal(t, "[", string(got))
}

func TestCompactJSONTags(t *testing.T) {
	tests := []struct{ name, raw, want string }{
		{"type first", `{"type":"postback","data":"x"}`, `{"type":"postback","data":"~abcdefgh~x"}`},
		{"type last", `{"data":"x","type":"postback"}`, `{"data":"~abcdefgh~x","type":"postback"}`},
		{"picker", `{"data":"x","type":"datetimepicker"}`, `{"data":"~abcdefgh~x","type":"datetimepicker"}`},
		{"rich menu switch", `{"data":"x","type":"richmenuswitch"}`, `{"data":"~abcdefgh~x","type":"richmenuswitch"}`},
		{"empty data", `{"data":"","type":"postback"}`, `{"data":"~abcdefgh~","type":"postback"}`},
		{
			"escapes", `{"d\u0061ta":"\"\\","t\u0079pe":"post\u0062ack"}`,
			`{"d\u0061ta":"~abcdefgh~\"\\","t\u0079pe":"post\u0062ack"}`,
		},
		{"another type", `{"data":"x","type":"message"}`, `{"data":"x","type":"message"}`},
		{"no type", `{"data":"x"}`, `{"data":"x"}`},
		{
			"data is no string", `{"data":{"type":"postback"},"type":"postback"}`,
			`{"data":{"type":"postback"},"type":"postback"}`,
		},
		{"type is no string", `{"data":"x","type":["postback"]}`, `{"data":"x","type":["postback"]}`},
		{"the last data", `{"data":"x","data":"y","type":"postback"}`, `{"data":"x","data":"~abcdefgh~y","type":"postback"}`},
		{"the last data is none", `{"data":"x","data":1,"type":"postback"}`, `{"data":"x","data":1,"type":"postback"}`},
		{
			"the last type", `{"type":"postback","data":"x","type":"message"}`,
			`{"type":"postback","data":"x","type":"message"}`,
		},
		{
			"nested", `[{"data":"a","x":{"data":"b","type":"postback"},"type":"postback"}, {"type":"postback","data":"c"}]`,
			`[{"data":"~abcdefgh~a","x":{"data":"~abcdefgh~b","type":"postback"},"type":"postback"},` +
				`{"type":"postback","data":"~abcdefgh~c"}]`,
		},
		{
			"in a string", `{"text":"{\"type\":\"postback\",\"data\":\"x\"}"}`,
			`{"text":"{\"type\":\"postback\",\"data\":\"x\"}"}`,
		},
		{"no UTF-8", "{\"text\":\"a\xff\"}", "{\"text\":\"a\uFFFD\"}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := compactJSON([]byte("["), tt.raw, "abcdefgh", nil)
			require.True(t, ok)
			require.Equal(t, "["+tt.want, string(got))
			require.True(t, json.Valid(got[1:]))
		})
	}
}

// jsonSamples are texts that are JSON and texts that nearly are.
var jsonSamples = []string{
	``, ` `, `0`, `-0`, `-`, `01`, `1.`, `.5`, `1.5`, `1e5`, `1E-5`, `1e`, `1e+`, `-1.25e+10`, `1x`, `+1`,
	`true`, `tru`, `false`, `null`, `nul`, `"a"`, `"`, `"a`, `"\"`, `"\x"`, `"\u00e9"`, `"\u00g9"`, `"\u00"`,
	"\"\\u\x10\x11\x12\x13\"", "\"a\nb\"", "\"\x7f\"", `""`, `[]`, `[ ]`, `[,]`, `[1,]`, `[1 2]`, `[1 , 2]`,
	`[`, `[1`, `]`, `{}`, `{ }`, `{,}`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{"a":1 "b":2}`, `{a:1}`, `{"a" : 1 , "b":[{}]}`,
	`{`, `{"a"`, `{"a":`, `{"a":1`, `}`, `1 2`, "\u00a01", "\ufeff{}", `{"type":"postback","data":"x"}`, `{"":""}`,
}

func TestCompactJSONLikeStdlib(t *testing.T) {
	for _, s := range jsonSamples {
		compareCompact(t, s)
	}
	require.True(t, deepJSON(t, maxNesting))
	require.False(t, deepJSON(t, maxNesting+1))
}

func deepJSON(t *testing.T, depth int) bool {
	s := strings.Repeat("[", depth) + strings.Repeat("]", depth)
	got, ok := compactJSON(nil, s, "abcdefgh", nil)
	require.Equal(t, ok, string(got) == s)
	return ok
}

func compareCompact(t *testing.T, s string) {
	t.Helper()
	got, ok := compactJSON(nil, s, "", nil)
	require.Equal(t, json.Valid([]byte(s)), ok, "%q", s)
	if !ok {
		require.Empty(t, got)
		return
	}
	var want bytes.Buffer
	require.NoError(t, json.Compact(&want, []byte(strings.ToValidUTF8(s, "\uFFFD"))))
	require.Equal(t, want.String(), string(got), "%q", s)
}

func FuzzCompactJSON(f *testing.F) {
	for _, s := range jsonSamples {
		f.Add(s)
	}
	f.Add(bubbleJSON)
	f.Add("\xb0")
	f.Add(`{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[{"type":"\b","":0,` +
		`"action":{"type":"datetimepicker","data":"0"},"action":{"type":"uri","uri":"http://0"}}]}}`)
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Count(s, "[")+strings.Count(s, "{") > maxNesting {
			return
		}
		compareCompact(t, s)
		if marked, ok := compactJSON(nil, s, "abcdefgh", nil); ok {
			require.True(t, json.Valid(marked), "%q", marked)
		}
		_ = FlexJSON("alt", []byte(s)).Validate()
		_ = Raw([]byte(s)).Validate()
	})
}

func TestFlexLimits(t *testing.T) {
	fill := func(n int, kind string) string {
		s := fmt.Sprintf(`{"type":"%s","x":""}`, kind)
		return strings.Replace(s, `""`, `"`+strings.Repeat("a", n-len(s))+`"`, 1)
	}
	carousel := func(bubbles ...string) string {
		return `{"type":"carousel","contents":[` + strings.Join(bubbles, ",") + `]}`
	}
	many := func(n int) []string { return strings.Split(strings.Repeat(`{"type":"bubble"} `, n)[:n*18-1], " ") }
	body := func(parts string) string {
		return `{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[` + parts + `]}}`
	}
	const at = "line: contents.body.contents[0]"
	tests := []struct {
		name, contents string
		want           []string
	}{
		{"bubble", `{"type":"bubble"}`, nil},
		{"carousel", carousel(many(12)...), nil},
		{"no JSON", `{"type":"bubble"`, []string{"line: contents: not valid JSON"}},
		{"an array", `[]`, []string{"line: contents: neither a bubble nor a carousel"}},
		{"a box", `{"type":"box"}`, []string{"line: contents.type: neither a bubble nor a carousel"}},
		{"no type", `{}`, []string{"line: contents.type: neither a bubble nor a carousel"}},
		{"30 KB", fill(30<<10, "bubble"), nil},
		{"more", fill(30<<10+1, "bubble"), []string{"line: contents: 30721 of at most 30720 bytes"}},
		{"white space is free", fill(30<<10, "bubble") + strings.Repeat("\n", 100), nil},
		{"50 KB", carousel(fill(25<<10, "bubble"), fill(25<<10-34, "bubble")), nil},
		{
			"more than 50 KB", carousel(fill(25<<10, "bubble"), fill(25<<10-33, "bubble")),
			[]string{"line: contents: 51201 of at most 51200 bytes"},
		},
		{
			"a long bubble", carousel(fill(30<<10+1, "bubble")),
			[]string{"line: contents.contents[0]: 30721 of at most 30720 bytes"},
		},
		{"13 bubbles", carousel(many(13)...), []string{"line: contents.contents: 13 of at most 12 items"}},
		{"no bubbles", carousel(), []string{"line: contents.contents: 0 of at least 1 items"}},
		{"no contents", `{"type":"carousel"}`, []string{"line: contents.contents: 0 of at least 1 items"}},
		{"a box in a carousel", carousel(`{"type":"box"}`), []string{"line: contents.contents[0].type: not a bubble"}},
		{"one size", carousel(`{"type":"bubble"}`, `{"type":"bubble","size":"mega"}`), nil},
		{
			"two sizes", carousel(`{"type":"bubble","size":"kilo"}`, `{"type":"bubble"}`),
			[]string{"line: contents.contents[1].size: not that of the first bubble"},
		},
		{"empty type", body(`{"type":""}`), []string{at + ".type: required"}},
		{
			"data too long", body(`{"type":"separator","action":{"type":"postback","data":"` + strings.Repeat("d", 291) + `"}}`),
			[]string{at + ".action.data: 291 of at most 290 UTF-16 code units"},
		},
		{
			"data like a mark", body(`{"type":"separator","action":{"data":"\u007eabcde~","type":"datetimepicker","mode":"date"}}`),
			[]string{at + ".action.data: begins like a mark"},
		},
		{
			"label too long", body(`{"type":"separator","action":{"type":"uri","uri":"tel:1","label":"` + strings.Repeat("a", 41) + `"}}`),
			[]string{at + ".action.label: 41 of at most 40 grapheme clusters"},
		},
		{
			"button without label", body(`{"action":{"type":"uri","uri":"tel:1"},"type":"button"}`),
			[]string{at + ".action.label: required"},
		},
		{"clipboard", body(`{"action":{"type":"clipboard","clipboardText":"x","label":"a"},"type":"button"}`), nil},
		{
			"camera", body(`{"action":{"type":"camera","label":"a"},"type":"button"}`),
			[]string{at + ".action.type: works in quick replies only"},
		},
		{
			"camera roll", body(`{"type":"separator","action":{"type":"cameraRoll","label":"a"}}`),
			[]string{at + ".action.type: works in quick replies only"},
		},
		{
			"location", body(`{"type":"separator","action":{"type":"location","label":"a"}}`),
			[]string{at + ".action.type: works in quick replies only"},
		},
		{"an odd action", body(`{"type":"separator","action":{"type":"message","text":1}}`), []string{at + ".action: not an action object"}},
		{
			"text of a user as a key", `{"type":"bubble","Ann Lee":{"":{"type":""}}}`,
			[]string{"line: contents.?.?.type: required"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, flexLines(tt.contents)) })
	}
	t.Run("alt and quick replies", func(t *testing.T) {
		require.Equal(t, []string{"line: altText: required", "line: quickReply.items[0].action: required"},
			broken(FlexJSON("", []byte(`{"type":"bubble"}`)).Quick(nil).Validate()))
		require.Equal(t, []string{"line: altText: 1501 of at most 1500 UTF-16 code units"},
			broken(FlexJSON(strings.Repeat("a", 1501), []byte(`{"type":"bubble"}`)).Validate()))
	})
}

func BenchmarkFlex(b *testing.B) {
	m, buf := FlexJSON("A table", []byte(bubbleJSON)), make([]byte, 0, 1024)
	b.Run("AppendJSON", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			buf, _ = m.AppendJSON(buf[:0], "abcdefgh")
		}
	})
	b.Run("Validate", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = m.Validate()
		}
	})
}
