package flow

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Fold returns a text in the form in which words are compared, so that what people type by different
// keyboards is one. Exact words of triggers and the parsers of package flow/answer compare texts so:
//
//	"４" and "4"                 compatibility forms (NFKC): full-width digits and letters
//	"ｷｬﾝｾﾙ" and "キャンセル"       half-width kana, composed
//	"カ゛ム" and "ガム"             kana whose marks are typed apart, composed
//	"Cancel" and "CANCEL"        case folding by Unicode
//	"❤️" and "❤"                 without variation selectors
//	" yes! " and "yes"           without space around it, and without punctuation at its end
//
// Punctuation alone, such as "?", is kept.
func Fold(s string) string {
	plain := true // nothing but small letters and digits: most of what people type
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 0x80:
			return trimEnd(cases.Fold().String(norm.NFKC.String(strings.Map(joinable, s))))
		case (c < 'a' || c > 'z') && (c < '0' || c > '9'):
			plain = false
		}
	}
	if plain {
		return s
	}
	return trimEnd(strings.ToLower(s))
}

// joinable drops variation selectors, and makes the marks of kana such as "カ゛" ones that NFKC composes with the
// character before.
func joinable(r rune) rune {
	switch {
	case r == '\u309b':
		return '\u3099'
	case r == '\u309c':
		return '\u309a'
	case unicode.Is(unicode.Variation_Selector, r):
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

// spoken returns the text of an event without mentions of the bot: in a group, people say "@Canteen lunch"
// where alone with the bot they say "lunch".
func spoken(e *transport.Event) string {
	if !e.Mentioned() {
		return e.Text
	}
	units := utf16.Encode([]rune(e.Text))
	for i := len(e.Mentions) - 1; i >= 0; i-- {
		m := &e.Mentions[i]
		if end := m.Index + m.Length; m.Self && m.Index >= 0 && m.Length >= 0 && end <= len(units) {
			units = slices.Delete(units, m.Index, end)
		}
	}
	return strings.TrimSpace(string(utf16.Decode(units)))
}
