// Package textlen counts texts as LINE counts them: in UTF-16 code units, or in grapheme clusters, which are what
// a reader takes for one character.
// https://developers.line.biz/en/docs/messaging-api/text-character-count/
package textlen

import (
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// UTF16 counts UTF-16 code units. A byte that is no UTF-8 counts as the U+FFFD that is sent
// for it.
func UTF16(s string) int {
	n := 0
	for _, r := range s {
		n += Width(r)
	}
	return n
}

// Width is how many UTF-16 code units a code point takes.
func Width(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// Clusters counts grapheme clusters. In ASCII each byte is one, save for CR LF.
func Clusters(s string) int {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf || s[i] == '\r' {
			return uniseg.GraphemeClusterCount(s)
		}
	}
	return len(s)
}
