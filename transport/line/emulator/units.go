package emulator

import (
	"unicode"
)

// utf16Length counts as most of LINE's limits do: in UTF-16 code units.
func utf16Length(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

const zeroWidthJoiner = '\u200d'

// graphemes estimates how many characters a person sees: LINE counts labels and template texts so.
// It joins marks, variation selectors, skin tones, joined emoji and flags to what they follow. It
// leaves out the rarer rules of Unicode (Hangul jamo, Indic conjuncts), where it counts too many.
func graphemes(s string) int {
	n, joined, flag := 0, false, false
	previous := rune(0)
	for _, r := range s {
		switch {
		case n > 0 && (extends(r) || previous == '\r' && r == '\n'):
		case joined:
		case isFlagHalf(r) && flag:
			flag = false
		default:
			n++
			flag = isFlagHalf(r)
		}
		joined = r == zeroWidthJoiner
		previous = r
	}
	return n
}

func extends(r rune) bool {
	return r == zeroWidthJoiner || unicode.In(r, unicode.Mn, unicode.Me, unicode.Mc) ||
		r >= 0x1F3FB && r <= 0x1F3FF || r >= 0xE0020 && r <= 0xE007F
}

func isFlagHalf(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }
