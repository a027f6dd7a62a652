package line

import (
	"slices"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

// ConfirmMessage is a question with two buttons side by side.
type ConfirmMessage struct {
	// Text is up to 240 grapheme clusters.
	Text string
	// Actions are the two buttons, left and right.
	Actions []Action
	// AltText is shown in notifications and by clients that show no cards. Empty is Text.
	AltText string
	// Sender is as in TextMessage.
	Sender Sender
	// QuickReplies are as in TextMessage.
	QuickReplies []Action
}

// Confirm returns a question with two buttons.
func Confirm(text string, left, right Action) ConfirmMessage {
	return ConfirmMessage{Text: text, Actions: []Action{left, right}}
}

// WithAlt returns a copy with another text for notifications.
func (m ConfirmMessage) WithAlt(text string) ConfirmMessage {
	m = m.clone()
	m.AltText = text
	return m
}

// WithSender returns a copy that shows another name and icon.
func (m ConfirmMessage) WithSender(name, iconURL string) ConfirmMessage {
	m = m.clone()
	m.Sender = Sender{Name: name, IconURL: iconURL}
	return m
}

// Quick returns a copy with further quick replies.
func (m ConfirmMessage) Quick(replies ...Action) ConfirmMessage {
	m = m.clone()
	m.QuickReplies = append(m.QuickReplies, replies...)
	return m
}

func (m ConfirmMessage) clone() ConfirmMessage {
	m.Actions = slices.Clone(m.Actions)
	m.QuickReplies = slices.Clone(m.QuickReplies)
	return m
}

// AppendJSON implements transport.Message. The error is always nil.
func (m ConfirmMessage) AppendJSON(b []byte, mark string) ([]byte, error) {
	b = appendTemplate(b, altText(m.AltText, m.Text), "confirm")
	b = write.Text(write.Name(b, "text"), m.Text)
	b = appendActions(write.Name(b, "actions"), m.Actions, mark)
	return appendEnd(append(b, '}'), m.Sender, m.QuickReplies, mark), nil
}

// Validate implements transport.Message. It returns *LimitError values, joined.
func (m ConfirmMessage) Validate() error { return validate(m) }

func (m ConfirmMessage) check(c *checker) {
	c.Units("altText", m.AltText, maxAltText)
	c.Field("template")
	c.Required("text", m.Text)
	c.Clusters("text", m.Text, maxConfirmText)
	c.actions(m.Actions, inTemplate, confirmActions, confirmActions)
	c.Up(1)
	c.end(m.Sender, m.QuickReplies)
}
