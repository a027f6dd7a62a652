package line

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestActionJSON(t *testing.T) {
	day := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
	tests := []struct {
		name   string
		action Action
		want   string
	}{
		{"postback", Postback("Yes", "yes"), `{"type":"postback","label":"Yes","data":"~abcdefgh~yes"}`},
		{
			"postback with all", Postback("Note", "n").WithDisplay("A note").WithFillIn("Dear\n"),
			`{"type":"postback","label":"Note","data":"~abcdefgh~n","displayText":"A note",` +
				`"inputOption":"openKeyboard","fillInText":"Dear\n"}`,
		},
		{
			"postback with input", Postback("Menu", "m").WithInput(InputOpenRichMenu),
			`{"type":"postback","label":"Menu","data":"~abcdefgh~m","inputOption":"openRichMenu"}`,
		},
		{"postback without label", PostbackAction{Data: `"`}, `{"type":"postback","data":"~abcdefgh~\""}`},
		{"say", Say("1"), `{"type":"message","label":"1","text":"1"}`},
		{"say as", SayAs("One", "1"), `{"type":"message","label":"One","text":"1"}`},
		{"uri", URI("Map", "https://example.com"), `{"type":"uri","label":"Map","uri":"https://example.com"}`},
		{
			"date", DatePicker("Day", "d").Between(day, day.AddDate(0, 1, 0)).StartingAt(day),
			`{"type":"datetimepicker","label":"Day","data":"~abcdefgh~d","mode":"date",` +
				`"initial":"2026-03-01","max":"2026-04-01","min":"2026-03-01"}`,
		},
		{
			"time", TimePicker("Hour", "h").Between(day, time.Time{}),
			`{"type":"datetimepicker","label":"Hour","data":"~abcdefgh~h","mode":"time","min":"09:30"}`,
		},
		{
			"datetime", DatetimePicker("When", "w").StartingAt(day),
			`{"type":"datetimepicker","label":"When","data":"~abcdefgh~w","mode":"datetime",` +
				`"initial":"2026-03-01T09:30"}`,
		},
		{
			"postback with text", PostbackAction{Label: "a", Data: "b", Text: "c"},
			`{"type":"postback","label":"a","data":"~abcdefgh~b","text":"c"}`,
		},
		{
			"desktop", URI("Map", "https://example.com").WithDesktop("https://example.com/d"),
			`{"type":"uri","label":"Map","uri":"https://example.com","altUri":{"desktop":"https://example.com/d"}}`,
		},
		{"clipboard", Clipboard("Copy", "3B48"), `{"type":"clipboard","label":"Copy","clipboardText":"3B48"}`},
		{
			"rich menu switch", RichMenuSwitch("b", "to-b").WithLabel("B"),
			`{"type":"richmenuswitch","label":"B","richMenuAliasId":"b","data":"~abcdefgh~to-b"}`,
		},
		{"camera", Camera("Photo"), `{"type":"camera","label":"Photo"}`},
		{"camera roll", CameraRoll("Album"), `{"type":"cameraRoll","label":"Album"}`},
		{"location", ShareLocation("Where"), `{"type":"location","label":"Where"}`},
		{"pointer", &MessageAction{"a", "b"}, `{"type":"message","label":"a","text":"b"}`},
		{"icon", Icon("https://example.com/i.png", Say("a")), `{"type":"message","label":"a","text":"a"}`},
		{"only checked", otherAction{}, `null`},
		{"nil", nil, `null`},
		{"nil pointer", (*URIAction)(nil), `null`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, string(appendAction(nil, tt.action, "abcdefgh")))
		})
	}
}

