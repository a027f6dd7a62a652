package line

import (
	"slices"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

// Sender is the name and the icon that a message shows instead of the account's own. LINE adds
// the name of the account: "Cony from 'Example'". Empty fields are the account's.
type Sender struct {
	// Name is up to 20 UTF-16 code units. LINE refuses some words, such as its own name.
	Name string
	// IconURL is https, PNG, square, up to 1 MB.
	IconURL string
}

func appendSender(b []byte, s Sender) []byte {
	if s == (Sender{}) {
		return b
	}
	b = append(b, `,"sender":`...)
	start := len(b)
	b = write.Field(b, "name", s.Name)
	b = write.Field(b, "iconUrl", s.IconURL)
	b[start] = '{' // was a comma
	return append(b, '}')
}

func (c *checker) sender(s Sender) {
	c.Field("sender")
	c.Units("name", s.Name, maxSenderName)
	if s.Name == "LINE" {
		c.Broken("name", "not to be used in a name")
	}
	c.HTTPS("iconUrl", s.IconURL)
	c.Up(1)
}

// appendEnd closes a message object after what all messages have.
func appendEnd(b []byte, s Sender, quick []Action, mark string) []byte {
	return append(appendQuick(appendSender(b, s), quick, mark), '}')
}

// end checks what all messages have.
func (c *checker) end(s Sender, quick []Action) {
	c.sender(s)
	c.quick(quick)
}

// IconAction is a quick reply with an icon. It has no meaning elsewhere.
type IconAction struct {
	// URL is the icon: https, PNG, square, up to 1 MB.
	URL string
	// Action is what a tap does.
	Action Action
}

// Icon returns a quick reply that shows an icon before its label.
func Icon(url string, action Action) IconAction { return IconAction{URL: url, Action: action} }

func (a IconAction) icon() (string, Action) { return a.URL, a.Action }

// AppendJSON implements Action.
func (a IconAction) AppendJSON(b []byte, mark string) []byte {
	return appendAction(b, a.Action, mark)
}

// checkAction is only reached where an icon cannot be: checkQuick takes the icon off first.
func (a IconAction) checkAction(c *checker, in holder) {
	c.Broken("", "an icon belongs to a quick reply, and only once")
	c.action(a.Action, in)
}

func withQuick(have, more []Action) []Action { return slices.Concat(have, more) }

// iconOf takes the icon off a quick reply.
func iconOf(a Action) (url string, action Action) {
	if i, ok := a.(interface{ icon() (string, Action) }); ok && !missing(a) {
		return i.icon()
	}
	return "", a
}

func appendQuick(b []byte, quick []Action, mark string) []byte {
	if len(quick) == 0 {
		return b
	}
	b = append(b, `,"quickReply":{"items":[`...)
	for i, a := range quick {
		if i > 0 {
			b = append(b, ',')
		}
		url, action := iconOf(a)
		b = append(b, `{"type":"action"`...)
		b = write.Field(b, "imageUrl", url)
		b = appendAction(write.Name(b, "action"), action, mark)
		b = append(b, '}')
	}
	return append(b, "]}"...)
}

func (c *checker) quick(quick []Action) {
	c.Field("quickReply")
	c.Count("items", len(quick), 0, maxQuickReplies)
	c.Field("items")
	for i, a := range quick {
		c.Item(i)
		url, action := iconOf(a)
		c.HTTPS("imageUrl", url)
		c.Field("action")
		c.action(action, inQuickReply)
		c.Up(2)
	}
	c.Up(2)
}
