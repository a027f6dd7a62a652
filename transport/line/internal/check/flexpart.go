package check

import "slices"

var (
	lineParts  = []string{"icon", "text", "filler"}
	blockParts = []string{"box", "button", "image", "text", "separator", "filler"}
	spanParts  = []string{"span"}
)

var knownParts = []string{
	"box", "button", "image", "video", "icon", "text", "span", "separator", "filler",
}

// part checks a part that has to be of one of some types. One of a type that is not known here
// passes.
func (p *partCheck) part(n *flexNode, kinds []string) {
	kind := n.kind()
	if n.Type == nil {
		p.Broken("type", RuleRequired)
		return
	}
	if slices.Contains(knownParts, kind) && !slices.Contains(kinds, kind) {
		p.Broken("type", "not of a part that fits here")
		return
	}
	switch kind {
	case "box":
		p.box(n)
	case "text":
		p.text(n)
	case "span":
		p.font(n)
	case "button":
		p.button(n)
	case "image", "icon":
		p.picture(n)
	case "video":
		p.video(n)
	case "separator":
		p.color("color", n.Color)
	}
	p.position(n)
}

func (p *partCheck) position(n *flexNode) {
	p.size("margin", n.Margin, spaceWords, false)
	p.word("position", n.Position, "relative", "absolute")
	p.size("offsetTop", n.OffsetTop, spaceWords, true)
	p.size("offsetBottom", n.OffsetBottom, spaceWords, true)
	p.size("offsetStart", n.OffsetStart, spaceWords, true)
	p.size("offsetEnd", n.OffsetEnd, spaceWords, true)
	p.word("gravity", n.Gravity, "top", "bottom", "center")
	p.word("align", n.Align, "start", "end", "center")
	p.word("adjustMode", n.AdjustMode, "shrink-to-fit")
}

func (p *partCheck) box(n *flexNode) {
	if p.Required("layout", n.Layout) {
		p.word("layout", n.Layout, "horizontal", "vertical", "baseline")
	}
	if n.Contents == nil {
		p.Broken("contents", RuleRequired)
	}
	kinds := blockParts
	if n.Layout == "baseline" {
		kinds = lineParts
	}
	p.each(n.contents(), func(n *flexNode) { p.part(n, kinds) })
	p.boxSizes(n)
	p.color("backgroundColor", n.BackgroundColor)
	p.color("borderColor", n.BorderColor)
	p.word("justifyContent", n.JustifyContent, "center", "flex-start", "flex-end", "space-between",
		"space-around", "space-evenly")
	p.word("alignItems", n.AlignItems, "center", "flex-start", "flex-end")
	if n.Background != nil {
		p.gradient(n.Background)
	}
}

func (p *partCheck) boxSizes(n *flexNode) {
	p.size("spacing", n.Spacing, spaceWords, false)
	p.size("paddingAll", n.PaddingAll, spaceWords, true)
	p.size("paddingTop", n.PaddingTop, spaceWords, true)
	p.size("paddingBottom", n.PaddingBottom, spaceWords, true)
	p.size("paddingStart", n.PaddingStart, spaceWords, true)
	p.size("paddingEnd", n.PaddingEnd, spaceWords, true)
	p.size("width", n.Width, nil, true)
	p.size("maxWidth", n.MaxWidth, nil, true)
	p.size("height", n.Height, nil, true)
	p.size("maxHeight", n.MaxHeight, nil, true)
	p.size("borderWidth", n.BorderWidth, borderWords, false)
	p.size("cornerRadius", n.CornerRadius, spaceWords, false)
}

func (p *partCheck) gradient(g *flexGradient) {
	if g.Type != "linearGradient" {
		return
	}
	p.Field("background")
	if p.Required("angle", g.Angle) && !isAngle(g.Angle) {
		p.Broken("angle", "not degrees from 0deg to less than 360deg")
	}
	p.Required("startColor", g.StartColor)
	p.color("startColor", g.StartColor)
	p.Required("endColor", g.EndColor)
	p.color("endColor", g.EndColor)
	p.color("centerColor", g.CenterColor)
	if g.CenterPosition != "" && !isPercentage(g.CenterPosition) {
		p.Broken("centerPosition", "not a percentage from 0% to 100%")
	}
	p.Up(1)
}

func (p *partCheck) text(n *flexNode) {
	if len(n.contents()) == 0 {
		p.Required("text", n.Text)
	}
	p.each(n.contents(), func(n *flexNode) { p.part(n, spanParts) })
	p.size("lineSpacing", n.LineSpacing, nil, false)
	p.font(n)
}

func (p *partCheck) font(n *flexNode) {
	p.size("size", n.Size, fontWords, false)
	p.color("color", n.Color)
	p.word("weight", n.Weight, "regular", "bold")
	p.word("style", n.Style, "normal", "italic")
	p.word("decoration", n.Decoration, "none", "underline", "line-through")
}

func (p *partCheck) button(n *flexNode) {
	if n.Action == nil {
		p.Broken("action", RuleRequired)
	}
	p.word("style", n.Style, "primary", "secondary", "link")
	p.word("height", n.Height, "sm", "md")
	p.color("color", n.Color)
}

func (p *partCheck) picture(n *flexNode) {
	p.RequiredURL("url", n.URL)
	p.ratio(n.AspectRatio)
	if n.kind() == "icon" {
		p.size("size", n.Size, fontWords, false)
		return
	}
	p.size("size", n.Size, imageWords, true)
	p.word("aspectMode", n.AspectMode, "fit", "cover")
	p.color("backgroundColor", n.BackgroundColor)
	if n.Animated {
		p.animated++
	}
}

func (p *partCheck) video(n *flexNode) {
	p.RequiredURL("url", n.URL)
	p.RequiredURL("previewUrl", n.PreviewURL)
	p.ratio(n.AspectRatio)
	if n.AltContent == nil {
		p.Broken("altContent", RuleRequired)
	}
	p.child("altContent", n.AltContent, "box", "image")
	if n.Action != nil && n.Action.Type != "uri" {
		p.Broken("action.type", "not uri, the only action of a video")
	}
}
