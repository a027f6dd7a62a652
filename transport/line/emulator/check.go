package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// object is a JSON object. Numbers in it are json.Number.
type object = map[string]any

// length is a limit for a string. If least is zero, the string may be left out.
type length struct {
	least, most int
	unit        func(string) int
}

// checker collects what is wrong with a body.
type checker struct {
	details []detail
	other   *answer // a refusal that has no details
	rich    bool    // a rich menu, about which LINE words some things differently
}

// refuse keeps the first refusal that has no details.
func (k *checker) refuse(a answer) {
	if k.other == nil {
		k.other = &a
	}
}

func (k *checker) fail(path, format string, args ...any) {
	k.details = append(k.details, detail{Message: fmt.Sprintf(format, args...), Property: path})
}

// under joins a path and a key.
func under(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func at(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// parseBody decodes the body of a call. Properties that are null are dropped: to LINE they are
// absent.
func parseBody(body []byte) (object, *answer) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the object")
		}
	}
	if err != nil {
		offset := d.InputOffset()
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			offset = syntax.Offset
		}
		line, column := position(body, offset)
		return nil, new(refuse(http.StatusBadRequest, fmt.Sprintf(
			"The request body could not be parsed as JSON (line: %d, column: %d)", line, column)))
	}
	o, ok := v.(object)
	if !ok {
		return nil, new(refuseDetails([]detail{{Message: "Must be an object", Property: ""}}))
	}
	dropNulls(o)
	return o, nil
}

func position(body []byte, offset int64) (line, column int) {
	read := body[:min(int(offset), len(body))]
	return bytes.Count(read, []byte("\n")) + 1, len(read) - bytes.LastIndexByte(read, '\n') - 1
}

func dropNulls(v any) {
	switch v := v.(type) {
	case object:
		for key, value := range v {
			if value == nil {
				delete(v, key)
				continue
			}
			dropNulls(value)
		}
	case []any:
		for _, value := range v {
			dropNulls(value)
		}
	}
}

// str reads a string and checks its length. It returns an empty string if that failed.
func (k *checker) str(o object, path, key string, l length) string {
	path = under(path, key)
	v, there := o[key]
	s, ok := v.(string)
	switch {
	case l.least == 0 && (!there || v == ""):
	case !there && k.rich:
		k.fail(path, "must be specified")
	case !there || ok && s == "":
		k.fail(path, "May not be empty")
	case !ok:
		k.fail(path, "Must be a string")
	case l.unit(s) > l.most || l.unit(s) < l.least:
		k.fail(path, "Length must be between %d and %d", l.least, l.most)
	default:
		return s
	}
	return ""
}

func (k *checker) boolean(o object, path, key string) {
	if v, there := o[key]; there {
		if _, ok := v.(bool); !ok {
			k.fail(under(path, key), "Must be a boolean")
		}
	}
}

// number reads a required number.
func (k *checker) number(o object, path, key string, least, most float64) {
	n, ok := o[key].(json.Number)
	f, err := n.Float64()
	if !ok || err != nil || f < least || f > most {
		k.fail(under(path, key), "Must be a number between %v and %v", least, most)
	}
}

// oneOf reads a required word out of a list.
func (k *checker) oneOf(o object, path, key string, words ...string) string {
	s, ok := o[key].(string)
	if _, there := o[key]; !there && k.rich {
		k.fail(under(path, key), "must be specified")
		return ""
	} else if !there {
		k.fail(under(path, key), "May not be empty")
		return ""
	}
	if !ok || !slices.Contains(words, s) {
		k.fail(under(path, key), "Must be one of the following values: [%s]", strings.Join(words, ", "))
		return ""
	}
	return s
}

// list reads an array of objects. If least is zero, it may be left out.
func (k *checker) list(o object, path, key string, least, most int) []object {
	path = under(path, key)
	v, there := o[key]
	if !there {
		if least > 0 {
			k.fail(path, "May not be empty")
		}
		return nil
	}
	values, ok := v.([]any)
	if !ok {
		k.fail(path, "Must be an array")
		return nil
	}
	if len(values) < least || len(values) > most {
		k.fail(path, "Size must be between %d and %d", least, most)
		return nil
	}
	objects := make([]object, len(values))
	for i, value := range values {
		if objects[i], ok = value.(object); !ok {
			k.fail(at(path, i), "Must be an object")
			return nil
		}
	}
	return objects
}

// strings reads a required array of strings at the top of a body.
func (k *checker) strings(o object, key string, least, most int) []string {
	values, ok := o[key].([]any)
	if _, there := o[key]; !there {
		k.fail(key, "May not be empty")
		return nil
	}
	if !ok || len(values) < least || len(values) > most {
		k.fail(key, "Size must be between %d and %d", least, most)
		return nil
	}
	list := make([]string, len(values))
	for i, v := range values {
		if list[i], ok = v.(string); !ok {
			k.fail(at(key, i), "Must be a string")
		}
	}
	return list
}

// object reads an object; nil if it is not there.
func (k *checker) object(o object, path, key string, required bool) object {
	v, there := o[key]
	inner, ok := v.(object)
	switch {
	case !there && required && k.rich:
		k.fail(under(path, key), "must be specified")
	case !there && required:
		k.fail(under(path, key), "May not be empty")
	case there && !ok:
		k.fail(under(path, key), "Must be an object")
	}
	return inner
}

// link reads a URL with one of the schemes.
func (k *checker) link(o object, path, key string, l length, schemes ...string) {
	s := k.str(o, path, key, l)
	if s == "" {
		return
	}
	u, err := url.Parse(s)
	if k.rich && (err != nil || !slices.Contains(schemes, u.Scheme)) {
		k.fail(under(path, key), "invalid uri")
		return
	}
	if err != nil || !slices.Contains(schemes, u.Scheme) {
		k.fail(under(path, key), "invalid uri scheme")
	}
}

var unitName = regexp.MustCompile(`^[A-Za-z0-9_]{1,30}$`)

func (k *checker) aggregationUnits(o object) {
	v, there := o["customAggregationUnits"]
	if !there {
		return
	}
	names, ok := v.([]any)
	if !ok || len(names) > 1 {
		k.fail("customAggregationUnits", "Size must be between 0 and 1")
		return
	}
	for i, name := range names {
		if s, _ := name.(string); !unitName.MatchString(s) {
			k.fail(at("customAggregationUnits", i),
				"Invalid characters are included in custom aggregation unit")
		}
	}
}
