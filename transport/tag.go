package transport

// TagLen is the length of a tag in bytes. With its two marks a tag takes seven bytes of the
// data of a postback.
const MarkLen = 5

const tagMark = '~'

// Tag returns data marked with the step that its button is shown in, so that a tap on the
// button of a passed step is recognised. An empty tag leaves data as it is.
func Mark(data, tag string) string {
	if tag == "" {
		return data
	}
	return string(tagMark) + tag + string(tagMark) + data
}

// Unmark undoes Tag. Data that carries no tag is returned as it is, with an empty tag.
func Unmark(s string) (data, tag string) {
	if len(s) < MarkLen+2 || s[0] != tagMark || s[MarkLen+1] != tagMark {
		return s, ""
	}
	for i := 1; i <= MarkLen; i++ {
		if !tagByte(s[i]) {
			return s, ""
		}
	}
	return s[MarkLen+2:], s[1 : MarkLen+1]
}

func tagByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}
