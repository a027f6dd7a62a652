package line

// FlexMessage is a layout of one's own. Draw it in LINE's Flex Message Simulator and take its
// JSON: https://developers.line.biz/flex-message-simulator/.
type FlexMessage struct {
	// AltText is shown in notifications and by clients that show no layouts. LINE wants one.
	AltText string
	// Contents is the JSON of a bubble or a carousel.
	Contents string
	// QuickReplies are as in TextMessage.
	QuickReplies []Action
}

// FlexJSON returns a message with a layout from its JSON, which is copied.
func FlexJSON(altText string, contents []byte) FlexMessage {
	return FlexMessage{AltText: altText, Contents: string(contents)}
}

// Quick returns a copy with further quick replies.
func (m FlexMessage) Quick(replies ...Action) FlexMessage {
	m.QuickReplies = withQuick(m.QuickReplies, replies)
	return m
}

// AppendJSON implements transport.Message. Postbacks in the contents are tagged like others.
// It returns a *LimitError if the contents are not JSON.
func (m FlexMessage) AppendJSON(b []byte, tag string) ([]byte, error) {
	start := len(b)
	b = append(b, `{"type":"flex","altText":`...)
	b = appendText(b, m.AltText)
	b, ok := compactJSON(appendName(b, "contents"), m.Contents, tag, nil)
	if !ok {
		return b[:start], &LimitError{Path: "contents", Rule: ruleJSON}
	}
	return appendQuick(b, m.QuickReplies, tag), nil
}

// Validate implements transport.Message. It returns *LimitError values, joined. Of the contents
// it checks the type, the size, the number of bubbles and the actions.
func (m FlexMessage) Validate() error {
	var c checker
	c.flex(m.AltText, m.Contents, true)
	c.quick(m.QuickReplies)
	return c.err()
}

func (c *checker) flex(altText, contents string, types bool) {
	c.required("altText", altText)
	c.units("altText", altText, maxAltText)
	c.field("contents")
	defer c.up(1)
	f := flexCheck{c: c, types: types, flex: true}
	out, ok := compactJSON(make([]byte, 0, len(contents)), contents, "", &f)
	switch {
	case !ok:
		c.broken("", ruleJSON)
	case out[0] != '{':
		c.broken("", ruleContainer)
	}
}
