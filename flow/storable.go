package flow

import (
	"encoding"
	"encoding/json"
	"reflect"
)

// storable looks for what encoding/json would refuse in a type, now or when it reads it back, or would
// leave out without a word.
type storable struct {
	seen map[visited]bool
}

// visited is a type at a place. JSON calls a method with a pointer receiver only on values that have an
// address: not on those of a map.
type visited struct {
	t           reflect.Type
	addressable bool
	promoted    bool
}

// unstorable says why values of t cannot be stored, or nothing.
func unstorable(t reflect.Type) string {
	s := storable{map[visited]bool{}}
	return s.fault(t, "", true)
}

// fault says what is wrong with the type of the field at.
func (s storable) fault(t reflect.Type, at string, addressable bool) string {
	v := visited{t, addressable, false}
	if s.seen[v] {
		return ""
	}
	s.seen[v] = true
	own, text := hasForm(t, addressable)
	if text != "" {
		return "the data" + at + " cannot be read back: " + t.String() + " " + text
	}
	if own {
		return lostBeside(t, at)
	}
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		return "the data" + at + " cannot be stored: JSON has no form for " + t.String()
	case reflect.Interface:
		if t.NumMethod() == 0 {
			return "the data" + at + " cannot be read back: what JSON reads into an any has another type, " +
				"a number is a float64 and a struct a map"
		}
		return "the data" + at + " cannot be read back: JSON does not keep what was in the interface " + t.String()
	case reflect.Map:
		if text := keyFault(t.Key()); text != "" {
			return "the data" + at + " cannot be stored: " + text
		}
		return s.fault(t.Elem(), at, false)
	case reflect.Pointer, reflect.Slice:
		return s.fault(t.Elem(), at, true)
	case reflect.Array:
		return s.fault(t.Elem(), at, addressable)
	case reflect.Struct:
		return s.structFault(t, at, addressable)
	}
	return ""
}

func (s storable) structFault(t reflect.Type, at string, addressable bool) string {
	if text := hiddenField(t, at); text != "" {
		return text
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name := at + "." + f.Name
		switch {
		case f.Tag.Get("json") == "-":
		case isPromoted(f) && (f.IsExported() || f.Type.Kind() == reflect.Struct):
			if text := s.promotedFault(f.Type, name, addressable); text != "" {
				return text
			}
		case f.IsExported():
			if text := s.fault(f.Type, name, addressable); text != "" {
				return text
			}
		default:
			return "the data" + name + " would be lost: JSON leaves out what is not exported; " +
				"export it, or tag it `json:\"-\"` if it may be lost"
		}
	}
	return ""
}

// promotedFault looks at the fields of an embedded struct: JSON takes them whatever methods the struct has.
func (s storable) promotedFault(t reflect.Type, at string, addressable bool) string {
	if t.Kind() == reflect.Pointer {
		t, addressable = t.Elem(), true
	}
	v := visited{t, addressable, true}
	if s.seen[v] {
		return ""
	}
	s.seen[v] = true
	return s.structFault(t, at, addressable)
}

var (
	marshalsJSON   = reflect.TypeFor[json.Marshaler]()
	unmarshalsJSON = reflect.TypeFor[json.Unmarshaler]()
	marshalsText   = reflect.TypeFor[encoding.TextMarshaler]()
	unmarshalsText = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// hasForm reports whether a type says itself what its JSON is, and what of that is wrong: the type can only
// be written, or only be read.
func hasForm(t reflect.Type, addressable bool) (own bool, fault string) {
	for _, form := range [...]struct {
		name        string
		write, read reflect.Type
	}{{"JSON", marshalsJSON, unmarshalsJSON}, {"Text", marshalsText, unmarshalsText}} {
		p := reflect.PointerTo(t)
		writes, reads := p.Implements(form.write), p.Implements(form.read)
		switch {
		case writes && !reads:
			return true, "has Marshal" + form.name + " without Unmarshal" + form.name
		case reads && !writes:
			return true, "has Unmarshal" + form.name + " without Marshal" + form.name
		case writes && !addressable && t.Kind() != reflect.Pointer && !t.Implements(form.write):
			return true, "is in a map, where JSON does not call Marshal" + form.name + " of the pointer: " +
				"give it a value receiver"
		case writes:
			return true, ""
		}
	}
	return false, ""
}

// keyFault says why a map cannot have keys of a type in JSON, or nothing.
func keyFault(t reflect.Type) string {
	writes, reads := t.Implements(marshalsText), reflect.PointerTo(t).Implements(unmarshalsText)
	switch {
	case writes && !reads:
		return "the key " + t.String() + " has MarshalText without UnmarshalText"
	case reads && !writes:
		return "the key " + t.String() + " has UnmarshalText without MarshalText of the value"
	case writes:
		return ""
	}
	switch t.Kind() {
	case reflect.String, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return ""
	}
	return "JSON has no form for a key of " + t.String()
}
