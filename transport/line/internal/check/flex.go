package check

import "encoding/json"

const (
	maxAnimated = 10
	maxRatio    = 100000
)

// flexNode is any object of a layout, as it stands in JSON. The names are LINE's but for case.
type flexNode struct {
	Type                                                    *string
	Size, Direction, Layout                                 string
	URL, PreviewURL, AspectRatio, AspectMode                string
	Text, Color, Weight, Style, Decoration                  string
	Align, Gravity, AdjustMode, LineSpacing                 string
	Spacing, Margin                                         string
	PaddingAll, PaddingTop, PaddingBottom                   string
	PaddingStart, PaddingEnd                                string
	Width, MaxWidth, Height, MaxHeight                      string
	BackgroundColor, BorderColor, BorderWidth, CornerRadius string
	JustifyContent, AlignItems                              string
	Position, OffsetTop, OffsetBottom                       string
	OffsetStart, OffsetEnd                                  string
	Animated                                                bool

	Header, Hero, Body, Footer, AltContent *flexNode
	Contents                               *[]*flexNode // nil if it is not there
	Action                                 *struct{ Type string }
	Styles                                 struct{ Header, Hero, Body, Footer flexBlockStyle }
	Background                             *flexGradient
}

type flexBlockStyle struct{ BackgroundColor, SeparatorColor string }

type flexGradient struct{ Type, Angle, StartColor, EndColor, CenterColor, CenterPosition string }

func (n *flexNode) kind() string {
	if n == nil || n.Type == nil {
		return ""
	}
	return *n.Type
}

func (n *flexNode) contents() []*flexNode {
	if n.Contents == nil {
		return nil
	}
	return *n.Contents
}

// Flex checks the parts of a layout against LINE's description of them. What it leaves to
// the caller: types that are empty, sizes in bytes, actions, and the bubbles of a carousel.
func (c *Checker) Flex(contents []byte) {
	var root flexNode
	if json.Unmarshal(contents, &root) != nil {
		c.Broken("", RuleKind)
		return
	}
	p := partCheck{Checker: c}
	switch root.kind() {
	case "bubble":
		p.bubble(&root, true)
	case "carousel":
		p.each(root.contents(), func(n *flexNode) {
			if n.kind() == "bubble" {
				p.bubble(n, false)
			}
		})
	}
	if p.animated > maxAnimated {
		c.Fail("", Fault{Actual: p.animated, Max: maxAnimated, Unit: AnimatedImages})
	}
}

// partCheck is a checker that walks over a layout.
type partCheck struct {
	*Checker
	animated int // images that are animated so far
}

func (p *partCheck) each(nodes []*flexNode, f func(n *flexNode)) {
	p.Field("contents")
	for i, n := range nodes {
		p.Item(i)
		if n == nil {
			p.Broken("", RuleRequired)
		} else {
			f(n)
		}
		p.Up(1)
	}
	p.Up(1)
}

func (p *partCheck) bubble(n *flexNode, single bool) {
	p.word("size", n.Size, "nano", "micro", "deca", "hecto", "kilo", "mega", "giga")
	p.word("direction", n.Direction, "ltr", "rtl")
	p.child("header", n.Header, "box")
	p.child("hero", n.Hero, "box", "image", "video")
	p.child("body", n.Body, "box")
	p.child("footer", n.Footer, "box")
	small := n.Size != "" && n.Size != "kilo" && n.Size != "mega" && n.Size != "giga"
	if n.Hero.kind() == "video" && (!single || small) {
		p.Broken("hero", "a video in a carousel, or in a bubble smaller than kilo")
	}
	p.styles(n)
}

func (p *partCheck) styles(n *flexNode) {
	p.Field("styles")
	for _, b := range []struct {
		name  string
		style flexBlockStyle
	}{
		{"header", n.Styles.Header}, {"hero", n.Styles.Hero}, {"body", n.Styles.Body}, {"footer", n.Styles.Footer},
	} {
		p.Field(b.name)
		p.color("backgroundColor", b.style.BackgroundColor)
		p.color("separatorColor", b.style.SeparatorColor)
		p.Up(1)
	}
	p.Up(1)
}

// child checks a part in a field, if it is there, that has to be of one of some types.
func (p *partCheck) child(field string, n *flexNode, kinds ...string) {
	if n == nil {
		return
	}
	p.Field(field)
	p.part(n, kinds)
	p.Up(1)
}
