package answer

import (
	"context"
	"errors"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"

	"github.com/kaiwa-go/kaiwa/flow"
)

// Text returns a parser for a text that has at least from and at most to characters, as people count them:
// "👨‍👩‍👧" is one. The value is the text as it was typed, without the space around it. from has to be 1 or
// more: an answer without text, such as a photo, is always refused.
func Text(from, to int) Parser[string] {
	if from < 1 || from > to {
		return nil
	}
	return func(_ context.Context, a *flow.Answer) (string, error) {
		s := trim(a.Text)
		if n := uniseg.GraphemeClusterCount(s); n < from || n > to {
			return refuse[string]()
		}
		return s, nil
	}
}

// By returns a parser that calls parse, such as strconv.Atoi, with the text: in NFKC, so that "４" is "4",
// without variation selectors and without the space around it; small and capital letters stay. Each error
// of parse is a refusal, and its text goes nowhere; if it is flow.Reject with messages, these are sent. An
// answer without text, such as a photo, is refused.
func By[V any](parse func(string) (V, error)) Parser[V] {
	if parse == nil {
		return nil
	}
	return func(_ context.Context, a *flow.Answer) (V, error) {
		s := plain(a.Text)
		if s == "" {
			return refuse[V]()
		}
		v, err := parse(s)
		switch {
		case err == nil:
			return v, nil
		case errors.Is(err, flow.Reject()):
			return v, err
		default:
			return refuse[V]()
		}
	}
}

// plain returns s in NFKC, without variation selectors and without the space around it.
func plain(s string) string {
	return trim(norm.NFKC.String(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Variation_Selector, r) {
			return -1
		}
		return r
	}, s)))
}

// trim takes away the space around s, also that of no width.
func trim(s string) string {
	return strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || r == '\u200b' || r == '\u2060' || r == '\ufeff'
	})
}
