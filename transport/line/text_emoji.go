package line

import (
	"strings"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/textlen"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

// TextEmoji is one of LINE's emojis in a TextMessage.
type TextEmoji struct {
	// Index is where its $ stands in the text, in UTF-16 code units from zero.
	Index int
	// Emoji is what is shown there.
	Emoji EmojiSubstitution
}

// EmojiSubstitution is one of LINE's own emojis:
// https://developers.line.biz/en/docs/messaging-api/emoji-list/. In a TextV2Message it is a
// Substitution.
type EmojiSubstitution struct {
	// ProductID and EmojiID name the emoji.
	ProductID, EmojiID string
}

// Emoji returns one of LINE's own emojis.
func Emoji(productID, emojiID string) EmojiSubstitution {
	return EmojiSubstitution{ProductID: productID, EmojiID: emojiID}
}

const emojiMark = '$'

// WithEmojis returns a copy with the emojis in place of the first $ signs of the text, from left
// to right. Validate reports an emoji that has no $. For a text with other $ signs set Emojis.
func (m TextMessage) WithEmojis(emojis ...EmojiSubstitution) TextMessage {
	m = m.clone()
	m.Emojis = nil
	at, rest := 0, m.Text
	for _, e := range emojis {
		before, after, found := strings.Cut(rest, string(emojiMark))
		at += textlen.UTF16(before)
		m.Emojis = append(m.Emojis, TextEmoji{Index: at, Emoji: e})
		if rest = after; found {
			at++
		}
	}
	return m
}

func appendEmojis(b []byte, emojis []TextEmoji) []byte {
	if len(emojis) == 0 {
		return b
	}
	b = append(b, `,"emojis":[`...)
	for i, e := range emojis {
		if i > 0 {
			b = append(b, ',')
		}
		b = write.Number(append(b, `{"index":`...), e.Index)
		b = e.Emoji.appendIDs(b)
		b = append(b, '}')
	}
	return append(b, ']')
}

func (e EmojiSubstitution) appendIDs(b []byte) []byte {
	b = write.Text(write.Name(b, "productId"), e.ProductID)
	return write.Text(write.Name(b, "emojiId"), e.EmojiID)
}

func (c *checker) emojis(text string, emojis []TextEmoji) {
	c.Count("emojis", len(emojis), 0, maxEmojis)
	c.Field("emojis")
	for i, e := range emojis {
		c.Item(i)
		if !isEmojiMark(text, e.Index) {
			c.Broken("index", "not that of a $ in the text")
		}
		c.emoji(e.Emoji)
		c.Up(1)
	}
	c.Up(1)
}

func (c *checker) emoji(e EmojiSubstitution) {
	c.Required("productId", e.ProductID)
	c.Required("emojiId", e.EmojiID)
}

// isEmojiMark reports whether a $ stands at an index in UTF-16 code units.
func isEmojiMark(text string, index int) bool {
	at := 0
	for _, r := range text {
		if at == index && r == emojiMark {
			return true
		}
		at += textlen.Width(r)
	}
	return false
}
