package line

import (
	"github.com/kaiwa-go/kaiwa/transport/line/internal/check"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

// ImagemapTap is an area of an imagemap and what a tap on it does.
type ImagemapTap struct {
	// Area is where it can be tapped.
	Area Area
	// Action is a URIAction, a MessageAction or a ClipboardAction. Its label is read out by
	// screen readers: up to 100 UTF-16 code units, or empty. The text of a MessageAction is up to
	// 400 UTF-16 code units. The Desktop of a URIAction is not sent.
	Action Action
}

// imagemapAction is an action that works in an imagemap too, where LINE spells it differently.
type imagemapAction interface {
	appendImagemap(b []byte) []byte
	checkImagemap(c *checker)
}

func (t ImagemapTap) action() (imagemapAction, bool) {
	a, ok := t.Action.(imagemapAction)
	return a, ok && !write.IsNil(a)
}

func appendTaps(b []byte, taps []ImagemapTap) []byte {
	b = append(b, '[')
	for i, t := range taps {
		if i > 0 {
			b = append(b, ',')
		}
		a, ok := t.action()
		if !ok {
			b = append(b, "null"...) // Validate reports it
			continue
		}
		b = append(t.Area.append(a.appendImagemap(b)), '}')
	}
	return append(b, ']')
}

func (a URIAction) appendImagemap(b []byte) []byte {
	b = write.Field(append(b, `{"type":"uri"`...), "label", a.Label)
	return write.Text(write.Name(b, "linkUri"), a.URI)
}

func (a MessageAction) appendImagemap(b []byte) []byte {
	b = write.Field(append(b, `{"type":"message"`...), "label", a.Label)
	return write.Text(write.Name(b, "text"), a.Text)
}

func (a ClipboardAction) appendImagemap(b []byte) []byte {
	b = write.Field(append(b, `{"type":"clipboard"`...), "label", a.Label)
	return write.Text(write.Name(b, "clipboardText"), a.Text)
}

func (r Area) append(b []byte) []byte {
	b = write.Number(append(b, `,"area":{"x":`...), r.X)
	b = write.Number(append(b, `,"y":`...), r.Y)
	b = write.Number(append(b, `,"width":`...), r.Width)
	b = write.Number(append(b, `,"height":`...), r.Height)
	return append(b, '}')
}

func (c *checker) taps(taps []ImagemapTap) {
	c.Count("actions", len(taps), 0, maxTaps)
	c.Field("actions")
	for i, t := range taps {
		c.Item(i)
		switch a, ok := t.action(); {
		case missing(t.Action):
			c.Broken("", check.RuleRequired)
		case !ok:
			c.Broken("type", "not of an imagemap, which has uri, message and clipboard")
		default:
			a.checkImagemap(c)
			t.Area.check(c)
		}
		c.Up(1)
	}
	c.Up(1)
}

func (a URIAction) checkImagemap(c *checker) {
	c.Units("label", a.Label, maxImagemapLabel)
	c.requiredURI("linkUri", a.URI)
}

func (a MessageAction) checkImagemap(c *checker) {
	c.Units("label", a.Label, maxImagemapLabel)
	c.Required("text", a.Text)
	c.Units("text", a.Text, maxImagemapText)
}

func (a ClipboardAction) checkImagemap(c *checker) {
	c.Units("label", a.Label, maxImagemapLabel)
	c.clipboardText(a.Text)
}

func (r Area) check(c *checker) {
	c.Field("area")
	if r.X < 0 {
		c.Broken("x", "less than zero")
	}
	if r.Y < 0 {
		c.Broken("y", "less than zero")
	}
	c.length("width", r.Width)
	c.length("height", r.Height)
	c.Up(1)
}

// length checks the side of a picture or an area.
func (c *checker) length(field string, n int) {
	if n < 1 {
		c.Fail(field, check.Fault{Actual: n, Min: 1, Unit: check.Pixels})
	}
}
