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

// redact returns the text of an error of user code without what the event brought, which such
// texts quote only too easily: strconv's do. Where the error happened, and the type of a panic,
// are the flow's own words.
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

func blankAll(text string, e *transport.Event) string {
	for _, s := range [...]string{e.Text, e.Postback.Data, e.ReplyToken, e.Source.ChatID, e.Source.UserID} {
		text = blank(text, s)
	}
	for _, s := range e.Postback.Params {
		text = blank(text, s)
	}
	return text
}

// shortWord is up to how many bytes a secret is blanked only where it stands as a word: the "a"
// that a user typed is in every second word.
const shortWord = 3

// blank replaces secret in text, also as it looks when quoted.
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

// maxFrames is how many lines of a stack are logged.
const maxFrames = 12

var arguments = regexp.MustCompile(`\([^()]*\)$`)

// frames returns the innermost functions of a stack and where they are, without arguments.
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
