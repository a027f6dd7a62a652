package flow

import (
	"encoding"
	"encoding/json"
	"reflect"
)

// unstorable says what of a type encoding/json would refuse, now or when it reads it back, or
// would leave out without a word; or nothing. at names the field that has the type.
func unstorable(t reflect.Type, at string, seen map[reflect.Type]bool) string {
	if seen[t] || hasForm(t) {
		return ""
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		return "the data" + at + " cannot be stored: JSON has no form for " + t.String()
	case reflect.Interface:
		if t.NumMethod() > 0 {
			return "the data" + at + " cannot be read back: JSON does not keep what was in the interface " + t.String()
		}
	case reflect.Map:
		if !isKey(t.Key()) {
			return "the data" + at + " cannot be stored: JSON has no form for a key of " + t.String()
		}
		return unstorable(t.Elem(), at, seen)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return unstorable(t.Elem(), at, seen)
	case reflect.Struct:
		return unstorableField(t, at, seen)
	}
	return ""
}

func unstorableField(t reflect.Type, at string, seen map[reflect.Type]bool) string {
	for i := range t.NumField() {
		f := t.Field(i)
		name := at + "." + f.Name
		switch {
		case f.Tag.Get("json") == "-":
		case f.IsExported(), f.Anonymous && f.Type.Kind() == reflect.Struct:
			if text := unstorable(f.Type, name, seen); text != "" {
				return text
			}
		default:
			return "the data" + name + " would be lost: JSON leaves out what is not exported; " +
				"export it, or tag it `json:\"-\"` if it may be lost"
		}
	}
	return ""
}

// hasForm reports whether a type says itself what its JSON is.
func hasForm(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[json.Marshaler]()) || p.Implements(reflect.TypeFor[encoding.TextMarshaler]())
}

// isKey reports whether a map may have keys of a type in JSON.
func isKey(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return true
	}
	return t.Implements(reflect.TypeFor[encoding.TextMarshaler]())
}
