// Package check finds what is wrong with messages, and knows where.
package check

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/textlen"
)

// MaxURL is how long a URL may be, in UTF-16 code units.
const MaxURL = 2000

// The rules that more than one field has.
const (
	RuleRequired = "required"
	RuleJSON     = "not valid JSON"
	RuleKind     = "a field of another kind than LINE's"

	ruleHTTPS = "not an https URL in ASCII"
)

// What limits count.
const (
	UTF16Units       = "UTF-16 code units"
	GraphemeClusters = "grapheme clusters"
	Items            = "items"
	Bytes            = "bytes"
	Pixels           = "pixels"
	Mentions         = "mentions"
	Emojis           = "emojis"
	AnimatedImages   = "animated images"
)

// Fault is one limit or rule that a message breaks: see line.LimitError.
type Fault struct {
	Path, Rule       string
	Actual, Min, Max int
	Unit             string
}

// Checker collects what is wrong with a message. It knows the path of the part that is looked
// at, so that a path is only spelled out for an error.
type Checker struct {
	// Faults are what was found so far.
	Faults []Fault
	path   []step
}

// step is one field of a path, or one item of an array if name is empty.
type step struct {
	name  string
	index int
}

func (c *Checker) Field(name string) { c.path = append(c.path, step{name: name}) }
func (c *Checker) Item(i int)        { c.path = append(c.path, step{index: i}) }
func (c *Checker) Up(n int)          { c.path = c.path[:len(c.path)-n] }

func (c *Checker) Fail(field string, f Fault) {
	path := make([]byte, 0, 64)
	for _, s := range c.path {
		path = s.append(path)
	}
	if field != "" {
		path = step{name: field}.append(path)
	}
	f.Path = string(path)
	c.Faults = append(c.Faults, f)
}

func (s step) append(path []byte) []byte {
	if s.name == "" {
		path = strconv.AppendInt(append(path, '['), int64(s.index), 10)
		return append(path, ']')
	}
	if len(path) > 0 {
		path = append(path, '.')
	}
	return append(path, s.name...)
}

// Broken reports a rule that is not a number. An empty field is the part itself.
func (c *Checker) Broken(field, rule string) { c.Fail(field, Fault{Rule: rule}) }

func (c *Checker) Count(field string, n, least, most int) {
	if n < least || n > most {
		c.Fail(field, Fault{Actual: n, Min: least, Max: most, Unit: Items})
	}
}

// Units checks a text that may be empty and is counted in UTF-16 code units.
func (c *Checker) Units(field, s string, most int) {
	// A UTF-16 code unit takes at least a byte.
	if len(s) <= most {
		return
	}
	if n := textlen.UTF16(s); n > most {
		c.Fail(field, Fault{Actual: n, Max: most, Unit: UTF16Units})
	}
}

// Clusters checks a text that may be empty and is counted in grapheme clusters.
func (c *Checker) Clusters(field, s string, most int) {
	// A grapheme cluster takes at least a byte.
	if len(s) <= most {
		return
	}
	if n := textlen.Clusters(s); n > most {
		c.Fail(field, Fault{Actual: n, Max: most, Unit: GraphemeClusters})
	}
}

func (c *Checker) Required(field, s string) bool {
	if s == "" {
		c.Broken(field, RuleRequired)
	}
	return s != ""
}

func (c *Checker) OneOf(field, s string, allowed ...string) {
	for _, a := range allowed {
		if s == a {
			return
		}
	}
	c.Broken(field, "not one of: "+strings.Join(allowed, ", "))
}

// HTTPS checks a URL that may be empty.
func (c *Checker) HTTPS(field, url string) {
	c.Units(field, url, MaxURL)
	if url != "" && !HasScheme(url, "https://") {
		c.Broken(field, ruleHTTPS)
	}
}

func (c *Checker) RequiredURL(field, url string) {
	c.Required(field, url)
	c.HTTPS(field, url)
}

// HasScheme reports whether url is printable ASCII and more than the prefix.
func HasScheme(url, prefix string) bool {
	if len(url) <= len(prefix) || !strings.EqualFold(url[:len(prefix)], prefix) {
		return false
	}
	for i := range len(url) {
		if url[i] <= ' ' || url[i] > '~' {
			return false
		}
	}
	return true
}

// IsColor reports whether s is a colour such as #FFFFFF.
func IsColor(s string) bool {
	if len(s) != len("#RRGGBB") || s[0] != '#' {
		return false
	}
	return !slices.ContainsFunc([]byte(s[1:]), func(c byte) bool {
		return !isHexDigit(c)
	})
}

func isHexDigit(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
