package flowtest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzTranscript shows that no file makes reading a transcript panic, and that what is kept of it
// is read again as the same.
func FuzzTranscript(f *testing.F) {
	f.Add("@ 2026-01-01 10:00\n# hello\n> book\n< How many?\n  really?\n= booking/ask\n> [Yes]: 2026-01-02\n~ 2d\n! no\n")
	f.Add("> (follow)\n> (again)\n~ 90m\n\n> [A]")
	f.Add("~ 999999999999d")
	f.Add("~ 3d\n@ 2026-12-04 01:00\n< See you tomorrow.\n~ 2026-12-05 09:00\n> [Pick a day] #2 2026-12-05\n> [Add] #2")
	f.Add("> (location 2-8-1 Nishi-Shinjuku, Tokyo)\n> (sticker 446/1988)\n> (file menu.pdf)\n> (3 images)")
	f.Add("> (mention) lunch\n> (quote) this one\n> (quote)\n> (99999999999999999999 images)\n> [Add] #0")
	f.Add("! paid\n! paid {\"id\": \"pay1\"} #cb-1\n* till: refund pay1\n  at once\n! paid 4 #\n! paid {oops}\n! turn failed: x #1")
	for _, wrong := range []string{"no mark", " ", "\t", "@ noon", "~ soon", "> (unknown)"} {
		f.Add(wrong)
	}
	f.Fuzz(func(t *testing.T, src string) {
		first, err := parse(src)
		if err != nil {
			return
		}
		var kept []string
		for i, l := range first.lines {
			first.lines[i].n = i + 1 // what the bot did is left out
			kept = append(kept, l.text)
			if l.mark == '~' {
				w, err := parseWait(l.text[1:])
				require.NoError(t, err)
				require.True(t, w.d > 0 || !w.until.IsZero())
			}
		}
		again, err := parse(strings.Join(kept, "\n") + "\n")
		require.NoError(t, err)
		require.True(t, first.start.Equal(again.start))
		if len(kept) > 0 {
			require.Equal(t, first.lines, again.lines)
		}
	})
}
