package transport

// MarkLen is the length of a mark in bytes. With a '~' before and behind it, a mark takes seven bytes of
// the data of a postback.
const MarkLen = 5

const markSign = '~'

// Mark returns data with the mark of the step that its button is shown in, so that a tap on the button of
// an earlier step is recognised: Mark("yes", "k3Xq0") is "~k3Xq0~yes". An empty mark leaves data as it is.
// The last character of the marks that a bot makes is a hash of the others, so that the bot tells data of
// other origin that only looks marked, such as "~hello~x".
func Mark(data, mark string) string {
	if mark == "" {
		return data
	}
	return string(markSign) + mark + string(markSign) + data
}

// Unmark undoes Mark. Data that carries no mark is returned as it is, with an empty mark.
func Unmark(s string) (data, mark string) {
	if len(s) < MarkLen+2 || s[0] != markSign || s[MarkLen+1] != markSign {
		return s, ""
	}
	for i := 1; i <= MarkLen; i++ {
		if !markByte(s[i]) {
			return s, ""
		}
	}
	return s[MarkLen+2:], s[1 : MarkLen+1]
}

func markByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}
