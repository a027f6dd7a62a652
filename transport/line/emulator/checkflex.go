package emulator

import (
	"bytes"
	"encoding/json"
)

// LINE's limits for the JSON of a flex container.
const (
	maxBubble   = 30 << 10
	maxCarousel = 50 << 10
)

func (k *checker) flex(c object, path string) {
	switch k.oneOf(c, path, "type", "bubble", "carousel") {
	case "bubble":
		k.size(c, path, maxBubble)
		k.bubble(c, path)
	case "carousel":
		k.size(c, path, maxCarousel)
		bubbles := k.list(c, path, "contents", 1, 12)
		for i, b := range bubbles {
			where := at(under(path, "contents"), i)
			k.oneOf(b, where, "type", "bubble")
			k.bubble(b, where)
			if b["size"] != bubbles[0]["size"] {
				k.fail(under(where, "size"), "Must be the same in all bubbles")
			}
		}
	}
}

func (k *checker) size(c object, path string, most int) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(c); err != nil || b.Len() > most {
		k.fail(path, "Must be at most %d bytes", most)
	}
}

func (k *checker) bubble(b object, path string) {
	if _, there := b["size"]; there {
		k.oneOf(b, path, "size", "nano", "micro", "deca", "hecto", "kilo", "mega", "giga")
	}
	k.flexAction(b, path)
	for _, key := range []string{"header", "body", "footer"} {
		if block := k.object(b, path, key, false); block != nil {
			k.oneOf(block, under(path, key), "type", "box")
			k.component(block, under(path, key), 1)
		}
	}
	if hero := k.object(b, path, "hero", false); hero != nil {
		if k.oneOf(hero, under(path, "hero"), "type", "image", "box", "video") != "" {
			k.component(hero, under(path, "hero"), 1)
		}
	}
}

// component checks a flex component and what it holds.
func (k *checker) component(c object, path string, depth int) {
	if depth > 20 {
		k.fail(path, "Is nested too deeply")
		return
	}
	switch k.oneOf(c, path, "type", "box", "button", "image", "video", "icon", "text", "span",
		"separator", "filler") {
	case "box":
		k.oneOf(c, path, "layout", "horizontal", "vertical", "baseline")
		if _, there := c["contents"]; !there {
			k.fail(under(path, "contents"), "May not be null")
		}
		for i, inner := range k.list(c, path, "contents", 0, 1000) {
			k.component(inner, at(under(path, "contents"), i), depth+1)
		}
		k.flexAction(c, path)
	case "button":
		k.action(c, path, "action", inFlexButton)
	case "image":
		k.link(c, path, "url", needURL, "https")
		k.flexAction(c, path)
	case "icon":
		k.link(c, path, "url", needURL, "https")
	case "video":
		k.link(c, path, "url", needURL, "https")
		k.link(c, path, "previewUrl", needURL, "https")
		if alt := k.object(c, path, "altContent", true); alt != nil {
			k.component(alt, under(path, "altContent"), depth+1)
		}
	case "text":
		k.flexText(c, path)
		k.flexAction(c, path)
	case "span":
		k.str(c, path, "text", length{1, maxBubble, utf16Length})
	}
}

// flexText checks a text: it has a text of its own, or spans.
func (k *checker) flexText(c object, path string) {
	spans := k.list(c, path, "contents", 0, 1000)
	if len(spans) == 0 {
		k.str(c, path, "text", length{1, maxBubble, utf16Length})
	}
	for i, s := range spans {
		where := at(under(path, "contents"), i)
		if k.oneOf(s, where, "type", "span") != "" {
			k.component(s, where, 1)
		}
	}
}

func (k *checker) flexAction(c object, path string) {
	if a := k.object(c, path, "action", false); a != nil {
		k.actionObject(a, under(path, "action"), inFlex)
	}
}
