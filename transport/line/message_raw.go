package line

import "encoding/json"

// RawMessage is a message object of any type as JSON: for what this package has no type for.
type RawMessage struct {
	// JSON is the message object, with its type.
	JSON string
}

// Raw returns a message from its JSON, which is copied.
func Raw(object []byte) RawMessage { return RawMessage{JSON: string(object)} }

// AppendJSON implements transport.Message. Postbacks are tagged like others. It returns a
// *LimitError if the message is not JSON.
func (m RawMessage) AppendJSON(b []byte, tag string) ([]byte, error) {
	out, ok := compactJSON(b, m.JSON, tag, nil)
	if !ok {
		return b, &LimitError{Rule: ruleJSON}
	}
	return out, nil
}

// Validate implements transport.Message. It returns *LimitError values, joined. It checks types
// that have no value of this package by what all messages have in common: a type, the
// alternative text and the quick replies.
func (m RawMessage) Validate() error {
	var c checker
	out, ok := compactJSON(nil, m.JSON, "", &flexCheck{c: &c, types: true})
	switch {
	case !ok:
		c.broken("", ruleJSON)
	case out[0] != '{':
		c.broken("", "not a message object")
	default:
		c.raw(out)
	}
	return c.err()
}

// rawFields is what messages have, under the names of LINE.
type rawFields struct {
	Type               *string
	Text               string
	AltText            string
	PackageID          string
	StickerID          string
	OriginalContentURL string
	PreviewImageURL    string
	Contents           json.RawMessage
	Template           *rawTemplate
	QuickReply         struct {
		Items []struct {
			ImageURL string
			Action   *rawAction
		}
	}
}

type rawTemplate struct {
	Type             string
	ImageAspectRatio ImageAspect
	ImageSize        ImageSize
	Columns          []rawColumn
	rawColumn
}

type rawColumn struct {
	Title, Text          string
	ThumbnailImageURL    string
	ImageBackgroundColor string
	ImageURL             string
	DefaultAction        *rawAction
	Actions              []*rawAction
	Action               *rawAction
}

func (c *checker) raw(object []byte) {
	var f rawFields
	if json.Unmarshal(object, &f) != nil {
		c.broken("", "a field of another kind than LINE's")
		return
	}
	if f.Type == nil {
		c.broken("type", ruleRequired)
		return
	}
	c.rawKind(*f.Type, &f)
	quick := make([]Action, len(f.QuickReply.Items))
	for i, item := range f.QuickReply.Items {
		quick[i] = IconAction{item.ImageURL, item.Action.orNil()}
	}
	c.quick(quick)
}

func (c *checker) rawKind(kind string, f *rawFields) {
	switch kind {
	case "text", "textV2":
		c.required("text", f.Text)
		c.units("text", f.Text, maxText)
	case "sticker":
		c.required("packageId", f.PackageID)
		c.required("stickerId", f.StickerID)
	case "image":
		c.required("originalContentUrl", f.OriginalContentURL)
		c.https("originalContentUrl", f.OriginalContentURL)
		c.required("previewImageUrl", f.PreviewImageURL)
		c.https("previewImageUrl", f.PreviewImageURL)
	case "imagemap":
		c.required("altText", f.AltText)
		c.units("altText", f.AltText, maxAltText)
	case "flex":
		c.flex(f.AltText, string(f.Contents), false)
	case "template":
		c.rawTemplate(f.AltText, f.Template)
	}
}

func (c *checker) rawTemplate(altText string, t *rawTemplate) {
	c.required("altText", altText)
	c.units("altText", altText, maxAltText)
	if t == nil {
		c.broken("template", ruleRequired)
		return
	}
	c.field("template")
	defer c.up(1)
	c.images(t.ImageAspectRatio, t.ImageSize)
	switch t.Type {
	case "buttons":
		card := t.card()
		c.card(&card, maxButtonsText, maxButtonsActions)
	case "confirm":
		c.required("text", t.Text)
		c.clusters("text", t.Text, maxConfirmText)
		c.actions(rawActions(t.Actions), inTemplate, confirmActions, confirmActions)
	case "carousel":
		columns := make([]CarouselColumn, len(t.Columns))
		for i := range t.Columns {
			card := t.Columns[i].card()
			columns[i] = CarouselColumn{card.title, card.text, card.imageURL, card.color, card.main, card.actions}
		}
		c.columns(columns)
	case "image_carousel":
		c.imageColumns(t.Columns)
	}
}

func (c *checker) imageColumns(columns []rawColumn) {
	c.count("columns", len(columns), 1, maxColumns)
	c.field("columns")
	for i, col := range columns {
		c.item(i)
		c.required("imageUrl", col.ImageURL)
		c.https("imageUrl", col.ImageURL)
		c.field("action")
		c.action(col.Action.orNil(), inImageCarousel)
		c.up(2)
	}
	c.up(1)
}

func (t *rawColumn) card() card {
	return card{t.Title, t.Text, t.ThumbnailImageURL, t.ImageBackgroundColor,
		t.DefaultAction.orNil(), rawActions(t.Actions)}
}

func rawActions(raw []*rawAction) []Action {
	actions := make([]Action, len(raw))
	for i, a := range raw {
		actions[i] = a.orNil()
	}
	return actions
}

func (a *rawAction) orNil() Action {
	if a == nil {
		return nil
	}
	return a.action()
}
