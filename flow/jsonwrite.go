package flow

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"
)

// write appends the JSON of v, which is addressable, as json.Marshal writes it. It returns false if that fails, or
// if it has to be asked: then it also knows the error.
func (p *jsonPlan) write(b []byte, v reflect.Value) ([]byte, bool) {
	switch p.form {
	case jsonBool:
		return strconv.AppendBool(b, v.Bool()), true
	case jsonInt:
		return strconv.AppendInt(b, v.Int(), 10), true
	case jsonUint:
		return strconv.AppendUint(b, v.Uint(), 10), true
	case jsonFloat:
		return writeFloat(b, v.Float(), p.bits)
	case jsonString:
		return writeString(b, v.String()), true
	case jsonTime:
		return writeTime(b, v.Addr().Interface().(*time.Time))
	case jsonPointer:
		if v.IsNil() {
			return append(b, "null"...), true
		}
		return p.elem.write(b, v.Elem())
	case jsonSlice:
		return p.writeSlice(b, v)
	case jsonStruct:
		return p.writeStruct(b, v)
	}
	data, err := json.Marshal(v.Addr().Interface())
	return append(b, data...), err == nil
}

func (p *jsonPlan) writeStruct(b []byte, v reflect.Value) ([]byte, bool) {
	b = append(b, '{')
	before := len(b)
	for i := range p.fields {
		f := &p.fields[i]
		field := f.of(v)
		if f.omitEmpty && isEmpty(field) {
			continue
		}
		if len(b) > before {
			b = append(b, ',')
		}
		var ok bool
		if b, ok = f.plan.write(append(b, f.key...), field); !ok {
			return b, false
		}
	}
	return append(b, '}'), true
}

// isEmpty reports whether omitempty leaves the value out.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

func (p *jsonPlan) writeSlice(b []byte, v reflect.Value) ([]byte, bool) {
	if v.IsNil() {
		return append(b, "null"...), true
	}
	b = append(b, '[')
	for i := range v.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		var ok bool
		if b, ok = p.elem.write(b, v.Index(i)); !ok {
			return b, false
		}
	}
	return append(b, ']'), true
}

// writeString leaves to encoding/json what it does not write as it is.
func writeString(b []byte, s string) []byte {
	if !isPlain(s) {
		data, _ := json.Marshal(s) // which cannot fail
		return append(b, data...)
	}
	return append(append(append(b, '"'), s...), '"')
}

// isPlain reports whether encoding/json writes a string without escapes. Of the strings in which it returns false,
// a few are plain all the same: in UTF-8 the line separators begin with 0xE2, and so do other characters.
func isPlain(s string) bool {
	isASCII := true
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c == '"', c == '\\', c == '<', c == '>', c == '&', c == 0xE2:
			return false
		case c >= utf8.RuneSelf:
			isASCII = false
		}
	}
	return isASCII || utf8.ValidString(s)
}

// writeTime writes what time.Time.MarshalJSON returns.
func writeTime(b []byte, t *time.Time) ([]byte, bool) {
	b, err := t.AppendText(append(b, '"'))
	return append(b, '"'), err == nil
}

// writeFloat writes numbers as encoding/json does: with an exponent below 1e-6 and from 1e21 on, which is 1e-7 and
// not 1e-07.
func writeFloat(b []byte, f float64, bits int) ([]byte, bool) {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return b, false
	}
	low, high := 1e-6, 1e21
	if bits == 32 {
		low, high = float64(float32(low)), float64(float32(high))
	}
	if abs := math.Abs(f); abs == 0 || abs >= low && abs < high {
		return strconv.AppendFloat(b, f, 'f', -1, bits), true
	}
	b = strconv.AppendFloat(b, f, 'e', -1, bits)
	if n := len(b); n >= 4 && string(b[n-4:n-1]) == "e-0" {
		b[n-2] = b[n-1]
		b = b[:n-1]
	}
	return b, true
}
