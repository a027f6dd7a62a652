package transport

// MarkLen is the length of a mark in bytes. With a '~' before and behind it, a mark takes ten bytes of
// the data of a postback.
const MarkLen = 8

// earlierMarkLen is the length of the marks that builds up to November 2026 made. Buttons that carry them
// are in people's chats.
const earlierMarkLen = 5

const markSign = '~'

// Mark returns data with the mark of the step that its button is shown in, so that a tap on the button of
// an earlier step, or of somebody else, is recognised. An empty mark leaves data as it is. For example,
// Mark("yes", "qWzjaGPC") is "~qWzjaGPC~yes". A bot makes its marks of
//
//	qW    2 characters for the session
//	zj    2 for the conversation
//	aGP   3 for the step
//	C     1 that is a hash of the others, so that the bot tells data of other origin that only looks
//	      marked, such as "~good-bye~x"
func Mark(data, mark string) string {
	if mark == "" {
		return data
	}
	return string(markSign) + mark + string(markSign) + data
}

// Unmark undoes Mark. Data that carries no mark is returned as it is, with an empty mark. A mark has MarkLen
// characters, or five if a build up to November 2026 made it, as in "~k3Xq0~yes".
func Unmark(s string) (data, mark string) {
	for _, n := range [...]int{MarkLen, earlierMarkLen} {
		if begins(s, n) {
			return s[n+2:], s[1 : n+1]
		}
	}
	return s, ""
}

// begins reports whether s begins with a mark of n characters and the signs around it.
func begins(s string, n int) bool {
	if len(s) < n+2 || s[0] != markSign || s[n+1] != markSign {
		return false
	}
	for i := 1; i <= n; i++ {
		if !markByte(s[i]) {
			return false
		}
	}
	return true
}

func markByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}
