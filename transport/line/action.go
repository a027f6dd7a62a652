package line

import (
	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/check"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

// Action is what a tap on a button does. Its implementations are the types of this package
// whose names end in Action; use them by value.
type Action interface {
	// AppendJSON appends the action as JSON. The mark goes on its data; an empty one is none.
	AppendJSON(b []byte, mark string) []byte
	checkAction(c *checker, in holder)
}

// holder is what an action is part of. It decides the limits of the label.
type holder uint8

const (
	inTemplate holder = iota
	inImageCarousel
	inQuickReply
	inFlex
	inRichMenu
	inImagemap
)

func (h holder) maxLabel() int {
	switch h {
	case inImageCarousel:
		return maxImageCarouselLabel
	case inFlex:
		return maxFlexLabel
	default:
		return maxLabel
	}
}

func (h holder) needsLabel() bool { return h == inTemplate || h == inQuickReply }

// markRoom is what a mark takes of the data of a postback, such as the "~qWzjaGPC~" of "~qWzjaGPC~yes".
const markRoom = transport.MarkLen + 2

func (c *checker) label(label string, in holder) {
	if in.needsLabel() {
		c.Required("label", label)
	}
	c.Clusters("label", label, in.maxLabel())
}

// data checks the data of a postback, a picker or the switch of a rich menu, which shares its room with the
// mark. Data that begins like a mark, of this build or of an earlier one, would come back without its begin.
func (c *checker) data(data string) {
	c.Required("data", data)
	c.Units("data", data, maxData)
	if _, mark := transport.Unmark(data); mark != "" {
		c.Broken("data", "begins like a mark")
	}
}

// missing reports whether there is no action: nil, or a nil pointer to one.
func missing(a Action) bool { return write.IsNil(a) }

// appendAction appends null for a missing action, which Validate reports.
func appendAction(b []byte, a Action, mark string) []byte {
	if missing(a) {
		return append(b, "null"...)
	}
	return a.AppendJSON(b, mark)
}

func appendActions(b []byte, actions []Action, mark string) []byte {
	b = append(b, '[')
	for i, a := range actions {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendAction(b, a, mark)
	}
	return append(b, ']')
}

func (c *checker) action(a Action, in holder) {
	if missing(a) {
		c.Broken("", check.RuleRequired)
		return
	}
	a.checkAction(c, in)
}

func (c *checker) actions(actions []Action, in holder, least, most int) {
	c.Count("actions", len(actions), least, most)
	c.Field("actions")
	for i, a := range actions {
		c.Item(i)
		c.action(a, in)
		c.Up(1)
	}
	c.Up(1)
}

// MessageAction makes the user say something. The bot sees a text that it cannot tell from a
// typed one: it carries no mark. So a tap on the button of an earlier question answers the present
// one. For example, [4] under "How many people?" is still in the chat when the bot asks "How many
// rooms?"; a tap on it is four rooms. Where that would matter, use a PostbackAction with a display
// text: Postback("4", "4").WithDisplay("4").
type MessageAction struct {
	// Label is the text on the button.
	Label string
	// Text is what the user says.
	Text string
}

// Say returns a button that says what is written on it.
func Say(text string) MessageAction { return MessageAction{Label: text, Text: text} }

// SayAs returns a button that says something else than is written on it.
func SayAs(label, text string) MessageAction { return MessageAction{Label: label, Text: text} }

// AppendJSON implements Action.
func (a MessageAction) AppendJSON(b []byte, _ string) []byte {
	b = append(b, `{"type":"message"`...)
	b = write.Field(b, "label", a.Label)
	b = write.Text(write.Name(b, "text"), a.Text)
	return append(b, '}')
}

func (a MessageAction) checkAction(c *checker, in holder) {
	c.label(a.Label, in)
	c.Required("text", a.Text)
	c.Clusters("text", a.Text, maxActionText)
}
