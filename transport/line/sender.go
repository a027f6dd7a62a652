package line

import "github.com/kaiwa-go/kaiwa/transport/line/internal/write"

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
