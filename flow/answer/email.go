package answer

import (
	"errors"
	"net/mail"
	"strings"
)

// maxEmail is the length of the longest address. https://www.rfc-editor.org/errata/eid1690
const maxEmail = 254

var errEmail = errors.New("answer: no e-mail address")

// Email returns a parser for an e-mail address as web shops have them: "ann@example.com", in ASCII, with
// a domain that has a dot. Neither a name beside the address nor a quoted one is taken. The domain comes
// in small letters. Whether somebody reads what is sent there, only a message can tell.
func Email() Parser[string] { return By(email) }

func email(s string) (string, error) {
	s = strings.TrimRight(s, ".,!。、")
	at := strings.LastIndexByte(s, '@')
	parsed, err := mail.ParseAddress(s)
	if err != nil || parsed.Address != s || len(s) > maxEmail || !isASCII(s) || at > 64 || !isDomain(s[at+1:]) {
		return "", errEmail
	}
	return s[:at] + strings.ToLower(s[at:]), nil
}

// isDomain reports whether s is the name of a host with a dot, and no number such as 127.0.0.1.
func isDomain(s string) bool {
	labels := strings.Split(s, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || strings.Trim(l, "-") != l || strings.ContainsFunc(l, func(r rune) bool {
			return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
		}) {
			return false
		}
	}
	top := labels[len(labels)-1]
	return len(labels) > 1 && len(top) > 1 && strings.Trim(top, "0123456789") != ""
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > '~' })
}
