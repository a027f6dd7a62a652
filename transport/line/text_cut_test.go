package line

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/textlen"
)

func TestCut(t *testing.T) {
	tests := []struct {
		name, text string
		max        int
		want       string
	}{
		{"short", "Table 7", 7, "Table 7"},
		{"long", "Table 77", 7, "Table…"},
		{"inside a word", "Tables", 5, "Tabl…"},
		{"a surrogate pair fits", "a🍎🍎", 4, "a🍎…"},
		{"a surrogate pair does not", "a🍎🍎", 3, "a…"},
		{"a family stays whole", "a👨‍👩‍👧b", 9, "a…"},
		{"a family fits", "a👨‍👩‍👧b!", 10, "a👨‍👩‍👧…"},
		{"a flag", "🇯🇵🇯🇵", 5, "🇯🇵…"},
		{"one unit", "ab", 1, "…"},
		{"no unit", "ab", 0, ""},
		{"less than no unit", "ab", -1, ""},
		{"empty", "", 3, ""},
		{"no UTF-8", "\xff\xff\xff", 2, "\xff…"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, Cut(tt.text, tt.max)) })
	}
}

func TestSplit(t *testing.T) {
	tests := []struct {
		name, text string
		max        int
		want       []string
	}{
		{"short", " Table 7\n", 20, []string{" Table 7\n"}},
		{"blank", " \n\u3000", 20, nil},
		{"empty", "", 20, nil},
		{"paragraphs", "One. Two.\n\nThree.\nFour five", 20, []string{"One. Two.", "Three.\nFour five"}},
		{"carriage returns", "One. Two.\r\n\r\nThree. Four", 20, []string{"One. Two.", "Three. Four"}},
		{"lines", "One. Two three\nFour. Five six", 20, []string{"One. Two three", "Four. Five six"}},
		{"sentences", "One two. Three four five six", 15, []string{"One two.", "Three four five", "six"}},
		{"Japanese", "何名様ですか。八時からです。", 10, []string{"何名様ですか。", "八時からです。"}},
		{"words", "one two three four", 10, []string{"one two", "three four"}},
		{"one word", "abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		{"a paragraph early on", "A.\n\nOne two three four five.", 20, []string{"A.\n\nOne two three", "four five."}},
		{"emoji", "🍎🍎🍎", 3, []string{"🍎", "🍎", "🍎"}},
		{"family", "👨‍👩‍👧👨‍👩‍👧", 9, []string{"👨‍👩‍👧", "👨‍👩‍👧"}},
		{"a family that is too long", "👨‍👩‍👧", 4, []string{"👨‍", "👩‍", "👧"}},
		{"blank middle", "abc" + strings.Repeat("\n", 20) + "def", 5, []string{"abc", "def"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, split(tt.text, tt.max)) })
	}
	t.Run("messages", func(t *testing.T) {
		messages := Split(strings.Repeat("How many of you? ", 600))
		require.Len(t, messages, 3)
		for _, m := range messages {
			require.NoError(t, m.Validate())
		}
	})
}

// TestSplitLosesNothing also holds Cut to its promise.
func TestSplitLosesNothing(t *testing.T) {
	pieces := []string{"a", "word", " ", ". ", "\n", "\n\n", "\r\n", "é", "e\u0301", "🍎", "👨‍👩‍👧", "日本。", "\xff", "\u3000"}
	r := rand.New(rand.NewPCG(3, 4))
	for range 1500 {
		var s strings.Builder
		for range r.IntN(60) {
			s.WriteString(pieces[r.IntN(len(pieces))])
		}
		text, most := s.String(), 8+r.IntN(20)
		rest := text
		for _, piece := range split(text, most) {
			require.LessOrEqual(t, textlen.UTF16(piece), most)
			_, after, found := strings.Cut(rest, piece)
			require.True(t, found, "%q of %q", piece, text)
			require.Empty(t, strings.Trim(rest[:len(rest)-len(after)-len(piece)], blanks))
			rest = after
		}
		require.Empty(t, strings.Trim(rest, blanks), "%q", text)

		cut := Cut(text, most)
		require.LessOrEqual(t, textlen.UTF16(cut), most)
		if cut != text {
			requireWhole(t, text, strings.TrimSuffix(cut, ellipsis))
		}
	}
}

// requireWhole checks that part is the begin of text, up to the end of a grapheme cluster.
func requireWhole(t *testing.T, text, part string) {
	t.Helper()
	require.True(t, strings.HasPrefix(text, part))
	g := uniseg.NewGraphemes(text)
	for at := 0; at <= len(part); {
		if at == len(part) {
			return
		}
		require.True(t, g.Next())
		_, at = g.Positions()
	}
	require.Fail(t, "a cluster was cut in two", "%q", text)
}

func FuzzSplit(f *testing.F) {
	f.Add("One. Two.\n\nThree 👨‍👩‍👧", 12)
	f.Add("", 27)
	f.Add("Three 👨‍👩‍👧", 6) // which is longer than 6
	f.Fuzz(func(t *testing.T, text string, most int) {
		if most < 2 || most > 1<<16 {
			return
		}
		total := 0
		for _, piece := range split(text, most) {
			require.LessOrEqual(t, textlen.UTF16(piece), most)
			require.NotEmpty(t, piece)
			total += len(piece)
			require.Equal(t, utf8.ValidString(text), utf8.ValidString(text) && utf8.ValidString(piece))
		}
		require.LessOrEqual(t, total, len(text))
		require.LessOrEqual(t, textlen.UTF16(Cut(text, most)), most)
	})
}
