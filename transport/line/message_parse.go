package line

import (
	"bytes"
	"encoding/json"
	"reflect"
	"time"

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

func isMessage(kind string) bool {
	switch kind {
	case "text", "textV2", "sticker", "image", "video", "audio", "location", "coupon", "imagemap",
		"template", "flex":
		return true
	}
	return false
}

// value returns the message as a value of this package; nil for a template that is not known.
func (w *wireMessage) value() checked {
	sender, quick := w.sender(), w.quick()
	switch *w.Type {
	case "text":
		return TextMessage{w.Text, mapped(w.Emojis, wireEmoji.value), w.QuoteToken, sender, quick}
	case "textV2":
		return TextV2Message{w.Text, w.substitutions(), w.QuoteToken, sender, quick}
	case "sticker":
		return StickerMessage{w.PackageID, w.StickerID, w.QuoteToken, sender, quick}
	case "image":
		preview := unless(w.PreviewImageURL, w.OriginalContentURL)
		return ImageMessage{w.OriginalContentURL, preview, sender, quick}
	case "video":
		return VideoMessage{w.OriginalContentURL, w.PreviewImageURL, w.TrackingID, sender, quick}
	case "audio":
		return AudioMessage{w.OriginalContentURL, milliseconds(w.Duration), sender, quick}
	case "location":
		return LocationMessage{w.Title, w.Address, orZero(w.Latitude), orZero(w.Longitude), sender, quick}
	case "coupon":
		return CouponMessage{w.CouponID, w.DeliveryTag, sender, quick}
	case "imagemap":
		taps := mapped(w.Actions, (*rawAction).tap)
		return ImagemapMessage{w.BaseURL, w.AltText, w.BaseSize.Height, w.Video.value(), taps, sender, quick}
	case "flex":
		return FlexMessage{w.AltText, compacted(w.Contents), sender, quick}
	}
	return w.templateValue(sender, quick)
}

func (w *wireMessage) templateValue(sender Sender, quick []Action) checked {
	t := w.Template
	if t == nil {
		return noTemplate{}
	}
	switch t.Type {
	case "buttons":
		c := t.card()
		return ButtonsMessage{
			c.title, c.text, c.imageURL, t.ImageAspectRatio, t.ImageSize, c.color, c.main, c.actions,
			w.altUnless(c.text), sender, quick,
		}
	case "confirm":
		return ConfirmMessage{t.Text, rawActions(t.Actions), w.altUnless(t.Text), sender, quick}
	case "carousel":
		columns, first := mapped(t.Columns, wireColumn.value), ""
		if len(columns) > 0 {
			first = columns[0].Text
		}
		return CarouselMessage{columns, t.ImageAspectRatio, t.ImageSize, w.altUnless(first), sender, quick}
	case "image_carousel":
		return ImageCarouselMessage{mapped(t.Columns, wireColumn.picture), w.AltText, sender, quick}
	}
	return nil
}

// noTemplate is a template message without a template. It is only checked.
type noTemplate struct{ RawMessage }

func (noTemplate) check(c *checker) { c.Broken("template", check.RuleRequired) }

func (w *wireMessage) substitutions() map[string]Substitution {
	if len(w.Substitution) == 0 {
		return nil
	}
	values := make(map[string]Substitution, len(w.Substitution))
	for name, s := range w.Substitution {
		values[name] = s.value()
	}
	return values
}

// altUnless returns the alternative text, or nothing if it is the one that text gives.
func (w *wireMessage) altUnless(text string) string {
	return unless(w.AltText, altText("", text))
}

// unless returns s, or nothing if it is what a field has by default.
func unless(s, byDefault string) string {
	if s == byDefault {
		return ""
	}
	return s
}

func (col wireColumn) card() card {
	return card{col.Title, col.Text, col.ThumbnailImageURL, col.ImageBackgroundColor,
		col.DefaultAction.orNil(), rawActions(col.Actions)}
}

func (col wireColumn) value() CarouselColumn {
	c := col.card()
	return CarouselColumn{c.title, c.text, c.imageURL, c.color, c.main, c.actions}
}

func (col wireColumn) picture() ImageCarouselColumn {
	return ImageCarouselColumn{col.ImageURL, col.Action.orNil()}
}

func rawActions(raw []*rawAction) []Action { return mapped(raw, (*rawAction).orNil) }

// milliseconds returns zero for what no time.Duration can hold.
func milliseconds(n int64) time.Duration {
	d := time.Duration(n) * time.Millisecond
	if d.Milliseconds() != n {
		return 0
	}
	return d
}

func orZero(f *float64) float64 {
	if f == nil {
		return 0
	}
	return *f
}
