package line

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

const picture = "https://example.com/p.png"

func repeatAction(n int, a Action) []Action { return slices.Repeat([]Action{a}, n) }

func TestMessageJSON(t *testing.T) {
	yes := Postback("Yes", "yes")
	const yesJSON = `{"type":"postback","label":"Yes","data":"~abcdefgh~yes"}`
	const quickJSON = `,"quickReply":{"items":[{"type":"action","action":` + yesJSON + `}]}}`
	tests := []struct {
		name    string
		message transport.Message
		want    string
	}{
		{"text", Text("Hi"), `{"type":"text","text":"Hi"}`},
		{"text with quick replies", Text("Hi").Quick(yes), `{"type":"text","text":"Hi"` + quickJSON},
		{
			"icon", Text("Hi").Quick(Icon(picture, yes), Camera("Photo")),
			`{"type":"text","text":"Hi","quickReply":{"items":[{"type":"action","imageUrl":"` + picture +
				`","action":` + yesJSON + `},{"type":"action","action":{"type":"camera","label":"Photo"}}]}}`,
		},
		{"sticker", Sticker("446", "1988").Quick(yes), `{"type":"sticker","packageId":"446","stickerId":"1988"` + quickJSON},
		{
			"image", Image(picture, "").Quick(yes),
			`{"type":"image","originalContentUrl":"` + picture + `","previewImageUrl":"` + picture + `"` + quickJSON,
		},
		{
			"image with preview", Image(picture, "https://example.com/s.png"),
			`{"type":"image","originalContentUrl":"` + picture + `","previewImageUrl":"https://example.com/s.png"}`,
		},
		{
			"confirm", Confirm("Sure?", yes, Say("No")).Quick(yes),
			`{"type":"template","altText":"Sure?","template":{"type":"confirm","text":"Sure?","actions":[` +
				yesJSON + `,{"type":"message","label":"No","text":"No"}]}` + quickJSON,
		},
		{
			"buttons", Buttons("Which?", yes).Quick(yes),
			`{"type":"template","altText":"Which?","template":{"type":"buttons","text":"Which?","actions":[` +
				yesJSON + `]}` + quickJSON,
		},
		{
			"buttons with all",
			ButtonsMessage{
				Title: "T", Text: "x", ImageURL: picture, ImageAspect: AspectSquare, ImageSize: SizeContain,
				ImageColor: "#00ff00", Default: yes, Actions: []Action{yes}, AltText: "alt",
			},
			`{"type":"template","altText":"alt","template":{"type":"buttons","imageAspectRatio":"square",` +
				`"imageSize":"contain","thumbnailImageUrl":"` + picture + `","imageBackgroundColor":"#00ff00",` +
				`"title":"T","text":"x","defaultAction":` + yesJSON + `,"actions":[` + yesJSON + `]}}`,
		},
		{
			"carousel",
			CarouselMessage{
				Columns: []CarouselColumn{
					Column("a", yes).WithTitle("A").WithImage(picture).WithDefault(yes), Column("b", yes),
				},
				ImageAspect: AspectRectangle, ImageSize: SizeCover,
			}.Quick(yes),
			`{"type":"template","altText":"a","template":{"type":"carousel","imageAspectRatio":"rectangle",` +
				`"imageSize":"cover","columns":[{"thumbnailImageUrl":"` + picture + `","title":"A","text":"a",` +
				`"defaultAction":` + yesJSON + `,"actions":[` + yesJSON + `]},{"text":"b","actions":[` + yesJSON +
				`]}]}` + quickJSON,
		},
		{
			"empty carousel", Carousel().WithAlt("alt"),
			`{"type":"template","altText":"alt","template":{"type":"carousel","columns":[]}}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.message.AppendJSON([]byte("["), "abcdefgh")
			require.NoError(t, err)
			require.Equal(t, "["+tt.want, string(got))
			require.True(t, json.Valid(got[1:]))
			got, err = tt.message.AppendJSON(nil, "")
			require.NoError(t, err)
			require.Equal(t, strings.ReplaceAll(tt.want, "~abcdefgh~", ""), string(got))
		})
	}
}

func TestMessageLimits(t *testing.T) {
	yes := Postback("Yes", "yes")
	long := func(n int) string { return strings.Repeat("é", n) }
	url := "https://" + strings.Repeat("a", 1993)
	const actions = "line: template.actions: "
	tests := []struct {
		name    string
		message transport.Message
		want    []string
	}{
		{"text", Text("Hi"), nil},
		{"text in full", Text(strings.Repeat("🍎", 2500)), nil},
		{"text too long", Text(long(5001)), []string{"line: text: 5001 of at most 5000 UTF-16 code units"}},
		{"no text", Text(""), []string{"line: text: required"}},
		{"13 quick replies", Text("Hi").Quick(repeatAction(13, yes)...), nil},
		{
			"14 quick replies", Text("Hi").Quick(repeatAction(14, yes)...),
			[]string{"line: quickReply.items: 14 of at most 13 items"},
		},
		{
			"quick replies", Text("Hi").Quick(Say("1"), nil, Icon("http://example.com", yes), Icon(picture, Icon(picture, yes))),
			[]string{
				"line: quickReply.items[1].action: required",
				"line: quickReply.items[2].imageUrl: not an https URL in ASCII",
				"line: quickReply.items[3].action: an icon belongs to a quick reply, and only once",
			},
		},
		{"sticker", Sticker("1", ""), []string{"line: stickerId: required"}},
		{"sticker without package", Sticker("", "1"), []string{"line: packageId: required"}},
		{"image", Image(picture, ""), nil},
		{"image without URL", Image("", ""), []string{"line: originalContentUrl: required"}},
		{
			"image by http", Image("http://example.com", url),
			[]string{
				"line: originalContentUrl: not an https URL in ASCII",
				"line: previewImageUrl: 2001 of at most 2000 UTF-16 code units",
			},
		},
		{"confirm", Confirm(long(240), yes, yes), nil},
		{
			"confirm too long", Confirm(long(241), yes, yes),
			[]string{"line: template.text: 241 of at most 240 grapheme clusters"},
		},
		{
			"confirm with three", ConfirmMessage{Actions: []Action{yes, yes, Postback(long(23), "~abcdefgh~")}},
			[]string{
				"line: template.text: required",
				actions + "3 of exactly 2 items",
				"line: template.actions[2].label: 23 of at most 20 grapheme clusters",
				"line: template.actions[2].data: begins like a mark",
			},
		},
		{"confirm without", Confirm("x", yes, nil), []string{"line: template.actions[1]: required"}},
		{
			"alt too long", Confirm("x", yes, yes).WithAlt(long(1501)),
			[]string{"line: altText: 1501 of at most 1500 UTF-16 code units"},
		},
		{"buttons", Buttons(long(160), repeatAction(4, yes)...), nil},
		{"buttons too long", Buttons(long(161), yes), []string{"line: template.text: 161 of at most 160 grapheme clusters"}},
		{"no buttons", Buttons("x"), []string{actions + "0 of at least 1 items"}},
		{"5 buttons", Buttons("x", repeatAction(5, yes)...), []string{actions + "5 of at most 4 items"}},
		{"text and title", Buttons(long(60), yes).WithTitle(long(40)), nil},
		{
			"text beside title", Buttons(long(61), yes).WithTitle(long(41)),
			[]string{
				"line: template.title: 41 of at most 40 grapheme clusters",
				"line: template.text: 61 of at most 60 grapheme clusters",
			},
		},
		{
			"text beside image", Buttons(long(61), yes).WithImage(picture),
			[]string{"line: template.text: 61 of at most 60 grapheme clusters"},
		},
		{
			"images", ButtonsMessage{
				Text: "x", ImageURL: "http://example.com", ImageAspect: "round", ImageSize: "huge",
				ImageColor: "#12345g", Default: Say(""), Actions: []Action{yes}, AltText: long(1501),
			},
			[]string{
				"line: altText: 1501 of at most 1500 UTF-16 code units",
				"line: template.imageAspectRatio: not one of: rectangle, square",
				"line: template.imageSize: not one of: cover, contain",
				"line: template.thumbnailImageUrl: not an https URL in ASCII",
				"line: template.imageBackgroundColor: not a colour such as #FFFFFF",
				"line: template.defaultAction.label: required",
				"line: template.defaultAction.text: required",
			},
		},
		{"colour", ButtonsMessage{Text: "x", ImageColor: "#12aBcF", Actions: []Action{yes}}, nil},
		{"short colour", ButtonsMessage{Text: "x", ImageColor: "#fff", Actions: []Action{yes}}, []string{
			"line: template.imageBackgroundColor: not a colour such as #FFFFFF",
		}},
		{"carousel", Carousel(slices.Repeat([]CarouselColumn{Column(long(120), yes, yes, yes)}, 10)...), nil},
		{"no columns", Carousel(), []string{"line: template.columns: 0 of at least 1 items"}},
		{
			"11 columns", Carousel(slices.Repeat([]CarouselColumn{Column("a", yes)}, 11)...),
			[]string{"line: template.columns: 11 of at most 10 items"},
		},
		{
			"columns that differ",
			Carousel(
				Column("a", yes), Column(long(61), yes, yes).WithTitle("B").WithImage(picture),
			).WithAlt(long(1501)),
			[]string{
				"line: altText: 1501 of at most 1500 UTF-16 code units",
				"line: template.columns[1].text: 61 of at most 60 grapheme clusters",
				"line: template.columns[1].actions: 2 of exactly 1 items",
				"line: template.columns[1].title: in all columns or in none",
				"line: template.columns[1].thumbnailImageUrl: in all columns or in none",
			},
		},
		{
			"column in full", Carousel(Column(long(121), repeatAction(4, yes)...)),
			[]string{
				"line: template.columns[0].text: 121 of at most 120 grapheme clusters",
				"line: template.columns[0].actions: 4 of at most 3 items",
			},
		},
		{"quick replies after a template", Confirm("x", yes, yes).Quick(Say("")), []string{
			"line: quickReply.items[0].action.label: required", "line: quickReply.items[0].action.text: required",
		}},
		{"quick replies after buttons", Buttons("x", yes).Quick(nil), []string{"line: quickReply.items[0].action: required"}},
		{
			"quick replies after a carousel", Carousel(Column("x", yes)).Quick(nil),
			[]string{"line: quickReply.items[0].action: required"},
		},
		{
			"quick replies after an image", Image(picture, "").Quick(nil),
			[]string{"line: quickReply.items[0].action: required"},
		},
		{
			"quick replies after a sticker", Sticker("1", "1").Quick(nil),
			[]string{"line: quickReply.items[0].action: required"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, broken(tt.message.Validate())) })
	}
}

func TestAltText(t *testing.T) {
	require.Equal(t, "alt", altText("alt", "text"))
	require.Equal(t, "text", altText("", "text"))
	require.Equal(t, strings.Repeat("é", 1500), altText("", strings.Repeat("é", 1600)))
	require.Equal(t, "a"+strings.Repeat("🍎", 749), altText("", "a"+strings.Repeat("🍎", 760)))
	require.Equal(t, strings.Repeat("日", 600), altText("", strings.Repeat("日", 600)))
}

func TestTextCostsNothing(t *testing.T) {
	m, b := Text("How many of you?"), make([]byte, 0, 256)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		b, _ = m.AppendJSON(b[:0], "abcdefgh")
		if m.Validate() != nil {
			t.Error("invalid")
		}
	}))
}

func BenchmarkTextAppendJSON(b *testing.B) {
	m, buf := Text("How many of you are coming on Friday?"), make([]byte, 0, 256)
	b.ReportAllocs()
	for b.Loop() {
		buf, _ = m.AppendJSON(buf[:0], "abcdefgh")
	}
}

func BenchmarkTextValidate(b *testing.B) {
	m := Text("How many of you are coming on Friday?")
	b.ReportAllocs()
	for b.Loop() {
		_ = m.Validate()
	}
}

func BenchmarkConfirm(b *testing.B) {
	m, buf := Confirm("Friday for 2?", Postback("Yes", "yes"), Postback("No", "no")), make([]byte, 0, 512)
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
