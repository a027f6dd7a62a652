package bot

import (
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

func TestBlank(t *testing.T) {
	for _, test := range []struct{ name, text, secret, want string }{
		{"nothing", "bad input", "", "bad input"},
		{"quoted", `strconv.Atoi: parsing "four people": invalid syntax`, "four people", `strconv.Atoi: parsing [redacted]: invalid syntax`},
		{"bare", "no table for four people left", "four people", "no table for [redacted] left"},
		{"twice", "Hanako is not Hanako", "Hanako", "[redacted] is not [redacted]"},
		{"spaces around", "no table for Hanako", " Hanako\n", "no table for [redacted]"},
		{"escaped", `parsing "a\nb\"c"`, "a\nb\"c", "parsing [redacted]"},
		{"inside of Japanese", "予約は花子さんです", "花子さん", "予約は[redacted]です"},
		{"a short word", "a bad day: a", "a", "[redacted] bad day: [redacted]"},
		{"a short one, quoted", `parsing "4": 42 days`, "4", "parsing [redacted]: 42 days"},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, blank(test.text, test.secret))
		})
	}
}

// A part of what the event brought is blanked too, in upper or lower case; what stands there by
// chance is not.
func TestBlankParts(t *testing.T) {
	for _, test := range []struct{ name, text, said, want string }{
		{"a part", `no user "hanako" here`, "I am Hanako, 090-1234-5678", `no user "[redacted]" here`},
		{"upper case", "unknown: HANAKO YAMADA", "hanako yamada", "unknown: [redacted]"},
		{"digits", "cannot call 12345678", "it is 090-12345678", "cannot call [redacted]"},
		{"of a long text", "at offset 90: 'see you at the sta'", strings.Repeat("x ", 40) + "see you at the station", "at offset 90: '[redacted]'"},
		{"Japanese", "花子が見つからない", "私の名前は花子です", "[redacted]が見つからない"},
		{"another case of another alphabet", "нет ИВАНОВ", "я Иванов", "нет [redacted]"},
		{"a short whole", `parsing "4": 42 days`, "4", "parsing [redacted]: 42 days"},
		{"by chance", "bad day", "a day at sea", "bad day"},
		{"nothing", "timeout", "", "timeout"},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, blankAll(test.text, &transport.Event{Text: test.said}))
			require.Equal(t, test.want, blankAll(test.text, &transport.Event{Postback: transport.Postback{Params: map[string]string{"date": test.said}}}))
		})
	}
	e := &transport.Event{
		Location: &transport.Location{Title: "Home", Address: "1-3 Kioicho, Tokyo", Latitude: 35.67966, Longitude: -139.5},
		Sticker:  &transport.Sticker{Text: "Hanako"}, File: &transport.File{Name: "salary 2026.pdf"},
	}
	require.Equal(t, "no way from [redacted] in [redacted] at {[redacted], [redacted]} for [redacted] with [redacted]", blankAll(
		"no way from Home in Kioicho at {35.67966, -139.5} for Hanako with salary 2026.pdf", e))
	long := blankAll(strings.Repeat("é", 5000), &transport.Event{Text: strings.Repeat("hm ", 1600)})
	require.Equal(t, strings.Repeat("é", maxCause)+"...", long)
}

// A stack is logged without arguments, innermost first.
func TestFrames(t *testing.T) {
	got := frames(debug.Stack())
	require.Contains(t, got, "bot.TestFrames /")
	require.Contains(t, got, "redact_test.go:")
	require.NotContains(t, got, "0x")
	require.LessOrEqual(t, strings.Count(got, "\n"), maxFrames)
	require.Empty(t, frames(nil))
}
