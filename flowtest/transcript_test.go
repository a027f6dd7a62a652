package flowtest

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"unknown mark", "? what", "1: unknown mark"},
		{"no space", ">book", "1: a line begins with a mark, one of # > < = ~ @ ! *, and a space"},
		{"silent user", "> ", "1: a user says something"},
		{"unknown event", "> (sneeze)", `1: unknown event "sneeze": one of the kinds`},
		{"bad wait", "> hi\n~ soon", `2: malformed wait "soon": such as 90s, 15m, 3h or 2d, or until a time, such as 2006-01-02 15:04`},
		{"negative wait", "~ -1m", "1: malformed wait"},
		{"no days", "~ xd", "1: malformed wait"},
		{"wait without end", "~ 200000d", "1: malformed wait"},
		{"wait until a day", "~ 2026-12-04", "1: malformed wait"},
		{"button number zero", "> [Add] #0", "1: no button has the number 0: they are counted from 1"},
		{"button number without end", "> [Add] #99999999999999999999", "1: no button has the number 9999"},
		{"no photos", "> (0 images)", "1: 0 images cannot be sent together: from 2 to 50, or (image)"},
		{"one photo", "> (1 images)", "1: 1 images cannot be sent together"},
		{"too many photos", "> (51 images)", "1: 51 images cannot be sent together"},
		{"half a sticker", "> (sticker 446)", `1: malformed sticker "446": its package and its number, such as 446/1988`},
		{"mention without a text", "> (mention)", "1: (mention) stands before a text: (mention) hello"},
		{"quote without a text", "> (quote)", "1: (quote) stands before a text: (quote) hello"},
		{"late start", "> hi\n@ 2026-01-01 10:00", "2: a time such as"},
		{"the time of what the user does", "~ 3h\n> hi\n@ 2026-01-01 10:00", "3: a time such as \"2006-01-02 15:04\", from 2000 on, " +
			"may stand once, before all else; and below ~, to say when a message came"},
		{"two starts", "@ 2026-01-01 10:00\n@ 2026-01-01 10:00", "2: a time such as"},
		{"bad start", "@ noon", "1: a time such as"},
		{"a start before the bubble's", "@ 1999-12-31 23:59", "1: a time such as"},
		{"further line of nobody", "> hi\n  more", "2: only a message of the bot"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parse(tt.src)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestParseKeepsOnlyTheUser(t *testing.T) {
	s, err := parse("# note\n@ 2026-01-02 03:04\n\n> hi\n< hello\n  [a]\n= x/y\n! so bad\n~ 2d\n@ 2026-01-03 03:04\n< late\n# end\n")
	require.NoError(t, err)
	require.Equal(t, time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC), s.start)
	var lines []string
	for _, l := range s.lines {
		lines = append(lines, l.text)
	}
	require.Equal(t, []string{"# note", "@ 2026-01-02 03:04", "", "> hi", "~ 2d", "# end"}, lines)
}

// The text of a failure is what people see of the harness most.
func TestMismatch(t *testing.T) {
	want := "# greeting\n> a\n< b\n> c\n< d\n= x/y\n> e\n"
	for _, tt := range []struct{ name, got string }{
		{"other", "# greeting\n> a\n< b\n> c\n< other\n= x/y\n> e\n"},
		{"missing", "# greeting\n> a\n< b\n> c\n< d\n= x/y\n"},
		{"more", want + "< f\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			golden := "testdata/mismatch_" + tt.name + ".golden"
			got := mismatch("talk.txt", want, tt.got) + "\n"
			if os.Getenv("KAIWA_UPDATE") != "" {
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			expected, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(expected), got)
		})
	}
}

func TestMessagesInWords(t *testing.T) {
	for _, tt := range []struct{ name, json, want string }{
		{"text", `{"type":"text","text":"hi"}`, "hi"},
		{"quick replies", `{"type":"text","text":"hi","quickReply":{"items":[{"action":{"label":"a"}},{"action":{"label":"b"}}]}}`, "hi\n[a] [b]"},
		{"confirm", `{"type":"template","template":{"type":"confirm","text":"ok?","actions":[{"label":"y"},{"label":"n"}]}}`, "ok?\n[y] [n]"},
		{"carousel", `{"type":"template","template":{"columns":[{"title":"A","text":"1","actions":[{"label":"x"}]},{"text":"2","actions":[{"label":"y"}]}]}}`, "A\n1\n[x]\n2\n[y]"},
		{"image carousel", `{"type":"template","template":{"columns":[{"action":{"label":"x"}},{"action":{"label":"y"}}]}}`, "[x]\n[y]"},
		{"sticker", `{"type":"sticker","packageId":"1","stickerId":"2"}`, "(sticker 1/2)"},
		{"flex", `{"type":"flex","altText":"card","contents":{"type":"bubble","body":{"contents":[{"type":"button","action":{"label":"a"}}]},"footer":{"contents":[{"action":{"label":"b"}}]}}}`, "card\n[a] [b]"},
		{"image", `{"type":"image"}`, "(image)"},
	} {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, decode(t, tt.json).String()) })
	}
}

func TestTapsThatSendNothing(t *testing.T) {
	_, err := action{Type: "uri", Label: "open"}.event("")
	require.ErrorContains(t, err, "sends nothing")
	_, err = action{Type: "datetimepicker", Mode: "date"}.event("tomorrow")
	require.ErrorContains(t, err, "a date is to be picked, such as 2006-01-02")
	e, err := action{Type: "postback", Data: "~qWzjaGPC~yes"}.event("")
	require.NoError(t, err)
	require.Equal(t, "yes", e.Postback.Data)
	require.Equal(t, "qWzjaGPC", e.Postback.Mark)
}

func decode(t *testing.T, src string) message {
	t.Helper()
	var m message
	require.NoError(t, json.Unmarshal([]byte(src), &m))
	return m
}
