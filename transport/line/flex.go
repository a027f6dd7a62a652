package line

import (
	"cmp"

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

const ruleContainer = "neither a bubble nor a carousel"

// flexCheck looks at each object of JSON that others wrote.
type flexCheck struct {
	c       *checker
	types   bool // report types that are empty
	flex    bool // the JSON is the contents of a Flex message
	bubbles int
	size    string // of the first bubble
}

// object is called when an object is complete, after those in it.
func (f *flexCheck) object(r *rewriter, n *rawNode) {
	above := r.frames[:len(r.frames)-1]
	for i := range above {
		if above[i].index >= 0 {
			f.c.Item(above[i].index)
		} else {
			f.c.Field(pathName(above[i].key))
		}
	}
	if f.types && n.typed && n.kind == "" {
		f.c.Broken("type", check.RuleRequired)
	}
	if f.flex {
		f.part(r, n, above)
	}
	f.c.Up(len(above))
}

func (f *flexCheck) part(r *rewriter, n *rawNode, above []rawNode) {
	raw := r.out[n.start:]
	switch {
	case len(above) == 0:
		f.root(n, len(raw))
	case len(above) == 2 && above[0].key == "contents" && above[1].index >= 0:
		f.bubble(n, len(raw))
	case isAction(n.kind):
		a := parseAction(raw)
		a.action().checkAction(f.c, inFlex)
		parent := &above[len(above)-1]
		parent.bare = parent.key == "action" && a.Label == ""
	case n.kind == "button" && n.bare:
		f.c.Broken("action.label", check.RuleRequired)
	}
}

func (f *flexCheck) root(n *rawNode, size int) {
	switch n.kind {
	case "bubble":
		f.bytes(size, maxBubble)
	case "carousel":
		f.bytes(size, maxCarousel)
		f.c.Count("contents", f.bubbles, 1, maxFlexBubbles)
	default:
		f.c.Broken("type", ruleContainer)
	}
}

// bubble checks a bubble of a carousel. LINE wants one size for all.
func (f *flexCheck) bubble(n *rawNode, size int) {
	f.bytes(size, maxBubble)
	if n.kind != "bubble" {
		f.c.Broken("type", "not a bubble")
	}
	const defaultSize = "mega"
	if f.bubbles++; f.bubbles == 1 {
		f.size = cmp.Or(n.size, defaultSize)
	} else if f.size != cmp.Or(n.size, defaultSize) {
		f.c.Broken("size", "not that of the first bubble")
	}
}

func (f *flexCheck) bytes(n, most int) {
	if n > most {
		f.c.Fail("", check.Fault{Actual: n, Max: most, Unit: check.Bytes})
	}
}

// pathName keeps a key out of errors that no field of LINE could have.
func pathName(key string) string {
	if key == "" || len(key) > 32 {
		return "?"
	}
	for i := range len(key) {
		if c := key[i] | ' '; c < 'a' || c > 'z' {
			return "?"
		}
	}
	return key
}
