package line

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

func TestRawJSON(t *testing.T) {
	object := []byte(`{ "type": "new", "action": {"type": "postback", "data": "x"} }`)
	got, err := Raw(object).AppendJSON([]byte("["), "abcdefgh")
	require.NoError(t, err)
	require.Equal(t, `[{"type":"new","action":{"type":"postback","data":"~abcdefgh~x"}}`, string(got))

	got, err = Raw([]byte(`{"type"`)).AppendJSON([]byte("["), "abcdefgh")
	require.EqualError(t, err, "line: message: not valid JSON")
	require.Equal(t, "[", string(got))
}

// TestRawChecksLikeValues renders messages and expects the same complaints of their JSON.
func TestRawChecksLikeValues(t *testing.T) {
	long := strings.Repeat("é", 310)
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	bad := []Action{
		Postback(long, long), Say(""), URI("a", "ftp://example.com"), TimePicker("a", "~abcdefgh~").Between(noon, noon),
		Camera(""), CameraRoll("a"), ShareLocation(long),
	}
	var icons []Action
	for _, a := range bad {
		icons = append(icons, Icon("http://example.com", a))
	}
	card := ButtonsMessage{
		Title: long, Text: long, ImageURL: "http://example.com", ImageAspect: "x", ImageSize: "y", ImageColor: "z",
		Default: bad[0], Actions: bad, AltText: strings.Repeat(long, 5), QuickReplies: icons,
	}
	column := CarouselColumn{long, long, "http://example.com", "z", bad[0], bad}
	tests := []struct {
		name    string
		message transport.Message
	}{
		{"good text", Text("Hi").Quick(Say("1"))},
		{"good carousel", Carousel(Column("a", Say("1")), Column("b", Say("2")))},
		{"good confirm", Confirm("a", Say("1"), Say("2"))},
		{"text", Text(strings.Repeat(long, 17)).Quick(slices.Concat(icons, icons, []Action{nil})...)},
		{"no text", Text("")},
		{"sticker", Sticker("", "")},
		{"image", Image("http://example.com", "ftp://example.com").Quick(bad...)},
		{"confirm", ConfirmMessage{Text: long, Actions: append(slices.Clone(bad), nil), AltText: strings.Repeat(long, 5)}},
		{"buttons", card},
		{"carousel", Carousel(column, Column("b")).WithAlt(strings.Repeat(long, 5))},
		{"flex", FlexJSON("", []byte(`{"type":"carousel","contents":[{"type":""}]}`)).Quick(bad...)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			raw, err := tt.message.AppendJSON(nil, "")
			require.NoError(t, err)
			want := broken(tt.message.Validate())
			require.Equal(t, strings.HasPrefix(tt.name, "good"), want == nil)
			require.ElementsMatch(t, want, broken(Raw(raw).Validate()))
		})
	}
}

func TestRawLimits(t *testing.T) {
	tests := []struct {
		name, json string
		want       []string
	}{
		{"unknown type", `{"type":"hologram","x":1}`, nil},
		{"no JSON", `{`, []string{"line: message: not valid JSON"}},
		{"an array", `[]`, []string{"line: message: not a message object"}},
		{"no type", `{}`, []string{"line: type: required"}},
		{"empty type", `{"type":""}`, []string{"line: type: required"}},
		{"other fields", `{"type":"text","text":1}`, []string{"line: message: a field of another kind than LINE's"}},
		{"textV2", `{"type":"textV2"}`, []string{"line: text: required"}},
		{"imagemap", `{"type":"imagemap"}`, []string{
			"line: baseSize.width: not 1040", "line: baseUrl: required", "line: altText: required",
			"line: baseSize.height: 0 of at least 1 pixels",
		}},
		{"location", `{"type":"location","title":"a","address":"b"}`, []string{
			"line: latitude: required", "line: longitude: required",
		}},
		{
			"substitutions", `{"type":"textV2","text":"{a}{b}{c}","substitution":{"a":{"type":"mention"},` +
				`"b":{"type":"mention","mentionee":{"type":"new"}},"c":{"type":"new"}}}`,
			[]string{"line: substitution.a.mentionee: required"},
		},
		{
			"new actions", `{"type":"imagemap","baseUrl":"https://example.com/a","altText":"a",` +
				`"baseSize":{"width":1040,"height":1},"actions":[{"type":"new","label":"` + strings.Repeat("a", 101) +
				`","area":{"x":0,"y":0,"width":1,"height":1}},{"type":"camera","label":"a"}]}`,
			[]string{
				"line: actions[0].label: 101 of at most 100 UTF-16 code units",
				"line: actions[1].type: not of an imagemap, which has uri, message and clipboard",
			},
		},
		{"new template alt", `{"type":"template","altText":"` + strings.Repeat("a", 1501) + `","template":{"type":"new"}}`,
			[]string{"line: altText: 1501 of at most 1500 UTF-16 code units"}},
		{"sender of a new type", `{"type":"new","text":{},"sender":{"name":"LINE"}}`, []string{
			"line: sender.name: not to be used in a name",
		}},
		{"flex without contents", `{"type":"flex","altText":"a"}`, []string{"line: contents: not valid JSON"}},
		{
			"image without preview", `{"type":"image","originalContentUrl":"` + picture + `"}`,
			[]string{"line: previewImageUrl: required"},
		},
		{"no template", `{"type":"template"}`, []string{"line: altText: required", "line: template: required"}},
		{"new template", `{"type":"template","altText":"a","template":{"type":"new"}}`, nil},
		{
			"nested type", `{"type":"template","altText":"a","template":{"type":"new","x":[{"type":""}]}}`,
			[]string{"line: template.x[0].type: required"},
		},
		{
			"image carousel", `{"type":"template","altText":"a","template":{"type":"image_carousel","columns":[` +
				`{"imageUrl":"` + picture + `","action":{"type":"new","label":"1234567890123"}},{"imageUrl":""}]}}`,
			[]string{
				"line: template.columns[0].action.label: 13 of at most 12 grapheme clusters",
				"line: template.columns[1].imageUrl: required",
				"line: template.columns[1].action: required",
			},
		},
		{
			"empty image carousel", `{"type":"template","altText":"a","template":{"type":"image_carousel"}}`,
			[]string{"line: template.columns: 0 of at least 1 items"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, broken(Raw([]byte(tt.json)).Validate()))
		})
	}
}
