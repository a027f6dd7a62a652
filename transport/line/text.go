package line

// TextMessage is a text bubble. Text is up to 5000 UTF-16 code units.
type TextMessage struct {
	// Text is what the bot says.
	Text string
	// QuickReplies are buttons under the last message of a turn, up to 13. They vanish when
	// anybody writes.
	QuickReplies []Action
}

// Text returns a text message.
func Text(text string) TextMessage { return TextMessage{Text: text} }

// Quick returns a copy with further quick replies.
func (m TextMessage) Quick(replies ...Action) TextMessage {
	m.QuickReplies = withQuick(m.QuickReplies, replies)
	return m
}

// AppendJSON implements transport.Message. The error is always nil.
func (m TextMessage) AppendJSON(b []byte, tag string) ([]byte, error) {
	b = append(b, `{"type":"text","text":`...)
	b = appendText(b, m.Text)
	return appendQuick(b, m.QuickReplies, tag), nil
}

// Validate implements transport.Message. It returns *LimitError values, joined.
func (m TextMessage) Validate() error {
	// This is nearly every message: it costs no allocation.
	if len(m.QuickReplies) == 0 && m.Text != "" && len(m.Text) <= maxText {
		return nil
	}
	return m.validate()
}

func (m TextMessage) validate() error {
	var c checker
	c.required("text", m.Text)
	c.units("text", m.Text, maxText)
	c.quick(m.QuickReplies)
	return c.err()
}
