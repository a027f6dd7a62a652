package line

import (
	"errors"
	"strconv"
	"strings"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/textlen"
)

// The rules that more than one field has.
const (
	ruleRequired = "required"
	ruleHTTPS    = "not an https URL in ASCII"
	ruleJSON     = "not valid JSON"
)

// checker collects what is wrong with a message. It knows the path of the part that is looked
// at, so that a path is only spelled out for an error.
type checker struct {
	path []step
	errs []error
}

// step is one field of a path, or one item of an array if name is empty.
type step struct {
	name  string
	index int
}

func (c *checker) field(name string) { c.path = append(c.path, step{name: name}) }
func (c *checker) item(i int)        { c.path = append(c.path, step{index: i}) }
func (c *checker) up(n int)          { c.path = c.path[:len(c.path)-n] }

func (c *checker) err() error { return errors.Join(c.errs...) }

// validate is the Validate of all messages.
func validate(m interface{ check(c *checker) }) error {
	var c checker
	m.check(&c)
	return c.err()
}

func (c *checker) fail(field string, e LimitError) {
	path := make([]byte, 0, 64)
	for _, s := range c.path {
		path = s.append(path)
	}
	if field != "" {
		path = step{name: field}.append(path)
	}
	e.Path = string(path)
	c.errs = append(c.errs, &e)
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

// broken reports a rule that is not a number. An empty field is the part itself.
func (c *checker) broken(field, rule string) { c.fail(field, LimitError{Rule: rule}) }

func (c *checker) count(field string, n, least, most int) {
	if n < least || n > most {
		c.fail(field, LimitError{Actual: n, Min: least, Max: most, Unit: Items})
	}
}

// units checks a text that may be empty and is counted in UTF-16 code units.
func (c *checker) units(field, s string, most int) {
	// A UTF-16 code unit takes at least a byte.
	if len(s) <= most {
		return
	}
	if n := textlen.UTF16(s); n > most {
		c.fail(field, LimitError{Actual: n, Max: most, Unit: UTF16Units})
	}
}

// clusters checks a text that may be empty and is counted in grapheme clusters.
func (c *checker) clusters(field, s string, most int) {
	// A grapheme cluster takes at least a byte.
	if len(s) <= most {
		return
	}
	if n := textlen.Clusters(s); n > most {
		c.fail(field, LimitError{Actual: n, Max: most, Unit: GraphemeClusters})
	}
}

func (c *checker) required(field, s string) bool {
	if s == "" {
		c.broken(field, ruleRequired)
	}
	return s != ""
}

func (c *checker) oneOf(field, s string, allowed ...string) {
	for _, a := range allowed {
		if s == a {
			return
		}
	}
	c.broken(field, "not one of: "+strings.Join(allowed, ", "))
}

// https checks a URL that may be empty.
func (c *checker) https(field, url string) {
	c.units(field, url, maxURL)
	if url != "" && !hasScheme(url, "https://") {
		c.broken(field, ruleHTTPS)
	}
}

func (c *checker) requiredURL(field, url string) {
	c.required(field, url)
	c.https(field, url)
}

// hasScheme reports whether url is printable ASCII and more than the prefix.
func hasScheme(url, prefix string) bool {
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
