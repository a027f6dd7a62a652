package answer_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer"
)

func TestChoice(t *testing.T) {
	t.Parallel()
	type Size string
	const regular, large, cancel Size = "Regular", "Large", "キャンセル"
	p := answer.Choice(regular, large, cancel)
	reads(t, p, map[string]Size{
		"Large": large, "large": large, " LARGE! ": large, "Ｌａｒｇｅ": large, "regular.": regular,
		"キャンセル": cancel, "ｷｬﾝｾﾙ": cancel, "キャンセル。": cancel,
	})
	refuses(t, p, "larg", "large please", "?", "regular large")
}

func TestYesNo(t *testing.T) {
	t.Parallel()
	reads(t, answer.YesNo(), map[string]bool{
		"yes": true, "Yes!": true, "ＹＥＳ": true, "y": true, "yeah": true, "OK": true, "ｏｋ。": true,
		"Yes, please": true, "はい": true, "はい！": true, "ﾊｲ": true, "うん": true, "お願いします。": true,
		"👍": true, "👍🏽": true, "🙆‍♀️": true, "⭕️": true,
		"no": false, "No.": false, "ｎｏ": false, "n": false, "nope": false, "no, thanks": false,
		"いいえ": false, "いいえ、": false, "ちがいます": false, "ﾀﾞﾒ": false, "👎": false, "❌": false, "×": false,
	})
	refuses(t, answer.YesNo(), "maybe", "yes and no", "yesterday", "大丈夫です", "結構です", "notes")
}

func TestInt(t *testing.T) {
	t.Parallel()
	reads(t, answer.Int(1, 8), map[string]int{
		"4": 4, "４": 4, " 4 ": 4, "4.": 4, "４。": 4, "+4": 4, "04": 4, "④": 4, "1": 1, "8": 8,
		"Two": 2, "4 people": 4, "one person": 1,
		"4人": 4, "４名様": 4, "4 名": 4, "４人です。": 4, "三": 3, "二人": 2, "一つ": 1, "4名でお願いします": 4,
	})
	refuses(t, answer.Int(1, 8), "0", "9", "-4", "many", "4 5", "4 or 5", "4.5", "1e0", "0x4", "4_0", "4人人", "人",
		"99999999999999999999", "4日", strings.Repeat("0", 300)+"4")
	reads(t, answer.Int(-5, 2_000_000), map[string]int{
		"-5": -5, "－５": -5, "−5": -5, "ー５": -5, "1,000": 1000, "１，２３４，５６７": 1_234_567,
	})
	refuses(t, answer.Int(0, 2_000_000), "1,00", "1,0000", ",000")
	type Yen int64
	reads(t, answer.Int[Yen](0, 1<<62), map[string]Yen{"4611686018427387904": 1 << 62})
}

func TestText(t *testing.T) {
	t.Parallel()
	reads(t, answer.Text(1, 3), map[string]string{
		"Ken": "Ken", "　Ｋｅｎ\n": "Ｋｅｎ", "👨‍👩‍👧🇯🇵が": "👨‍👩‍👧🇯🇵が", "❤️!": "❤️!", "\u200bx\ufeff": "x",
	})
	refuses(t, answer.Text(1, 3), " ", "　", "\u200b", "four", "がぎぐげ")
	reads(t, answer.Text(8, 8), map[string]string{" 12345678 ": "12345678"})
	refuses(t, answer.Text(8, 8), "1234567", "1234567 ", "123456789")
}

func TestEmail(t *testing.T) {
	t.Parallel()
	reads(t, answer.Email(), map[string]string{
		"ann@example.com": "ann@example.com", " Ann@Example.COM. ": "Ann@example.com",
		"ａｎｎ＠ｅｘａｍｐｌｅ．ｃｏｍ": "ann@example.com", "a.b+c_d@mail.example.co.jp。": "a.b+c_d@mail.example.co.jp",
		"x@xn--r8jz45g.xn--zckzah": "x@xn--r8jz45g.xn--zckzah",
	})
	refuses(t, answer.Email(), "ann", "ann@", "@example.com", "ann@example", "ann@@example.com", "Ann <ann@example.com>",
		"<ann@example.com>", "ann@example.com, bob@example.com", `"a b"@example.com`, `"ann"@example.com`, "ann@[127.0.0.1]",
		"ann@127.0.0.1", "ann@-example.com", "ann@example..com", "ann@example.c", "ann@exa_mple.com", "ann smith@example.com",
		"ann@example.com (Ann)", "あnn@example.com", "ann@例え.jp", "my mail is ann@example.com", "a..b@example.com",
		strings.Repeat("a", 65)+"@example.com", "a@"+strings.Repeat("a", 64)+".com",
		"a@"+strings.Repeat("abcdefg.", 32)+"com")
}

func FuzzInt(f *testing.F) {
	for _, s := range []string{"4", "４人", "1,000", "-4", "三", "4 5", "9223372036854775808", "名様"} {
		f.Add(s, 1, 8)
	}
	f.Fuzz(func(t *testing.T, s string, from, to int) {
		p := answer.Int(from, to)
		if p == nil {
			return
		}
		n, err := p(t.Context(), typed(s))
		if err != nil {
			require.ErrorIs(t, err, flow.Reject())
			return
		}
		if n < from || n > to {
			t.Fatalf("%q is %d", s, n)
		}
	})
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"Ken", " ", "👨‍👩‍👧", "e\u0301", "\xff"} {
		f.Add(s, 1, 3)
	}
	f.Fuzz(func(t *testing.T, s string, from, to int) {
		p := answer.Text(from, to)
		if p == nil {
			return
		}
		v, err := p(t.Context(), typed(s))
		if err == nil && (v == "" || !strings.Contains(s, v) || v != strings.TrimSpace(v)) {
			t.Fatalf("%q is %q", s, v)
		}
	})
}

func FuzzEmail(f *testing.F) {
	for _, s := range []string{"ann@example.com", "Ann <ann@example.com>", `"a@b"@example.com`, "a@[::1]", "a@b.c,", "@"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := answer.Email()(t.Context(), typed(s))
		if err != nil {
			return
		}
		again, err := answer.Email()(t.Context(), typed(v))
		if err != nil || again != v || len(v) > 254 || strings.Count(v, "@") != 1 || strings.ContainsAny(v, " <>\",\r\n") {
			t.Fatalf("%q is %q, and that is %q, %v", s, v, again, err)
		}
	})
}
