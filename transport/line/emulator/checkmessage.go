package emulator

import (
	"math"
	"unicode/utf16"
)

// The limits that several kinds of messages share: see "Message objects" in LINE's reference.
var (
	needURL   = length{1, 2000, utf16Length}
	mayURL    = length{0, 2000, utf16Length}
	altText   = length{1, 1500, utf16Length}
	needID    = length{1, 1000, utf16Length}
	mayToken  = length{0, 1000, utf16Length}
	needPlace = length{1, 100, utf16Length}
)

// checkMessages checks the messages of a send call.
func checkMessages(o object) ([]object, []detail) {
	var k checker
	messages := k.list(o, "", "messages", 1, 5)
	for i, m := range messages {
		k.message(m, at("messages", i))
	}
	return messages, k.details
}

func (k *checker) message(m object, path string) {
	k.kind(m, path)
	if sender := k.object(m, path, "sender", false); sender != nil {
		k.str(sender, under(path, "sender"), "name", length{0, 20, utf16Length})
		k.link(sender, under(path, "sender"), "iconUrl", mayURL, "https")
	}
	quick := k.object(m, path, "quickReply", false)
	if quick == nil {
		return
	}
	path = under(path, "quickReply")
	for i, item := range k.list(quick, path, "items", 0, 13) {
		where := at(under(path, "items"), i)
		k.oneOf(item, where, "type", "action")
		k.link(item, where, "imageUrl", mayURL, "https")
		k.action(item, where, "action", inQuickReply)
	}
}

// kind checks what is particular to the type of a message.
func (k *checker) kind(m object, path string) {
	kind := k.oneOf(m, path, "type", "text", "textV2", "sticker", "image", "video", "audio",
		"location", "coupon", "imagemap", "template", "flex")
	switch kind {
	case "text":
		text := k.str(m, path, "text", length{1, 5000, utf16Length})
		k.emojis(m, path, text)
		k.str(m, path, "quoteToken", mayToken)
	case "textV2":
		k.str(m, path, "text", length{1, 5000, utf16Length})
		k.object(m, path, "substitution", false)
	case "sticker":
		k.str(m, path, "packageId", needID)
		k.str(m, path, "stickerId", needID)
	case "image", "video":
		k.link(m, path, "originalContentUrl", needURL, "https")
		k.link(m, path, "previewImageUrl", needURL, "https")
	case "audio":
		k.link(m, path, "originalContentUrl", needURL, "https")
		k.number(m, path, "duration", 1, math.MaxInt64)
	case "location":
		k.str(m, path, "title", needPlace)
		k.str(m, path, "address", needPlace)
		k.number(m, path, "latitude", -90, 90)
		k.number(m, path, "longitude", -180, 180)
	case "coupon":
		k.str(m, path, "couponId", needID)
	case "imagemap":
		k.imagemap(m, path)
	case "template":
		k.str(m, path, "altText", altText)
		if t := k.object(m, path, "template", true); t != nil {
			k.template(t, under(path, "template"))
		}
	case "flex":
		k.str(m, path, "altText", altText)
		if c := k.object(m, path, "contents", true); c != nil {
			k.flex(c, under(path, "contents"))
		}
	}
}

// emojis checks that each LINE emoji stands at a "$" of the text.
func (k *checker) emojis(m object, path, text string) {
	units := utf16.Encode([]rune(text))
	for i, e := range k.list(m, path, "emojis", 0, 20) {
		where := at(under(path, "emojis"), i)
		k.str(e, where, "productId", needID)
		k.str(e, where, "emojiId", needID)
		n := number(e["index"])
		if n < 0 || n >= len(units) || units[n] != '$' {
			k.fail(under(where, "index"), "Must be the index of a $ in the text")
		}
	}
}

func (k *checker) imagemap(m object, path string) {
	k.link(m, path, "baseUrl", needURL, "https")
	k.str(m, path, "altText", altText)
	if size := k.object(m, path, "baseSize", true); size != nil {
		k.number(size, under(path, "baseSize"), "width", 1040, 1040)
		k.number(size, under(path, "baseSize"), "height", 1, math.MaxInt32)
	}
	for i, a := range k.list(m, path, "actions", 0, 50) {
		where := at(under(path, "actions"), i)
		k.object(a, where, "area", true)
		switch k.oneOf(a, where, "type", "uri", "message", "clipboard") {
		case "uri":
			k.link(a, where, "linkUri", length{1, 1000, utf16Length}, uriSchemes...)
		case "message":
			k.str(a, where, "text", length{1, 400, utf16Length})
		case "clipboard":
			k.str(a, where, "clipboardText", length{1, 1000, utf16Length})
		}
	}
}
