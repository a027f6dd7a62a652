package emulator

import (
	"slices"
	"strings"
)

// flex shows a flex container: boxes, texts and buttons, with pictures as placeholders. What
// cannot be shown at all becomes the alternative text.
func (r *renderer) flex(c object, alt string) *node {
	n := &node{Kind: "carousel"}
	if c["type"] == "bubble" {
		n = r.bubble(c)
	} else {
		for _, b := range objects(c["contents"]) {
			n.Kids = append(n.Kids, r.bubble(b))
		}
	}
	if len(n.Kids) == 0 {
		return &node{Kind: "text", Text: alt}
	}
	n.Text = alt
	return n
}

func (r *renderer) bubble(b object) *node {
	n := &node{Kind: "flex", Class: oneOf("bubble-", b["size"],
		"nano", "micro", "deca", "hecto", "kilo", "mega", "giga")}
	styles, _ := b["styles"].(object)
	for _, key := range []string{"header", "hero", "body", "footer"} {
		block, ok := b[key].(object)
		if !ok {
			continue
		}
		part := r.component(block)
		part.Class += " block-" + key
		if style, ok := styles[key].(object); ok && part.Background == "" {
			part.Background = color(style["backgroundColor"])
		}
		n.Kids = append(n.Kids, part)
	}
	if a := b["action"]; a != nil {
		button := r.button(a, false)
		n.Kids = append(n.Kids, &node{Kind: "button", Text: button.caption(), Button: button})
	}
	return n
}

var sizes = []string{"xxs", "xs", "sm", "md", "lg", "xl", "xxl", "3xl", "4xl", "5xl"}

func (r *renderer) component(c object) *node {
	n := &node{Grow: max(number(c["flex"]), 0), Color: color(c["color"])}
	switch c["type"] {
	case "box":
		r.box(n, c)
	case "button":
		n.Kind = "button"
		n.Button = r.button(c["action"], false)
		n.Text = n.Button.caption()
		n.Class = oneOf("style-", c["style"], "primary", "secondary", "link")
		if text(c["style"]) == "primary" || text(c["style"]) == "secondary" {
			n.Background, n.Color = n.Color, ""
		}
	case "text":
		n.Kind = "span"
		n.Text = words(c)
		n.Class = oneOf("size-", c["size"], sizes...) + oneOf("align-", c["align"], "center", "end") +
			oneOf("weight-", c["weight"], "bold") + oneOf("line-", c["decoration"], "underline", "line-through")
	case "image", "video":
		n.Kind, n.Text = "picture", "Image"
	case "icon":
		n.Kind, n.Text = "span", "◆"
	case "separator":
		n.Kind = "separator"
	default:
		n.Kind = "filler"
	}
	n.Class += oneOf("margin-", c["margin"], sizes[1:6]...)
	if a := c["action"]; a != nil && n.Button == nil {
		r.tappable(n, a)
	}
	return n
}

func (r *renderer) box(n *node, c object) {
	n.Kind = "box"
	n.Background, n.Color = color(c["backgroundColor"]), ""
	n.Class = oneOf("layout-", c["layout"], "horizontal", "vertical", "baseline") +
		oneOf("gap-", c["spacing"], sizes[1:6]...) + oneOf("pad-", c["paddingAll"], sizes[1:6]...)
	for _, inner := range objects(c["contents"]) {
		n.Kids = append(n.Kids, r.component(inner))
	}
}

// tappable makes a tap on the node do something. HTML has no button in a button: a node that
// holds buttons gets one more at its end.
func (r *renderer) tappable(n *node, action any) {
	b := r.button(action, false)
	if !slices.ContainsFunc(n.Kids, holdsButton) {
		n.Button = b
		return
	}
	n.Kids = append(n.Kids, &node{Kind: "button", Text: b.caption(), Button: b})
}

func holdsButton(n *node) bool {
	return n.Button != nil || slices.ContainsFunc(n.Kids, holdsButton)
}

// words joins the spans of a text component.
func words(c object) string {
	spans := objects(c["contents"])
	if len(spans) == 0 {
		return text(c["text"])
	}
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(text(s["text"]))
	}
	return b.String()
}

// oneOf makes a class name of a word that the page's style sheet knows, and nothing of others.
func oneOf(prefix string, v any, known ...string) string {
	if s := text(v); slices.Contains(known, s) {
		return " " + prefix + s
	}
	return ""
}
