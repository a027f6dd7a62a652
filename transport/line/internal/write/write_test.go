package write

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// quotedByStdlib is what encoding/json writes for s without its HTML option.
func quotedByStdlib(t testing.TB, s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	require.NoError(t, enc.Encode(s))
	return strings.TrimSuffix(b.String(), "\n")
}

func TestText(t *testing.T) {
	var controls strings.Builder
	for c := range 0x80 {
		controls.WriteByte(byte(c))
	}
	tests := []struct{ name, text string }{
		{"empty", ""},
		{"plain", "How many of you?"},
		{"ASCII", controls.String()},
		{"Japanese", "ご予約は何名様ですか"},
		{"emoji", "👨‍👩‍👧 🍎"},
		{"line separators", "a\u2028b\u2029c"},
		{"a real U+FFFD", "a\uFFFDb"},
		{"bytes that are no UTF-8", "a\xffb\xc3(\xe2\x82\xed\xa0\x80"},
		{"cut at the end", "x\xf0\x9f\x8d"},
		{"HTML", "<a href=\"x\">&</a>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Text([]byte("<"), tt.text)
			require.Equal(t, "<"+quotedByStdlib(t, tt.text), string(got))
		})
	}
}

func TestTextLikeStdlib(t *testing.T) {
	pieces := []string{"a", "é", "日", "🍎", "\u2028", "\u2029", "\x00", "\x1f", "\x7f", "\"", "\\",
		"\n", "\t", "\r", "\b", "\f", "<", "&", "\xff", "\xc3", "\xf0\x9f", "\xed\xa0\x80", "\uFFFD"}
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		var s strings.Builder
		for range r.IntN(12) {
			s.WriteString(pieces[r.IntN(len(pieces))])
		}
		require.Equal(t, quotedByStdlib(t, s.String()), string(Text(nil, s.String())))
	}
}

func FuzzText(f *testing.F) {
	f.Add("a\xff\u2028\"\\\n")
	f.Add("\b\f\r\t\x10ʛ")
	f.Fuzz(func(t *testing.T, s string) {
		require.Equal(t, quotedByStdlib(t, s), string(Text(nil, s)))
	})
}