func TestActionLimits(t *testing.T) {
	const label = "line: label: "
	tests := []struct {
		name   string
		action Action
		in     holder
		want   []string
	}{
		{"label in full", Say(strings.Repeat("👨‍👩‍👧", 20)), inTemplate, nil},
		{"label too long", Say(strings.Repeat("é", 21)), inTemplate, []string{label + "21 of at most 20 grapheme clusters"}},
		{"label missing", SayAs("", "a"), inTemplate, []string{label + "required"}},
		{"label missing in quick reply", SayAs("", "a"), inQuickReply, []string{label + "required"}},
		{"no label in Flex", SayAs("", "a"), inFlex, nil},
		{
			"label in Flex", Postback(strings.Repeat("a", 41), "d"), inFlex,
			[]string{label + "41 of at most 40 grapheme clusters"},
		},
		{
			"label in image carousel", URI(strings.Repeat("a", 13), "tel:1"), inImageCarousel,
			[]string{label + "13 of at most 12 grapheme clusters"},
		},
		{"text missing", SayAs("a", ""), inTemplate, []string{"line: text: required"}},
		{
			"text too long", SayAs("a", strings.Repeat("a", 301)), inTemplate,
			[]string{"line: text: 301 of at most 300 grapheme clusters"},
		},
		{"data in full", Postback("a", strings.Repeat("d", 290)), inTemplate, nil},
		{
			"data too long", Postback("a", strings.Repeat("d", 291)), inTemplate,
			[]string{"line: data: 291 of at most 290 UTF-16 code units"},
		},
		{
			"data in UTF-16", DatePicker("a", strings.Repeat("🍎", 146)), inTemplate,
			[]string{"line: data: 292 of at most 290 UTF-16 code units"},
		},
		{"data missing", Postback("a", ""), inTemplate, []string{"line: data: required"}},
		{"data like a mark", Postback("a", "~abcdefgh~x"), inTemplate, []string{"line: data: begins like a mark"}},
		{
			"data like a mark of earlier builds", Postback("a", "~abcde~x"), inTemplate,
			[]string{"line: data: begins like a mark"},
		},
		{"data with a mark", Postback("a", "~abc~x"), inTemplate, nil},
		{
			"display and fill-in", PostbackAction{Label: "a", Data: "d", DisplayText: strings.Repeat("a", 301), FillInText: strings.Repeat("b", 301)}, inTemplate,
			[]string{
				"line: displayText: 301 of at most 300 grapheme clusters",
				"line: fillInText: 301 of at most 300 grapheme clusters",
				"line: fillInText: needs the input option openKeyboard",
			},
		},
		{
			"input option", Postback("a", "d").WithInput("openDoor"), inTemplate,
			[]string{"line: inputOption: not one of: closeRichMenu, openRichMenu, openKeyboard, openVoice"},
		},
		{"uri missing", URI("a", ""), inTemplate, []string{"line: uri: required"}},
		{
			"uri schemes", URI("a", "ftp://example.com"), inTemplate,
			[]string{"line: uri: not an http, https, line or tel URI in ASCII"},
		},
		{"tel", URI("a", "tel:0312345678"), inTemplate, nil},
		{"line", URI("a", "line://app/1"), inTemplate, nil},
		{"http", URI("a", "http://example.com"), inTemplate, nil},
		{
			"uri too long", URI("a", "https://"+strings.Repeat("a", 993)), inTemplate,
			[]string{"line: uri: 1001 of at most 1000 UTF-16 code units"},
		},
		{"camera elsewhere", Camera("a"), inTemplate, []string{"line: type: works in quick replies only"}},
		{"camera roll", CameraRoll("a"), inQuickReply, nil},
		{"location without label", ShareLocation(""), inQuickReply, []string{label + "required"}},
		{"icon elsewhere", Icon("https://example.com/i.png", Say("")), inTemplate, []string{
			"line: message: an icon belongs to a quick reply, and only once", label + "required", "line: text: required",
		}},
		{"nil", nil, inTemplate, []string{"line: message: required"}},
		{"nil pointer", (*PostbackAction)(nil), inTemplate, []string{"line: message: required"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var c checker
			c.action(tt.action, tt.in)
			require.Equal(t, tt.want, broken(c.err()))
		})
	}
}

func TestPickerLimits(t *testing.T) {
	picker := func(mode PickerMode, initial, min, max string) Action {
		return PickerAction{"Day", "d", mode, initial, min, max}
	}
	const date = "not 2006-01-02 between the years 1900 and 2100"
	tests := []struct {
		name   string
		action Action
		want   []string
	}{
		{"date", picker(PickDate, "2026-02-28", "1900-01-01", "2100-12-31"), nil},
		{"time", picker(PickTime, "00:00", "00:00", "23:59"), nil},
		{"datetime", picker(PickDatetime, "2026-02-28t12:00", "1900-01-01T00:00", "2100-12-31T23:59"), nil},
		{"no mode", picker("", "", "", ""), []string{"line: mode: not one of: date, time, datetime"}},
		{"no day", picker(PickDate, "2026-02-29", "", ""), []string{"line: initial: " + date}},
		{"too early", picker(PickDate, "", "1899-12-31", ""), []string{"line: min: " + date}},
		{"too late", picker(PickDate, "", "", "2101-01-01"), []string{"line: max: " + date}},
		{"one digit", picker(PickTime, "9:30", "", ""), []string{"line: initial: not 15:04 between the years 1900 and 2100"}},
		{"hour 24", picker(PickTime, "24:00", "", ""), []string{"line: initial: not 15:04 between the years 1900 and 2100"}},
		{
			"other mode", picker(PickDatetime, "", "2026-01-01", ""),
			[]string{"line: min: not 2006-01-02T15:04 between the years 1900 and 2100"},
		},
		{"same", picker(PickDate, "", "2026-01-01", "2026-01-01"), []string{"line: min: not before max"}},
		{"swapped", picker(PickTime, "", "18:00", "09:00"), []string{"line: min: not before max"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var c checker
			c.action(tt.action, inTemplate)
			require.Equal(t, tt.want, broken(c.err()))
		})
	}
}
