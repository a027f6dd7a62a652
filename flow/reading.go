package flow

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold returns a text in the form in which words are compared, so that what people type by different
// keyboards is one. Exact words of triggers and the parsers of package flow/answer compare texts so:
//
//	"４" and "4"                 compatibility forms (NFKC): full-width digits and letters
//	"ｷｬﾝｾﾙ" and "キャンセル"       half-width kana, composed
//	"Cancel" and "CANCEL"        case folding by Unicode
//	"❤️" and "❤"                 without variation selectors
//	" yes! " and "yes"           without space around it, and without punctuation at its end
//
// Punctuation alone, such as "?", is kept.
func Fold(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= 0x80 {
			return trimEnd(cases.Fold().String(norm.NFKC.String(strings.Map(dropSelector, s))))
		}
	}
	return trimEnd(strings.ToLower(s))
}

func dropSelector(r rune) rune {
	if unicode.Is(unicode.Variation_Selector, r) {
		return -1
	}
	return r
}

// trimEnd takes away the space around s and the punctuation at its end.
func trimEnd(s string) string {
	s = strings.TrimSpace(s)
	t := strings.TrimRightFunc(s, isClosing)
	if t == "" {
		return s
	}
	return t
}

// isClosing reports whether r may end a sentence. NFKC has made "！" and "．" of full width ASCII.
func isClosing(r rune) bool {
	return strings.ContainsRune(".,!?…。、~〜～", r) || unicode.IsSpace(r)
}
