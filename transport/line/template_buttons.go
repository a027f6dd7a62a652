package line

import (
	"slices"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

// ButtonsMessage is a card with a text, up to four buttons, and perhaps a title and an image.
type ButtonsMessage struct {
	// Title is up to 40 grapheme clusters; empty for none.
	Title string
	// Text is up to 160 grapheme clusters, or 60 beside a title or an image.
	Text string
	// ImageURL is https, JPEG or PNG, up to 10 MB; empty for none.
	ImageURL string
	// ImageAspect, ImageSize and ImageColor are the shape of the image, how it fills it, and
	// what is behind it, such as #FFFFFF. Empty is LINE's default.
	ImageAspect ImageAspect
	ImageSize   ImageSize
	ImageColor  string
	// Default is what a tap beside the buttons does; nil is nothing. LINE wants a label on it.
	Default Action
	// Actions are the buttons, one to four.
	Actions []Action
	// AltText is shown in notifications and by clients that show no cards. Empty is Text.
	AltText string
	// Sender is as in TextMessage.
	Sender Sender
	// QuickReplies are as in TextMessage.
	QuickReplies []Action
}

// Buttons returns a card with buttons.
func Buttons(text string, actions ...Action) ButtonsMessage {
	return ButtonsMessage{Text: text, Actions: slices.Clone(actions)}
}

// WithTitle returns a copy with a title.
func (m ButtonsMessage) WithTitle(title string) ButtonsMessage {
	m = m.clone()
	m.Title = title
	return m
}

// WithImage returns a copy with an image.
func (m ButtonsMessage) WithImage(url string) ButtonsMessage {
	m = m.clone()
	m.ImageURL = url
	return m
}

// WithDefault returns a copy that does something on a tap beside the buttons.
func (m ButtonsMessage) WithDefault(action Action) ButtonsMessage {
	m = m.clone()
	m.Default = action
	return m
}

// WithAlt returns a copy with another text for notifications.
func (m ButtonsMessage) WithAlt(text string) ButtonsMessage {
	m = m.clone()
	m.AltText = text
	return m
}

// WithSender returns a copy that shows another name and icon.
func (m ButtonsMessage) WithSender(name, iconURL string) ButtonsMessage {
	m = m.clone()
	m.Sender = Sender{Name: name, IconURL: iconURL}
	return m
}

// Quick returns a copy with further quick replies.
func (m ButtonsMessage) Quick(replies ...Action) ButtonsMessage {
	m = m.clone()
	m.QuickReplies = append(m.QuickReplies, replies...)
	return m
}

func (m ButtonsMessage) clone() ButtonsMessage {
	m.Actions = slices.Clone(m.Actions)
	m.QuickReplies = slices.Clone(m.QuickReplies)
	return m
}

func (m ButtonsMessage) card() card {
	return card{m.Title, m.Text, m.ImageURL, m.ImageColor, m.Default, m.Actions}
}

// AppendJSON implements transport.Message. The error is always nil.
func (m ButtonsMessage) AppendJSON(b []byte, mark string) ([]byte, error) {
	b = appendTemplate(b, altText(m.AltText, m.Text), "buttons")
	b = write.Field(b, "imageAspectRatio", string(m.ImageAspect))
	b = write.Field(b, "imageSize", string(m.ImageSize))
	card := m.card()
	b = appendCard(b, &card, mark)
	return appendEnd(append(b, '}'), m.Sender, m.QuickReplies, mark), nil
}

// Validate implements transport.Message. It returns *LimitError values, joined.
func (m ButtonsMessage) Validate() error { return validate(m) }

func (m ButtonsMessage) check(c *checker) {
	c.Units("altText", m.AltText, maxAltText)
	c.Field("template")
	c.images(m.ImageAspect, m.ImageSize)
	card := m.card()
	c.card(&card, maxButtonsText, maxButtonsActions)
	c.Up(1)
	c.end(m.Sender, m.QuickReplies)
}

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
