package sdk

import (
	"encoding/json"
	"reflect"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
)

// maxNesting stops at a message that contains itself.
const maxNesting = 256

// copier makes deep copies in which every interface holds a pointer: only then does the SDK
// write the types of all parts.
type copier struct{ deep bool }

func (c *copier) copyOf(v reflect.Value, depth int) reflect.Value {
	if depth > maxNesting {
		c.deep = true
		return reflect.Zero(v.Type())
	}
	own := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Interface:
		c.fillInterface(own, v, depth)
	case reflect.Pointer:
		if !v.IsNil() {
			p := reflect.New(v.Type().Elem())
			p.Elem().Set(c.copyOf(v.Elem(), depth+1))
			own.Set(p)
		}
	case reflect.Struct:
		c.fillStruct(own, v, depth)
	case reflect.Slice:
		c.fillSlice(own, v, depth)
	case reflect.Map:
		c.fillMap(own, v, depth)
	default:
		own.Set(v)
	}
	return own
}

// fillInterface leaves out pointers that are nil: the SDK would follow them.
func (c *copier) fillInterface(own, v reflect.Value, depth int) {
	in := v.Elem()
	switch {
	case !in.IsValid() || in.Kind() == reflect.Pointer && in.IsNil():
		return
	case in.Kind() == reflect.Pointer && in.Elem().Kind() == reflect.Struct:
		in = in.Elem()
	case in.Kind() != reflect.Struct:
		own.Set(c.copyOf(in, depth+1))
		return
	}
	if u, ok := unknownOf(in); ok && reflect.TypeOf(u).Implements(v.Type()) {
		own.Set(reflect.ValueOf(u))
		return
	}
	p := reflect.New(in.Type())
	p.Elem().Set(c.copyOf(in, depth+1))
	own.Set(p)
}

func (c *copier) fillSlice(own, v reflect.Value, depth int) {
	if v.IsNil() {
		return
	}
	own.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
	for i := range v.Len() {
		own.Index(i).Set(c.copyOf(v.Index(i), depth+1))
	}
}

func (c *copier) fillMap(own, v reflect.Value, depth int) {
	if v.IsNil() {
		return
	}
	own.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
	for key, item := range v.Seq2() {
		own.SetMapIndex(key, c.copyOf(item, depth+1))
	}
}

func (c *copier) fillStruct(own, v reflect.Value, depth int) {
	own.Set(v)
	for i := range v.NumField() {
		if v.Type().Field(i).IsExported() {
			own.Field(i).Set(c.copyOf(v.Field(i), depth+1))
		}
	}
	if item, ok := own.Addr().Interface().(*messaging_api.QuickReplyItem); ok && item.Type == "" {
		// It is the one type that the SDK leaves to its user, and there is but one value.
		item.Type = "action"
	}
}

// unknown stands for a part that the SDK read but did not know, which it cannot write again.
type unknown map[string]json.RawMessage

// GetType makes unknown a part of any kind.
func (u unknown) GetType() string {
	var kind string
	_ = json.Unmarshal(u["type"], &kind)
	return kind
}

// unknownOf returns the fields of one of the SDK's Unknown types, which are alike but for the
// interface that is embedded in them.
func unknownOf(v reflect.Value) (unknown, bool) {
	if v.NumField() != 3 || v.Type().Field(0).Type.Kind() != reflect.Interface || !v.Type().Field(0).Anonymous {
		return nil, false
	}
	raw, kind := v.FieldByName("Raw"), v.FieldByName("Type")
	if !raw.IsValid() || !kind.IsValid() || raw.Type() != reflect.TypeFor[map[string]json.RawMessage]() {
		return nil, false
	}
	return raw.Interface().(map[string]json.RawMessage), true
}
