package line

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/check"
)

// ParseMessage returns a message from its JSON, as a value of this package: TextMessage and so
// on. It undoes AppendJSON with no mark, but for a text that only repeats a default, such as the
// AltText of a card that is its Text, which comes back empty. Nothing is lost: an object that
// this package has no type for, or that holds more than its type does, is a RawMessage.
//
// It returns a *LimitError if raw is no JSON object with a type. It does not Validate.
func ParseMessage(raw []byte) (transport.Message, error) {
	object, ok := compactJSON(make([]byte, 0, len(raw)), string(raw), "", nil)
	switch {
	case !ok:
		return nil, &LimitError{Rule: check.RuleJSON}
	case object[0] != '{':
		return nil, &LimitError{Rule: "not a message object"}
	}
	w, m, err := decodeMessage(object)
	if err == nil && w.Type == nil {
		return nil, &LimitError{Path: "type", Rule: check.RuleRequired}
	}
	if err == nil && m != nil && saysAll(m, object) {
		return m, nil
	}
	if !hasType(object) {
		return nil, &LimitError{Path: "type", Rule: check.RuleRequired}
	}
	return RawMessage{JSON: string(object)}, nil
}

// hasType looks for the very name: encoding/json takes "tYpe" for it, LINE does not.
func hasType(object []byte) bool {
	var fields map[string]json.RawMessage
	return json.Unmarshal(object, &fields) == nil && fields["type"] != nil && string(fields["type"]) != "null"
}

// saysAll reports whether the JSON of m means the same as object.
func saysAll(m checked, object []byte) bool {
	again, err := m.AppendJSON(make([]byte, 0, len(object)), "")
	return err == nil && sameJSON(again, object)
}

func sameJSON(a, b []byte) bool {
	var v, w any
	return bytes.Equal(a, b) || json.Unmarshal(a, &v) == nil && json.Unmarshal(b, &w) == nil && reflect.DeepEqual(v, w)
}
