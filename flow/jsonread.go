package flow

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"
)

// read reads the value at the front of b into v, which is zero and addressable, and returns what is behind it. It
// returns false for all that write does not write, and leaves v in any state then.
func (p *jsonPlan) read(b []byte, v reflect.Value) (rest []byte, ok bool) {
	if len(b) == 0 {
		return nil, false
	}
	switch p.form {
	case jsonBool:
		return readBool(b, v)
	case jsonInt, jsonUint, jsonFloat:
		return p.readNumber(b, v)
	case jsonString:
		text, rest, ok := cutString(b)
		if ok {
			v.SetString(string(text))
		}
		return rest, ok
	case jsonTime:
		text, rest, ok := cutString(b)
		return rest, ok && v.Addr().Interface().(*time.Time).UnmarshalText(text) == nil
	case jsonPointer:
		if rest, ok := bytes.CutPrefix(b, []byte("null")); ok {
			return rest, true
		}
		v.Set(reflect.New(v.Type().Elem()))
		return p.elem.read(b, v.Elem())
	case jsonSlice:
		return p.readSlice(b, v)
	case jsonStruct:
		return p.readStruct(b, v)
	}
	value, rest, ok := cutValue(b)
	return rest, ok && json.Unmarshal(value, v.Addr().Interface()) == nil
}

func (p *jsonPlan) readStruct(b []byte, v reflect.Value) (rest []byte, ok bool) {
	if b[0] != '{' {
		return nil, false
	}
	if b = b[1:]; len(b) > 0 && b[0] == '}' {
		return b[1:], true
	}
	for i := range p.fields {
		f := &p.fields[i]
		if len(b) < len(f.key) || string(b[:len(f.key)]) != f.key {
			continue // the field was left out
		}
		if b, ok = f.plan.read(b[len(f.key):], f.of(v)); !ok || len(b) == 0 {
			return nil, false
		}
		next := b[0]
		b = b[1:]
		if next == '}' {
			return b, true
		}
		if next != ',' {
			return nil, false
		}
	}
	return nil, false // a field that the type does not have, or not in this place
}

func (p *jsonPlan) readSlice(b []byte, v reflect.Value) (rest []byte, ok bool) {
	if rest, ok := bytes.CutPrefix(b, []byte("null")); ok {
		return rest, true
	}
	if b[0] != '[' {
		return nil, false
	}
	if b = b[1:]; len(b) > 0 && b[0] == ']' {
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		return b[1:], true
	}
	for n := 0; ; n++ {
		if n == v.Cap() {
			v.Grow(1)
		}
		v.SetLen(n + 1)
		if b, ok = p.elem.read(b, v.Index(n)); !ok || len(b) == 0 {
			return nil, false
		}
		next := b[0]
		b = b[1:]
		if next == ']' {
			return b, true
		}
		if next != ',' {
			return nil, false
		}
	}
}

func readBool(b []byte, v reflect.Value) (rest []byte, ok bool) {
	if rest, ok := bytes.CutPrefix(b, []byte("true")); ok {
		v.SetBool(true)
		return rest, true
	}
	return bytes.CutPrefix(b, []byte("false"))
}

func (p *jsonPlan) readNumber(b []byte, v reflect.Value) (rest []byte, ok bool) {
	n := numberLen(b)
	switch text := string(b[:n]); p.form {
	case jsonInt:
		i, err := strconv.ParseInt(text, 10, 64)
		if err != nil || v.OverflowInt(i) {
			return nil, false
		}
		v.SetInt(i)
	case jsonUint:
		u, err := strconv.ParseUint(text, 10, 64)
		if err != nil || v.OverflowUint(u) {
			return nil, false
		}
		v.SetUint(u)
	default:
		f, err := strconv.ParseFloat(text, p.bits)
		if err != nil {
			return nil, false
		}
		v.SetFloat(f)
	}
	return b[n:], true
}

// numberLen returns the length of the number at the front of b, or 0 if there is none as JSON has it: 1, -0.5 and
// 1e-7 are numbers; +1, 01 and .5 are none.
func numberLen(b []byte) int {
	i := 0
	if i < len(b) && b[i] == '-' {
		i++
	}
	whole := digits(b[i:])
	if whole == 0 || whole > 1 && b[i] == '0' {
		return 0
	}
	i += whole
	if i < len(b) && b[i] == '.' {
		part := digits(b[i+1:])
		if part == 0 {
			return 0
		}
		i += 1 + part
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		i++
		if i < len(b) && (b[i] == '-' || b[i] == '+') {
			i++
		}
		part := digits(b[i:])
		if part == 0 {
			return 0
		}
		i += part
	}
	return i
}

// digits counts the digits at the front of b.
func digits(b []byte) int {
	for i, c := range b {
		if c < '0' || c > '9' {
			return i
		}
	}
	return len(b)
}

// cutString returns the text of the string at the front of b. It returns false if there is none, or one with
// escapes or with bytes that are no UTF-8.
func cutString(b []byte) (text, rest []byte, ok bool) {
	if b[0] != '"' {
		return nil, nil, false
	}
	isASCII := true
	for i, c := range b[1:] {
		switch {
		case c == '"':
			text, rest = b[1:1+i], b[2+i:]
			return text, rest, isASCII || utf8.Valid(text)
		case c == '\\', c < ' ':
			return nil, nil, false
		case c >= utf8.RuneSelf:
			isASCII = false
		}
	}
	return nil, nil, false
}

// maxSkipDepth is how many arrays and objects cutValue follows into each other. encoding/json has a limit too, of
// 10,000: what is near it must not be cut into pieces.
const maxSkipDepth = 100

// cutValue returns the value at the front of b, of any kind: all up to the comma or bracket that ends it. If the
// JSON is faulty, the value is faulty too.
func cutValue(b []byte) (value, rest []byte, ok bool) {
	depth, inString := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{', c == '[':
			if depth++; depth > maxSkipDepth {
				return nil, nil, false
			}
		case depth == 0 && (c == ',' || c == '}' || c == ']'):
			return b[:i], b[i:], true
		case c == '}', c == ']':
			depth--
		}
	}
	return nil, nil, false
}
