package line

import (
	"slices"

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
