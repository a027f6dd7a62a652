package bot

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

const redacted = "[redacted]"

// redact returns the text of an action's error without what the event brought. Texts of errors often
// quote their input: for "four", strconv.Atoi says `parsing "four": invalid syntax`, and redact makes
// that `parsing [redacted]: invalid syntax`. What package flow says of the place, such as
// "booking/confirm", is kept as it is, even if the user wrote the same word.
// Parts of what the event brought are replaced too, in upper or lower case, from four letters or digits
// on, or from two that are not ASCII. If the user wrote "Sato Ken", "no table for SATO" becomes "no table
// for [redacted]". What an action made of the words in other ways cannot be known.
func redact(err error, e *transport.Event) string {
	var te *flow.TurnError
	if !errors.As(err, &te) {
		return blankAll(err.Error(), e)
	}
	text, cause := err.Error(), te.Err.Error()
	if where, ok := strings.CutSuffix(text, cause); ok {
		return where + blankAll(cause, e)
	}
	return blankAll(text, e)
}

// blankAll replaces everything that the event brought: texts, ids, the reply token.
func blankAll(text string, e *transport.Event) string {
	text = cut(text, maxCause)
	brought := []string{e.Text, e.Postback.Data, e.ReplyToken, e.Source.ChatID, e.Source.UserID}
	for _, s := range e.Postback.Params {
		brought = append(brought, s)
	}
	if l := e.Location; l != nil {
		brought = append(brought, l.Title, l.Address, degrees(l.Latitude), degrees(l.Longitude))
	}
	if e.Sticker != nil {
		brought = append(brought, e.Sticker.Text)
	}
	if e.File != nil {
		brought = append(brought, e.File.Name)
	}
	brought = append(brought, payloadWords(e.Payload)...)
	for _, s := range brought {
		text = blank(text, s)
	}
	for _, s := range brought {
		text = blankParts(text, s)
	}
	return text
}

// payloadWords returns the texts and numbers in the payload of a signal.
func payloadWords(payload []byte) (words []string) {
	d := json.NewDecoder(bytes.NewReader(payload))
	d.UseNumber()
	for {
		switch t, err := d.Token(); v := t.(type) {
		case string:
			words = append(words, v)
		case json.Number:
			words = append(words, v.String())
		case nil:
			if err != nil {
				return words
			}
		}
	}
}

// degrees is a latitude or a longitude as fmt prints it.
func degrees(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// maxCause is how many runes of an error are logged. To look for all parts of a text in a longer error
// would take too much time.
const maxCause = 1000

// cut returns the first runes of a text, as many as limit says.
func cut(text string, limit int) string {
	n := 0
	for i := range text {
		if n++; n > limit {
			return text[:i] + "..."
		}
	}
	return text
}

// blankParts replaces each part of text that stands in secret too, in upper or lower case, and that is
// long enough to tell something.
func blankParts(text, secret string) string {
	var b strings.Builder
	t, s := []rune(text), fold([]rune(secret))
	folded := fold(t)
	for i := 0; i < len(t); {
		if n := common(folded[i:], s); inWord(t[i]) && tells(t[i:i+n]) {
			b.WriteString(redacted)
			i += n
		} else {
			b.WriteRune(t[i])
			i++
		}
	}
	return b.String()
}

// fold returns the text in one case.
func fold(text []rune) []rune {
	f := make([]rune, len(text))
	for i, r := range text {
		f[i] = unicode.ToLower(unicode.ToUpper(r))
	}
	return f
}

// common returns the length of the longest part of secret with which text begins.
func common(text, secret []rune) (longest int) {
	for i := range secret {
		n := 0
		for n < len(text) && i+n < len(secret) && text[n] == secret[i+n] {
			n++
		}
		longest = max(longest, n)
	}
	return longest
}

// tells reports whether a part is so long that it is not in both texts by chance.
func tells(part []rune) bool {
	ascii, other := 0, 0
	for _, r := range part {
		switch {
		case !inWord(r):
		case r <= unicode.MaxASCII:
			ascii++
		default:
			other++
		}
	}
	return ascii+other >= 4 || other >= 2
}

// shortWord is the length, in bytes, up to which a text is replaced only where it stands as a word of its
// own. If a user typed "a", the letter stands in half of all words.
const shortWord = 3

// blank replaces secret in text, also in the form that %q gives it.
func blank(text, secret string) string {
	secret = strings.TrimSpace(secret)
	if secret == "" {
		return text
	}
	quoted := strconv.Quote(secret)
	for _, s := range [...]string{quoted, quoted[1 : len(quoted)-1], secret} {
		if len(s) > shortWord {
			text = strings.ReplaceAll(text, s, redacted)
		} else {
			text = blankWord(text, s)
		}
	}
	return text
}

// blankWord replaces s in text where no letter or digit stands beside it.
func blankWord(text, s string) string {
	var b strings.Builder
	for rest := text; ; {
		i := strings.Index(rest, s)
		if i < 0 {
			return b.String() + rest
		}
		end := i + len(s)
		before, _ := utf8.DecodeLastRuneInString(text[:len(text)-len(rest)+i])
		after, _ := utf8.DecodeRuneInString(rest[end:])
		b.WriteString(rest[:i])
		if inWord(before) || inWord(after) {
			b.WriteString(s)
		} else {
			b.WriteString(redacted)
		}
		rest = rest[end:]
	}
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// maxFrames is how many functions of a stack are logged.
const maxFrames = 12

// arguments are those of a function in a stack. They may be addresses and numbers of users' data.
var arguments = regexp.MustCompile(`\([^()]*\)$`)

// frames returns the innermost functions of a stack and where they are, without arguments. In a stack,
// each function has two lines: its name with arguments, and the file with the line.
func frames(stack []byte) string {
	lines := strings.Split(string(stack), "\n")
	var b strings.Builder
	n := 0
	for i := 1; i+1 < len(lines) && n < maxFrames; i += 2 {
		place, _, _ := strings.Cut(strings.TrimSpace(lines[i+1]), " ")
		b.WriteString(arguments.ReplaceAllString(lines[i], "") + " " + place + "\n")
		n++
	}
	return b.String()
}
