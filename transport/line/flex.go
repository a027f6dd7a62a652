package line

import (
	"github.com/kaiwa-go/kaiwa/transport/line/flex"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/check"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

// FlexMessage is a layout of one's own: see Flex and FlexJSON.
type FlexMessage struct {
	// AltText is shown in notifications and by clients that show no layouts. LINE wants one.
	AltText string
	// Contents is the JSON of a bubble or a carousel.
	Contents string
	// Sender is as in TextMessage.
	Sender Sender
	// QuickReplies are as in TextMessage.
	QuickReplies []Action
}

// Flex returns a message with a layout that is built here: a flex.Bubble or a flex.Carousel. What
// happens to its parts later does not matter.
func Flex(altText string, contents flex.Container) FlexMessage {
	m := FlexMessage{AltText: altText, Contents: "null"}
	if !write.IsNil(contents) {
		m.Contents = string(contents.AppendJSON(nil))
	}
	return m
}

// FlexJSON returns a message with a layout from its JSON, which is copied without its white
// space. Draw it in LINE's Flex Message Simulator:
// https://developers.line.biz/flex-message-simulator/.
func FlexJSON(altText string, contents []byte) FlexMessage {
	return FlexMessage{AltText: altText, Contents: compacted(contents)}
}

// WithSender returns a copy that shows another name and icon.
func (m FlexMessage) WithSender(name, iconURL string) FlexMessage {
	m.Sender = Sender{Name: name, IconURL: iconURL}
	return m.Quick()
}

// Quick returns a copy with further quick replies.
func (m FlexMessage) Quick(replies ...Action) FlexMessage {
	m.QuickReplies = withQuick(m.QuickReplies, replies)
	return m
}

// AppendJSON implements transport.Message. Postbacks, pickers and switches of rich
// menus in the contents are marked like others. It returns a *LimitError if the contents are not JSON.
func (m FlexMessage) AppendJSON(b []byte, mark string) ([]byte, error) {
	start := len(b)
	b = append(b, `{"type":"flex","altText":`...)
	b = write.Text(b, m.AltText)
	b, ok := compactJSON(write.Name(b, "contents"), m.Contents, mark, nil)
	if !ok {
		return b[:start], &LimitError{Path: "contents", Rule: check.RuleJSON}
	}
	return appendEnd(b, m.Sender, m.QuickReplies, mark), nil
}

// Validate implements transport.Message. It returns *LimitError values, joined. Of the contents
// it checks the size, the number of bubbles, the actions, and each part as LINE describes it;
// parts and fields that are not known here pass.
func (m FlexMessage) Validate() error { return validate(m) }

func (m FlexMessage) check(c *checker) {
	c.flex(m.AltText, m.Contents, true)
	c.end(m.Sender, m.QuickReplies)
}

func (c *checker) flex(altText, contents string, types bool) {
	c.Required("altText", altText)
	c.Units("altText", altText, maxAltText)
	c.Field("contents")
	defer c.Up(1)
	f := flexCheck{c: c, types: types, flex: true}
	out, ok := compactJSON(make([]byte, 0, len(contents)), contents, "", &f)
	switch {
	case !ok:
		c.Broken("", check.RuleJSON)
	case out[0] != '{':
		c.Broken("", ruleContainer)
	default:
		c.Flex(out)
	}
}
