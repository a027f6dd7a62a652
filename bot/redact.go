package bot

import (
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
	for _, s := range [...]string{e.Text, e.Postback.Data, e.ReplyToken, e.Source.ChatID, e.Source.UserID} {
		text = blank(text, s)
	}
	for _, s := range e.Postback.Params {
		text = blank(text, s)
	}
	return text
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
