package line

import (
	"encoding/json"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/check"
)

// RawMessage is a message object of any type as JSON: for what this package has no type for.
type RawMessage struct {
	// JSON is the message object, with its type.
	JSON string
}

// Raw returns a message from its JSON, which is copied without its white space.
func Raw(object []byte) RawMessage { return RawMessage{JSON: compacted(object)} }

// AppendJSON implements transport.Message. Postbacks, pickers and switches of rich menus are
// marked like others, wherever they stand in it. It returns a *LimitError if the message is not JSON.
func (m RawMessage) AppendJSON(b []byte, mark string) ([]byte, error) {
	out, ok := compactJSON(b, m.JSON, mark, nil)
	if !ok {
		return b, &LimitError{Rule: check.RuleJSON}
	}
	return out, nil
}

// Validate implements transport.Message. It returns *LimitError values, joined. It checks types
// that have no value of this package by what all messages have in common: a type, the sender
// and the quick replies.
func (m RawMessage) Validate() error { return validate(m) }

func (m RawMessage) check(c *checker) {
	out, ok := compactJSON(nil, m.JSON, "", &flexCheck{c: c, types: true})
	switch {
	case !ok:
		c.Broken("", check.RuleJSON)
	case out[0] != '{':
		c.Broken("", "not a message object")
	default:
		c.raw(out)
	}
}

// compacted returns JSON without its white space, or as it is if it is no JSON.
func compacted(raw []byte) string {
	out, ok := compactJSON(make([]byte, 0, len(raw)), string(raw), "", nil)
	if !ok {
		return string(raw)
	}
	return string(out)
}

func (c *checker) raw(object []byte) {
	w, m, err := decodeMessage(object)
	switch {
	case err != nil:
		c.Broken("", check.RuleKind)
	case w.Type == nil:
		c.Broken("type", check.RuleRequired)
	case m == nil:
		if *w.Type == "template" {
			c.Required("altText", w.AltText)
			c.Units("altText", w.AltText, maxAltText)
		}
		c.end(w.sender(), w.quick())
	default:
		c.rawDefaults(w)
		c.value(m)
	}
}

// rawDefaults checks that fields are there that values may leave to this package.
func (c *checker) rawDefaults(w *wireMessage) {
	switch *w.Type {
	case "image":
		c.Required("previewImageUrl", w.PreviewImageURL)
	case "location":
		if w.Latitude == nil {
			c.Broken("latitude", check.RuleRequired)
		}
		if w.Longitude == nil {
			c.Broken("longitude", check.RuleRequired)
		}
	case "imagemap":
		if w.BaseSize.Width != imagemapWidth {
			c.Broken("baseSize.width", "not 1040")
		}
	case "template":
		if w.Template == nil || w.Template.Type != "image_carousel" {
			c.Required("altText", w.AltText)
		}
	}
}

// value checks a message that was decoded.
func (c *checker) value(m checked) {
	if f, ok := m.(FlexMessage); ok {
		// The types in the contents were looked at with those of the whole message.
		c.flex(f.AltText, f.Contents, false)
		c.end(f.Sender, f.QuickReplies)
		return
	}
	m.check(c)
}

// checked is a message of this package.
type checked interface {
	AppendJSON(b []byte, mark string) ([]byte, error)
	Validate() error
	check(c *checker)
}

// decodeMessage returns the fields of a message object, and its value: nil if the type is none
// of this package, or if there is no type.
func decodeMessage(object []byte) (*wireMessage, checked, error) {
	var common wireCommon
	if err := json.Unmarshal(object, &common); err != nil {
		return nil, nil, err
	}
	w := &wireMessage{wireCommon: common}
	if common.Type == nil || !isMessage(*common.Type) {
		return w, nil, nil
	}
	if err := json.Unmarshal(object, w); err != nil {
		return nil, nil, err
	}
	return w, w.value(), nil
}
