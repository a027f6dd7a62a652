package answer

import (
	"context"

	"github.com/kaiwa-go/kaiwa/flow"
)

// Choice returns a parser for one of the words, which are compared by flow.Fold. The value is the word as
// it stands here, in its type:
//
//	const Regular, Large Size = "Regular", "Large"
//	answer.Choice(Regular, Large) // reads "large" and "ＬＡＲＧＥ " as Large
//
// Further words for a value, such as those of another language, are read by Or and Map:
//
//	answer.Or(answer.Choice("Cut"), answer.Map(answer.Choice("カット"), english))
//
// It is nil without words, and if a word is empty or two are the same.
func Choice[W ~string](words ...W) Parser[W] {
	byFold := make(map[string]W, len(words))
	for _, w := range words {
		byFold[flow.Fold(string(w))] = w
	}
	if _, empty := byFold[""]; empty || len(words) == 0 || len(byFold) != len(words) {
		return nil
	}
	return func(_ context.Context, a *flow.Answer) (W, error) {
		w, ok := byFold[flow.Fold(a.Text)]
		if !ok {
			return refuse[W]()
		}
		return w, nil
	}
}

// What people say to a question with two answers. Words that may mean both, such as 大丈夫です and
// 結構です, are left out.
var (
	yes = []string{
		"yes", "y", "yeah", "yep", "yup", "ok", "okay", "sure", "of course", "yes please", "yes, please",
		"はい", "ハイ", "はーい", "うん", "ええ", "そう", "そうです", "お願いします", "おねがいします",
		"はい、お願いします", "はいお願いします", "オッケー", "おっけー", "オーケー", "イエス", "了解", "了解です", "もちろん",
		"👌", "👍", "👍🏻", "👍🏼", "👍🏽", "👍🏾", "👍🏿", "🙆", "🙆‍♀", "🙆‍♂", "⭕", "○", "◯",
	}
	no = []string{
		"no", "n", "nope", "nah", "no thanks", "no, thanks", "no thank you", "no, thank you",
		"いいえ", "イイエ", "いえ", "いや", "ううん", "ノー", "違う", "違います", "ちがう", "ちがいます",
		"やめる", "やめます", "だめ", "ダメ", "駄目",
		"👎", "👎🏻", "👎🏼", "👎🏽", "👎🏾", "👎🏿", "🙅", "🙅‍♀", "🙅‍♂", "❌", "✕", "×",
	}
)

// YesNo returns a parser for yes and no in English and Japanese, as people type them, and for buttons
// whose data is "yes" and "no".
func YesNo() Parser[bool] {
	return Or(
		Map(Choice(yes...), func(string) bool { return true }),
		Map(Choice(no...), func(string) bool { return false }),
	)
}
