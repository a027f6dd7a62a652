package line

import "strings"

// text copies a string. It is false if none stands here.
func (r *rewriter) text() bool {
	if r.i >= len(r.s) || r.s[r.i] != '"' {
		return false
	}
	for i := r.i + 1; i < len(r.s); i++ {
		switch c := r.s[i]; {
		case c == '"':
			r.copyTo(i + 1)
			return true
		case c < ' ':
			return false
		case c == '\\':
			n := escapeLen(r.s[i+1:])
			if n == 0 {
				return false
			}
			i += n
		}
	}
	return false
}

// escapeLen is the length of the escape that s begins with, after its backslash; 0 for none.
func escapeLen(s string) int {
	if s == "" || strings.IndexByte(`"\/bfnrtu`, s[0]) < 0 {
		return 0
	}
	if s[0] != 'u' {
		return 1
	}
	if len(s) < 5 {
		return 0
	}
	for i := 1; i < 5; i++ {
		if !isHexDigit(s[i]) {
			return 0
		}
	}
	return 5
}

func isHexDigit(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func (r *rewriter) literal(word string) bool {
	if !strings.HasPrefix(r.s[r.i:], word) {
		return false
	}
	r.copyTo(r.i + len(word))
	return true
}

// number copies a number as JSON spells it: no leading zero, no bare point.
func (r *rewriter) number() bool {
	i := r.i
	if r.at(i) == '-' {
		i++
	}
	end := r.digits(i)
	if end == i || r.s[i] == '0' && end > i+1 {
		return false
	}
	if i = end; r.at(i) == '.' {
		if end = r.digits(i + 1); end == i+1 {
			return false
		}
		i = end
	}
	if r.at(i)|' ' == 'e' {
		if i++; r.at(i) == '+' || r.at(i) == '-' {
			i++
		}
		if end = r.digits(i); end == i {
			return false
		}
		i = end
	}
	r.copyTo(i)
	return true
}

func (r *rewriter) digits(i int) int {
	for c := r.at(i); c >= '0' && c <= '9'; c = r.at(i) {
		i++
	}
	return i
}

// at returns the byte at i, or 0 at the end, which is no part of a number.
func (r *rewriter) at(i int) byte {
	if i >= len(r.s) {
		return 0
	}
	return r.s[i]
}
