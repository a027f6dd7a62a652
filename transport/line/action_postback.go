package line

import (
	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

// PostbackAction sends its data to the bot. The chat shows nothing of it, unless DisplayText is
// set. In a message that a bot sends, the data carries the mark of the step that shows the button, so
// that a tap on a button of an earlier step, or by somebody else in a group, is told from one that
// counts.
type PostbackAction struct {
	// Label is the text on the button.
	Label string
	// Data comes back as the Postback of the event. LINE takes 300 UTF-16 code units, of which the
	// mark (see transport.Mark) needs 10: up to 290 are left. Data may not begin like a mark itself,
	// such as "~aB3-_xyz~x" or "~k3Xq0~x".
	Data string
	// DisplayText shows in the chat as a message of the user. Empty shows nothing.
	DisplayText string
	// Text is what the user says, which comes as an event of its own. LINE deprecates it, and
	// takes it neither together with DisplayText nor in quick replies.
	Text string
	// InputOption is what the tap opens or closes: one of the Input constants, or empty.
	InputOption InputOption
	// FillInText is put into the input field. It needs InputOpenKeyboard.
	FillInText string
}

// InputOption says how the chat's input area changes on a tap. Clients older than LINE 12.6.0
// ignore it.
type InputOption string

// The input options of a postback.
const (
	InputCloseRichMenu InputOption = "closeRichMenu"
	InputOpenRichMenu  InputOption = "openRichMenu"
	InputOpenKeyboard  InputOption = "openKeyboard"
	InputOpenVoice     InputOption = "openVoice"
)

// Postback returns a button that sends data to the bot.
func Postback(label, data string) PostbackAction {
	return PostbackAction{Label: label, Data: data}
}

// WithDisplay returns a copy that shows text in the chat as a message of the user.
func (a PostbackAction) WithDisplay(text string) PostbackAction {
	a.DisplayText = text
	return a
}

// WithInput returns a copy that changes the input area.
func (a PostbackAction) WithInput(option InputOption) PostbackAction {
	a.InputOption = option
	return a
}

// WithFillIn returns a copy that opens the keyboard and puts text into the input field.
func (a PostbackAction) WithFillIn(text string) PostbackAction {
	a.InputOption, a.FillInText = InputOpenKeyboard, text
	return a
}

// AppendJSON implements Action.
func (a PostbackAction) AppendJSON(b []byte, mark string) []byte {
	b = append(b, `{"type":"postback"`...)
	b = write.Field(b, "label", a.Label)
	b = write.Text(write.Name(b, "data"), transport.Mark(a.Data, mark))
	b = write.Field(b, "displayText", a.DisplayText)
	b = write.Field(b, "text", a.Text)
	b = write.Field(b, "inputOption", string(a.InputOption))
	b = write.Field(b, "fillInText", a.FillInText)
	return append(b, '}')
}

func (a PostbackAction) checkAction(c *checker, in holder) {
	c.label(a.Label, in)
	c.data(a.Data)
	c.Clusters("displayText", a.DisplayText, maxActionText)
	c.Clusters("text", a.Text, maxActionText)
	if a.Text != "" && (a.DisplayText != "" || in == inQuickReply) {
		c.Broken("text", "beside displayText or in a quick reply")
	}
	c.Clusters("fillInText", a.FillInText, maxActionText)
	if a.InputOption != "" {
		c.OneOf("inputOption", string(a.InputOption), string(InputCloseRichMenu),
			string(InputOpenRichMenu), string(InputOpenKeyboard), string(InputOpenVoice))
	}
	if a.FillInText != "" && a.InputOption != InputOpenKeyboard {
		c.Broken("fillInText", "needs the input option openKeyboard")
	}
}
