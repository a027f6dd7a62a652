package line

import "github.com/kaiwa-go/kaiwa/transport/line/internal/write"

// ClipboardAction copies a text to the clipboard of the user's device. Clients older than LINE
// 14.0.0 do nothing. The bot does not hear of it.
type ClipboardAction struct {
	// Label is the text on the button.
	Label string
	// Text is what is copied, up to 1000 UTF-16 code units.
	Text string
}

// Clipboard returns a button that copies text.
func Clipboard(label, text string) ClipboardAction {
	return ClipboardAction{Label: label, Text: text}
}

// AppendJSON implements Action.
func (a ClipboardAction) AppendJSON(b []byte, _ string) []byte {
	b = append(b, `{"type":"clipboard"`...)
	b = write.Field(b, "label", a.Label)
	b = write.Text(write.Name(b, "clipboardText"), a.Text)
	return append(b, '}')
}

func (a ClipboardAction) checkAction(c *checker, in holder) {
	c.label(a.Label, in)
	c.clipboardText(a.Text)
}

func (c *checker) clipboardText(text string) {
	c.Required("clipboardText", text)
	c.Units("clipboardText", text, maxClipboard)
}
