package answer

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kaiwa-go/kaiwa/flow"
)

// Int returns a parser for a whole number that is at least from and at most to. It reads "4", "４", "+4",
// "1,000", "４人", "4 people", and words up to "ten" and "十". The value may be of a type of the author's
// own: Int[Party](1, 8).
func Int[N ~int | ~int64](from, to N) Parser[N] {
	if from > to {
		return nil
	}
	return func(_ context.Context, a *flow.Answer) (N, error) {
		n, ok := number(short(a))
		if !ok || n < int64(from) || n > int64(to) {
			return refuse[N]()
		}
		return N(n), nil
	}
}

var (
	thousands = regexp.MustCompile(`^[+-]?\d{1,3}(,\d{3})+$`)
	counter   = regexp.MustCompile(`^(.+?) ?(?:people|persons?|人|名|名様|個|つ)$`)
	english   = strings.Fields("zero one two three four five six seven eight nine ten")
	kanji     = strings.Fields("〇 一 二 三 四 五 六 七 八 九 十")
)

func number(s string) (int64, bool) {
	if m := counter.FindStringSubmatch(s); m != nil {
		s = m[1]
	}
	if n := max(slices.Index(kanji, s), slices.Index(english, s)); n >= 0 {
		return int64(n), true
	}
	if thousands.MatchString(s) {
		s = strings.ReplaceAll(s, ",", "")
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// maxShort is how many bytes a number, a day or a time may take, however it is typed.
const maxShort = 200

// short returns the text as flow.Fold has it, in the forms that are common to numbers, days and times:
// without courtesy at the end, and with one kind of hyphen. It is empty if the text is too long.
func short(a *flow.Answer) string {
	if len(a.Text) > maxShort {
		return ""
	}
	s := flow.Fold(a.Text)
	for _, courtesy := range [...]string{"でお願いします", "でおねがいします", "お願いします", "です", "で"} {
		if rest, ok := strings.CutSuffix(s, courtesy); ok {
			s = rest
			break
		}
	}
	return hyphens.Replace(strings.TrimSpace(s))
}

// hyphens are what Japanese keyboards give for the key of the hyphen, and what others take for it.
var hyphens = strings.NewReplacer("ー", "-", "‐", "-", "‑", "-", "–", "-", "—", "-", "―", "-", "−", "-")

// tight takes away the space in s that does not part two digits: "7:30 pm" is "7:30pm".
func tight(s string) string {
	f := strings.Fields(s)
	var b strings.Builder
	for i, word := range f {
		if i > 0 && isDigit(f[i-1][len(f[i-1])-1]) && isDigit(word[0]) {
			b.WriteByte(' ')
		}
		b.WriteString(word)
	}
	return b.String()
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
