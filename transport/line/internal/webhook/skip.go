package webhook

// skip reads a value of any kind, and checks its grammar. Left is how many more levels of
// arrays and objects may be nested.
func (s *scanner) skip(left int) {
	switch c := s.peek(); {
	case c == '"':
		s.quoted()
	case c == '{' || c == '[':
		if left == 0 {
			s.fail()
			return
		}
		s.skipNested(c, left-1)
	case c == 't':
		s.literal("true")
	case c == 'f':
		s.literal("false")
	case c == 'n':
		s.literal("null")
	default:
		s.number()
		s.fraction()
	}
}

func (s *scanner) skipNested(open byte, left int) {
	if open == '{' {
		for k := s.first(); k != nil; k = s.next() {
			s.skip(left)
		}
		return
	}
	s.i++
	if s.eat(']') {
		return
	}
	for {
		s.skip(left)
		if s.eat(']') {
			return
		}
		if !s.eat(',') {
			s.fail()
			return
		}
	}
}

// number reads an integer. It is false if there is none.
func (s *scanner) number() bool {
	if s.i < len(s.b) && s.b[s.i] == '-' {
		s.i++
	}
	start := s.i
	n := s.digits()
	if n == 0 || n > 1 && s.b[start] == '0' {
		s.fail()
		return false
	}
	return true
}

func (s *scanner) fraction() {
	if s.i < len(s.b) && s.b[s.i] == '.' {
		s.i++
		if s.digits() == 0 {
			s.fail()
		}
	}
	if s.i < len(s.b) && s.b[s.i]|0x20 == 'e' {
		s.i++
		if s.i < len(s.b) && (s.b[s.i] == '+' || s.b[s.i] == '-') {
			s.i++
		}
		if s.digits() == 0 {
			s.fail()
		}
	}
}

func (s *scanner) digits() (n int) {
	for s.i < len(s.b) && s.b[s.i] >= '0' && s.b[s.i] <= '9' {
		s.i++
		n++
	}
	return n
}

// leap passes over a value by its brackets and quotes alone, whatever else is wrong with it,
// and returns how deep it is nested. It needs neither a stack nor recursion.
func (s *scanner) leap() (depth int) {
	s.space()
	level := 0
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case '"':
			s.leapString()
			continue
		case '{', '[':
			level++
			depth = max(depth, level)
		case '}', ']':
			if level == 0 { // it closes what the value stands in
				return depth
			}
			if level--; level == 0 {
				s.i++
				return depth
			}
		case ',':
			if level == 0 {
				return depth
			}
		}
		s.i++
	}
	if level > 0 {
		s.fail()
	}
	return depth
}

func (s *scanner) leapString() {
	for s.i++; s.i < len(s.b); s.i++ {
		switch s.b[s.i] {
		case '\\':
			s.i++
		case '"':
			s.i++
			return
		}
	}
	s.fail()
}
