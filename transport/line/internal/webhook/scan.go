package webhook

import (
	"encoding/binary"
	"encoding/json"
	"math/bits"
	"strconv"
	"unicode/utf8"
)

// maxDepth is how deep the arrays and objects of one event may be nested, itself included.
const maxDepth = 64

// scanner reads JSON off b without reflection. It accepts less than encoding/json does and
// never reads anything differently: after the first doubt it is bad, and reads nothing more.
type scanner struct {
	b   []byte
	i   int
	bad bool
}

func (s *scanner) fail() { s.i, s.bad = len(s.b), true }

func (s *scanner) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\t', '\n', '\r':
			s.i++
		default:
			return
		}
	}
}

// end reports whether nothing but white space is left. A NUL is not the end.
func (s *scanner) end() bool {
	s.space()
	return s.i == len(s.b)
}

// peek returns the first byte of the next token, or zero at the end.
func (s *scanner) peek() byte {
	if s.end() {
		return 0
	}
	return s.b[s.i]
}

func (s *scanner) eat(c byte) bool {
	if s.peek() != c || c == 0 {
		return false
	}
	s.i++
	return true
}

// first enters an object and returns its first key; nil if there is none.
func (s *scanner) first() []byte {
	if !s.eat('{') {
		s.fail()
		return nil
	}
	if s.eat('}') {
		return nil
	}
	return s.key()
}

// next goes on after a member's value and returns the next key; nil behind the last one.
func (s *scanner) next() []byte {
	if s.eat(',') {
		return s.key()
	}
	if !s.eat('}') {
		s.fail()
	}
	return nil
}

// key reads a key and its colon. Escapes in keys are a doubt, as are keys that are not UTF-8.
func (s *scanner) key() []byte {
	raw, odd := s.quoted()
	if odd || !s.eat(':') {
		s.fail()
		return nil
	}
	return raw
}

// once records that a member was seen; a second one of that name is a doubt.
func (s *scanner) once(seen *uint, member uint) {
	if *seen&(1<<member) != 0 {
		s.fail()
	}
	*seen |= 1 << member
}

// null takes a null, which stands for an absent value.
func (s *scanner) null() bool {
	if s.peek() != 'n' {
		return false
	}
	s.literal("null")
	return true
}

func (s *scanner) literal(want string) {
	if len(s.b)-s.i < len(want) || string(s.b[s.i:s.i+len(want)]) != want {
		s.fail()
		return
	}
	s.i += len(want)
}

// str reads a string or null. The result refers to b where the text stands there as it is.
func (s *scanner) str() []byte {
	if s.null() {
		return nil
	}
	s.space()
	start := s.i
	raw, odd := s.quoted()
	if !odd || s.bad {
		return raw
	}
	var v string
	_ = json.Unmarshal(s.b[start:s.i], &v) // quoted has checked its grammar
	return []byte(v)
}

// bool reads true, false or null.
func (s *scanner) bool() bool {
	switch s.peek() {
	case 't':
		s.literal("true")
		return !s.bad
	case 'f':
		s.literal("false")
	default:
		if !s.null() {
			s.fail()
		}
	}
	return false
}

// int reads an integer or null.
func (s *scanner) int() int64 {
	if s.null() {
		return 0
	}
	start := s.i
	if !s.number() {
		s.fail()
		return 0
	}
	v, err := strconv.ParseInt(string(s.b[start:s.i]), 10, 64)
	if err != nil {
		s.fail()
	}
	return v
}

// quoted reads a string and returns what stands between the quotes. It is odd if that is not
// the text itself: if it has escapes or is not UTF-8.
func (s *scanner) quoted() (raw []byte, odd bool) {
	if !s.eat('"') {
		s.fail()
		return nil, false
	}
	start, high := s.i, false
	for {
		h := false
		s.i, h = plainRun(s.b, s.i)
		high = high || h
		switch {
		case s.i == len(s.b) || s.b[s.i] < ' ':
			s.fail()
			return nil, false
		case s.b[s.i] == '"':
			raw = s.b[start:s.i]
			s.i++
			return raw, odd || high && !utf8.Valid(raw)
		}
		odd = true
		s.escape()
	}
}

// escape reads a backslash and what it escapes.
func (s *scanner) escape() {
	rest := s.b[s.i+1:]
	if len(rest) == 0 {
		s.fail()
		return
	}
	switch rest[0] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.i += 2
		return
	case 'u':
		if len(rest) > 4 && isHex(rest[1]) && isHex(rest[2]) && isHex(rest[3]) && isHex(rest[4]) {
			s.i += 6
			return
		}
	}
	s.fail()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// plainRun returns where the run of plain bytes from i on ends: at a quote, a backslash, a
// control character or the end of b. It looks at eight bytes at a time. High says that there
// may be bytes outside ASCII in it.
func plainRun(b []byte, i int) (end int, high bool) {
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		quote, slash := w^(ones*'"'), w^(ones*'\\')
		high = high || w&highs != 0
		stop := ((w-ones*' ')&^w | (quote-ones)&^quote | (slash-ones)&^slash) & highs
		if stop != 0 {
			return i + bits.TrailingZeros64(stop)/8, high
		}
	}
	for ; i < len(b); i++ {
		c := b[i]
		if c < ' ' || c == '"' || c == '\\' {
			break
		}
		high = high || c >= utf8.RuneSelf
	}
	return i, high
}
