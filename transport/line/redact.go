package line

import (
	"fmt"
	"io"
	"log/slog"
)

// Format prints the name of the channel, and none of its secrets, whatever the verb.
func (c *Channel) Format(f fmt.State, _ rune) {
	name := ""
	if c != nil {
		name = c.name
	}
	writeName(f, "line.Channel", name)
}

// LogValue is the name of the channel.
func (c *Channel) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(c)) }

// Format prints the name alone, as Secrets must not be shown.
func (o Options) Format(f fmt.State, _ rune) { writeName(f, "line.Options", o.Name) }

// MarshalJSON returns what Format prints, as a JSON string.
func (o Options) MarshalJSON() ([]byte, error) { return appendQuoted(nil, fmt.Sprint(o)), nil }

func writeName(w io.Writer, kind, name string) {
	if name != "" {
		name = "(" + name + ")"
	}
	_, _ = io.WriteString(w, kind+name)
}
