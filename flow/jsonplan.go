package flow

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"
)

// jsonPlan writes and reads values of one type as encoding/json does, in less time: Build looks at the type once,
// and each step follows the plan. For example, the plan of
//
//	type Booking struct {
//		Day   time.Time
//		Party int             `json:"party"`
//		Notes map[string]bool `json:"notes,omitempty"`
//	}
//
// is a list of three fields: a time, an integer, and something that is left to encoding/json.
//
// What is stored stays JSON, to the byte:
//
//	write   returns the bytes of json.Marshal, or says that it cannot
//	read    reads what write wrote, and nothing else. Other bytes are left to json.Unmarshal: with spaces, escapes,
//	        unknown fields, fields twice or in another order, null where write writes none, or faulty ones
//
// So a rare form costs time, and never has another meaning than in encoding/json.
type jsonPlan struct {
	form   jsonForm
	bits   int         // of a float
	elem   *jsonPlan   // of a pointer or a slice
	fields []planField // of a struct, in the order of encoding/json
}

// jsonForm says how a value is written.
type jsonForm uint8

const (
	jsonOther jsonForm = iota // by encoding/json
	jsonBool
	jsonInt
	jsonUint
	jsonFloat
	jsonString
	jsonTime
	jsonPointer
	jsonSlice
	jsonStruct
)

// planField is a field of a struct, or of a struct that is embedded in it.
type planField struct {
	index     []int  // as for reflect.Value.FieldByIndex
	key       string // as it is written, such as `"party":`
	omitEmpty bool
	plan      *jsonPlan
}

var timeType = reflect.TypeFor[time.Time]()

// planOf returns the plan of a type. within are the types around it: a type that has itself inside is left to
// encoding/json there.
func planOf(t reflect.Type, within ...reflect.Type) *jsonPlan {
	if t == timeType {
		return &jsonPlan{form: jsonTime}
	}
	if t == reflect.TypeFor[json.Number]() || slices.Contains(within, t) || hasOwnJSON(t) {
		return &jsonPlan{}
	}
	within = append(within[:len(within):len(within)], t)
	switch t.Kind() {
	case reflect.Bool:
		return &jsonPlan{form: jsonBool}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return &jsonPlan{form: jsonInt}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return &jsonPlan{form: jsonUint}
	case reflect.Float32, reflect.Float64:
		return &jsonPlan{form: jsonFloat, bits: t.Bits()}
	case reflect.String:
		return &jsonPlan{form: jsonString}
	case reflect.Pointer:
		return &jsonPlan{form: jsonPointer, elem: planOf(t.Elem(), within...)}
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 { // which JSON has as base64
			return &jsonPlan{form: jsonSlice, elem: planOf(t.Elem(), within...)}
		}
	case reflect.Struct:
		if fields, ok := planFields(t, nil, within); ok && haveOwnKeys(fields) {
			return &jsonPlan{form: jsonStruct, fields: fields}
		}
	}
	return &jsonPlan{}
}

// hasOwnJSON reports whether a type says itself what its JSON is. The last two methods are those of
// encoding/json/v2, which encoding/json calls too.
func hasOwnJSON(t reflect.Type) bool {
	own, fault := hasForm(t, true)
	if own || fault != "" {
		return true
	}
	p := reflect.PointerTo(t)
	_, writes := p.MethodByName("MarshalJSONTo")
	_, reads := p.MethodByName("UnmarshalJSONFrom")
	return writes || reads
}

// planFields returns the fields of a struct. It returns false if the struct has something that is best left to
// encoding/json: an option in a tag besides omitempty, a name with signs, or an embedded field that is no struct.
func planFields(t reflect.Type, at []int, within []reflect.Type) (fields []planField, ok bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("json")
		index := append(slices.Clone(at), i)
		switch {
		case tag == "-", !f.IsExported() && !f.Anonymous:
			continue
		case f.Anonymous:
			if tag != "" || f.Type.Kind() != reflect.Struct {
				return nil, false
			}
			inner, ok := planFields(f.Type, index, within)
			if !ok {
				return nil, false
			}
			fields = append(fields, inner...)
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if name == "" {
			name = f.Name
		}
		if options != "" && options != "omitempty" || !isPlainName(name) {
			return nil, false
		}
		fields = append(fields, planField{index, `"` + name + `":`, options != "", planOf(f.Type, within...)})
	}
	return fields, true
}

// isPlainName reports whether a name has nothing but letters, digits and underscores, of ASCII.
func isPlainName(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool {
		return c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
	})
}

// haveOwnKeys reports whether no two fields have the same name in JSON.
func haveOwnKeys(fields []planField) bool {
	keys := make(map[string]bool, len(fields))
	for _, f := range fields {
		keys[f.key] = true
	}
	return len(keys) == len(fields)
}

// of returns the field in a value of the struct.
func (f *planField) of(v reflect.Value) reflect.Value {
	if len(f.index) == 1 {
		return v.Field(f.index[0])
	}
	return v.FieldByIndex(f.index)
}
