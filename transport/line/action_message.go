package line

import "github.com/kaiwa-go/kaiwa/transport/line/internal/write"

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
