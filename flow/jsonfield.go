package flow

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// jsonField is a field of a struct or of the structs that are embedded in it, as encoding/json sees it.
type jsonField struct {
	name   string // in JSON
	path   string // in Go, such as .Address.Street
	tagged bool
	depth  int
}

// hiddenField says which field JSON leaves out because another has its name, or nothing. encoding/json takes
// the field that is embedded least deep; of several the one whose tag names it; and if that is not one, none.
func hiddenField(t reflect.Type, at string) string {
	fields := jsonFields(t, "", 0, nil)
	for i, f := range fields {
		same := func(g jsonField) bool { return g.name == f.name && g != f }
		j := slices.IndexFunc(fields, func(g jsonField) bool { return same(g) && !f.before(g) })
		if j < 0 {
			continue
		}
		return "the data" + at + f.path + " would be lost: " + at + fields[j].path + " has the same name in JSON, " +
			quote(fields[i].name)
	}
	return ""
}

// before reports whether JSON takes f rather than g.
func (f jsonField) before(g jsonField) bool {
	return f.depth < g.depth || f.depth == g.depth && f.tagged && !g.tagged
}

// jsonFields returns the fields that compete for names in the JSON of a struct.
func jsonFields(t reflect.Type, at string, depth int, within []reflect.Type) (all []jsonField) {
	if slices.Contains(within, t) {
		return nil // a struct that embeds a pointer to itself
	}
	within = append(within, t)
	for i := range t.NumField() {
		f := t.Field(i)
		name := jsonName(f)
		switch {
		case f.Tag.Get("json") == "-":
		case isPromoted(f):
			embedded := f.Type
			if embedded.Kind() == reflect.Pointer {
				embedded = embedded.Elem()
			}
			all = append(all, jsonFields(embedded, at+"."+f.Name, depth+1, within)...)
		case !f.IsExported() && !f.Anonymous:
		case name == "":
			all = append(all, jsonField{f.Name, at + "." + f.Name, false, depth})
		default:
			all = append(all, jsonField{name, at + "." + f.Name, true, depth})
		}
	}
	return all
}

// jsonName returns the name that the tag of a field gives it, or nothing.
func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if !isJSONName(name) {
		return ""
	}
	return name
}

// isPromoted reports whether JSON has the fields of an embedded struct instead of the struct.
func isPromoted(f reflect.StructField) bool {
	t := f.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return f.Anonymous && t.Kind() == reflect.Struct && jsonName(f) == ""
}

// isJSONName reports whether encoding/json uses the name of a tag.
func isJSONName(s string) bool {
	for _, c := range s {
		if !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", c) && !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return false
		}
	}
	return s != ""
}

// lostBeside says which field is left out because the struct takes the JSON of a struct that is embedded in
// it for its own; or nothing. Example: struct { time.Time; Note string } is stored as the time alone.
func lostBeside(t reflect.Type, at string) (text string) {
	if t.Kind() != reflect.Struct {
		return ""
	}
	defer func() {
		if recover() != nil {
			text = "" // a method of the user's that cannot do with zero values says nothing
		}
	}()
	v := reflect.New(t).Elem()
	beside := ""
	for i := range t.NumField() {
		if f := t.Field(i); !f.Anonymous && f.IsExported() && f.Tag.Get("json") != "-" && fill(v.Field(i)) {
			beside = f.Name
		}
	}
	if beside == "" {
		return ""
	}
	all, err := json.Marshal(v.Addr().Interface())
	if err != nil {
		return ""
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if own, _ := hasForm(f.Type, true); !f.Anonymous || !f.IsExported() || !own {
			continue
		}
		if one, err := json.Marshal(v.Field(i).Addr().Interface()); err == nil && bytes.Equal(one, all) {
			return "the data" + at + "." + beside + " would be lost: the JSON of " + t.String() +
				" is that of " + f.Name + ", which is embedded; give the field a name"
		}
	}
	return ""
}

// fill makes a value of a simple kind other than zero, and reports whether it could.
func fill(v reflect.Value) bool {
	switch {
	case v.Kind() == reflect.String:
		v.SetString("x")
	case v.CanInt():
		v.SetInt(1)
	case v.CanUint():
		v.SetUint(1)
	case v.CanFloat():
		v.SetFloat(1)
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	default:
		return false
	}
	return true
}
