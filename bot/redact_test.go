package bot

import (
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
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

// A stack is logged without arguments, innermost first.
func TestFrames(t *testing.T) {
	got := frames(debug.Stack())
	require.Contains(t, got, "bot.TestFrames /")
	require.Contains(t, got, "redact_test.go:")
	require.NotContains(t, got, "0x")
	require.LessOrEqual(t, strings.Count(got, "\n"), maxFrames)
	require.Empty(t, frames(nil))
}
