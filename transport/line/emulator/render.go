package emulator

import (
	"fmt"
	"regexp"
	"strings"
)

// node is a piece of a message as the page shows it. Its strings come from the bot and are escaped
// by the page's template; Class is made of our own words only.
type node struct {
	Kind       string // text, placeholder, card, carousel, box, span, picture, separator
	Class      string
	Text       string
	Color      string // "#rrggbb", or empty
	Background string
	Grow       int
	Source     string // the address of a picture of ours, or empty
	Kids       []*node
	Button     *Button // what a tap on it does; nil for nothing
}

// renderer turns a message into nodes, and numbers its buttons on the way.
type renderer struct {
	buttons []Button
}

// render builds what the page shows of a message, and lists its buttons. The message has passed
// checkMessages.
func render(m object) (*node, []Button) {
	var r renderer
	v := r.message(m)
	quick, _ := m["quickReply"].(object)
	for _, item := range objects(quick["items"]) {
		r.button(item["action"], true)
	}
	return v, r.buttons
}

func (r *renderer) message(m object) *node {
	alt := text(m["altText"])
	switch m["type"] {
	case "text":
		return &node{Kind: "text", Text: text(m["text"])}
	case "textV2":
		return &node{Kind: "text", Text: plainV2(text(m["text"]))}
	case "sticker":
		return placeholder("Sticker %s/%s", text(m["packageId"]), text(m["stickerId"]))
	case "location":
		return placeholder("Location: %s, %s", text(m["title"]), text(m["address"]))
	case "imagemap":
		n := &node{Kind: "card", Text: alt, Kids: []*node{placeholder("Image: %s", alt)}}
		r.actions(n, m["actions"])
		return n
	case "template":
		t, _ := m["template"].(object)
		n := r.template(t)
		n.Text = alt
		return n
	case "flex":
		c, _ := m["contents"].(object)
		return r.flex(c, alt)
	default:
		kind := text(m["type"])
		return placeholder("%s", strings.ToUpper(kind[:1])+kind[1:])
	}
}

func placeholder(format string, args ...any) *node {
	return &node{Kind: "placeholder", Text: fmt.Sprintf(format, args...)}
}

// plainV2 undoes the doubled braces of a textV2 text. Placeholders stay as they are written.
func plainV2(s string) string {
	return strings.NewReplacer("{{", "{", "}}", "}").Replace(s)
}

func (r *renderer) template(t object) *node {
	switch t["type"] {
	case "confirm":
		n := r.card(t)
		n.Class = " confirm"
		return n
	case "carousel", "image_carousel":
		n := &node{Kind: "carousel"}
		for _, c := range objects(t["columns"]) {
			n.Kids = append(n.Kids, r.card(c))
		}
		return n
	default:
		return r.card(t)
	}
}

// card shows a template or a column: picture, title, text, buttons.
func (r *renderer) card(c object) *node {
	n := &node{Kind: "card"}
	if c["thumbnailImageUrl"] != nil || c["imageUrl"] != nil {
		picture := &node{Kind: "picture", Text: "Image"}
		if a := c["defaultAction"]; a != nil {
			picture.Button = r.button(a, false)
		}
		n.Kids = append(n.Kids, picture)
	}
	if title := text(c["title"]); title != "" {
		n.Kids = append(n.Kids, &node{Kind: "title", Text: title})
	}
	if words := text(c["text"]); words != "" {
		n.Kids = append(n.Kids, &node{Kind: "words", Text: words})
	}
	r.actions(n, c["actions"])
	if a := c["action"]; a != nil {
		r.actions(n, []any{a})
	}
	return n
}

// actions appends buttons to a card.
func (r *renderer) actions(n *node, list any) {
	row := &node{Kind: "actions"}
	for _, a := range objects(list) {
		b := r.button(a, false)
		row.Kids = append(row.Kids, &node{Kind: "button", Text: b.caption(), Button: b})
	}
	if len(row.Kids) > 0 {
		n.Kids = append(n.Kids, row)
	}
}

// button lists an action and returns a copy for the page.
func (r *renderer) button(v any, quick bool) *Button {
	a, _ := v.(object)
	b := Button{
		Index: len(r.buttons), Label: text(a["label"]), Type: text(a["type"]), Quick: quick,
		Data: text(a["data"]), Text: text(a["text"]), alias: text(a["richMenuAliasId"]),
		URI: text(a["uri"]), Mode: text(a["mode"]),
		Initial: pickerValue(text(a["initial"])),
		Min:     pickerValue(text(a["min"])), Max: pickerValue(text(a["max"])),
	}
	switch b.Type {
	case "postback":
		b.sendsText = b.Text != ""
		if !b.sendsText {
			b.Text = text(a["displayText"])
		}
	case "clipboard":
		b.Text = text(a["clipboardText"])
	case "uri":
		if link := text(a["linkUri"]); link != "" { // of an imagemap
			b.URI = link
		}
	}
	r.buttons = append(r.buttons, b)
	return &b
}

// caption is what the page writes on the button.
func (b *Button) caption() string {
	for _, s := range []string{b.Label, b.Text, b.URI} {
		if s != "" {
			return s
		}
	}
	return "Open"
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func objects(v any) []object {
	values, _ := v.([]any)
	list := make([]object, 0, len(values))
	for _, value := range values {
		if o, ok := value.(object); ok {
			list = append(list, o)
		}
	}
	return list
}

var hexColor = regexp.MustCompile(`^#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$`)

// color returns a colour that is safe to hand to the page.
func color(v any) string {
	if s := text(v); hexColor.MatchString(s) {
		return s
	}
	return ""
}
