package line

import (
	"cmp"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/check"
)

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
