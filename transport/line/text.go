package line

import (
	"slices"
	"strings"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/textlen"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

// TextMessage is a text bubble. Text is up to 5000 UTF-16 code units; see Cut and Split for
// longer ones.
type TextMessage struct {
	// Text is what the bot says.
	Text string
	// Emojis are LINE's own emojis, up to 20, each in place of a $ in the text.
	Emojis []TextEmoji
	// QuoteToken is that of the message to quote; empty quotes none.
	QuoteToken string
	// Sender replaces the name and the icon of the account. Its zero value is the account.
	Sender Sender
	// QuickReplies are buttons under the last message of a turn, up to 13. They vanish when
	// anybody writes.
	QuickReplies []Action
}

// Text returns a text message.
func Text(text string) TextMessage { return TextMessage{Text: text} }

// WithQuote returns a copy that quotes the message that the token came with.
func (m TextMessage) WithQuote(token string) TextMessage {
	m = m.clone()
	m.QuoteToken = token
	return m
}

// WithSender returns a copy that shows another name and icon.
func (m TextMessage) WithSender(name, iconURL string) TextMessage {
	m = m.clone()
	m.Sender = Sender{Name: name, IconURL: iconURL}
	return m
}

// Quick returns a copy with further quick replies.
func (m TextMessage) Quick(replies ...Action) TextMessage {
	m = m.clone()
	m.QuickReplies = append(m.QuickReplies, replies...)
	return m
}

func (m TextMessage) clone() TextMessage {
	m.Emojis = slices.Clone(m.Emojis)
	m.QuickReplies = slices.Clone(m.QuickReplies)
	return m
}

// AppendJSON implements transport.Message. The error is always nil.
func (m TextMessage) AppendJSON(b []byte, mark string) ([]byte, error) {
	b = append(b, `{"type":"text","text":`...)
	b = write.Text(b, m.Text)
	b = appendEmojis(b, m.Emojis)
	b = write.Field(b, "quoteToken", m.QuoteToken)
	return appendEnd(b, m.Sender, m.QuickReplies, mark), nil
}

// Validate implements transport.Message. It returns *LimitError values, joined.
func (m TextMessage) Validate() error {
	// This is nearly every message: it costs no allocation.
	plain := len(m.QuickReplies) == 0 && len(m.Emojis) == 0 && m.Sender == (Sender{})
	if plain && m.Text != "" && len(m.Text) <= maxText {
		return nil
	}
	return validate(m)
}

func (m TextMessage) check(c *checker) {
	c.Required("text", m.Text)
	c.Units("text", m.Text, maxText)
	c.emojis(m.Text, m.Emojis)
	c.end(m.Sender, m.QuickReplies)
}

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
