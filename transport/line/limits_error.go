package line

import (
	"errors"
	"fmt"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/check"
)

// Unit is what a limit counts.
type Unit string

// The units of LINE's limits.
const (
	UTF16Units       Unit = check.UTF16Units
	GraphemeClusters Unit = check.GraphemeClusters
	Items            Unit = check.Items
	Bytes            Unit = check.Bytes
	Pixels           Unit = check.Pixels
	Mentions         Unit = check.Mentions
	Emojis           Unit = check.Emojis
	AnimatedImages   Unit = check.AnimatedImages
)

// checker collects what is wrong with a message or a rich menu.
type checker struct{ check.Checker }

// validate is the Validate of all messages.
func validate(m interface{ check(c *checker) }) error {
	var c checker
	m.check(&c)
	return c.err()
}

func (c *checker) err() error {
	var errs []error
	for _, f := range c.Faults {
		errs = append(errs, &LimitError{f.Path, f.Rule, f.Actual, f.Min, f.Max, Unit(f.Unit)})
	}
	return errors.Join(errs...)
}

// LimitError is one limit or rule of LINE that a message breaks. Validate joins all of them:
// take them apart with errors.As, or by the Unwrap method that errors.Join gives.
// It carries no text of the message.
type LimitError struct {
	// Path is the field in the JSON of the message, such as "template.actions[2].label". It is
	// empty for the message as a whole.
	Path string
	// Rule is what is wrong, where it is not a number; else it is empty and the rest is set.
	Rule string
	// Actual is how many units there are; Min and Max are how many there may be.
	Actual, Min, Max int
	// Unit is what is counted.
	Unit Unit
}

// Error returns a line such as
// "line: template.actions[2].label: 23 of at most 20 grapheme clusters".
func (e *LimitError) Error() string {
	path := e.Path
	if path == "" {
		path = "message"
	}
	if e.Rule != "" {
		return "line: " + path + ": " + e.Rule
	}
	bound, n := "at most", e.Max
	switch {
	case e.Min == e.Max:
		bound = "exactly"
	case e.Actual < e.Min:
		bound, n = "at least", e.Min
	}
	return fmt.Sprintf("line: %s: %d of %s %d %s", path, e.Actual, bound, n, e.Unit)
}
