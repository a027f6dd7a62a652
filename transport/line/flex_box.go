package line

// FlexBox puts parts beside each other or one below the other: see HBox, VBox and Baseline.
type FlexBox struct {
	// Layout is horizontal, vertical or baseline.
	Layout string
	// Contents are the parts, in order. A baseline box takes FlexText and FlexIcon only.
	Contents []FlexComponent
	// Spacing is the space between the parts.
	Spacing string
	// Padding is the space between the border and the parts.
	Padding FlexPadding
	// Width, MaxWidth, Height and MaxHeight are in pixels or percent of the part around.
	Width, MaxWidth, Height, MaxHeight string
	// Background is a colour; Gradient lies over it.
	Background string
	Gradient   FlexGradient
	// BorderWidth is in pixels, or none, light, normal, medium, semi-bold or bold.
	BorderWidth, BorderColor string
	// CornerRadius is how round the corners are.
	CornerRadius string
	// Justify distributes the parts along the layout: center, flex-start, flex-end,
	// space-between, space-around or space-evenly. Align does so across it: center, flex-start
	// or flex-end.
	Justify, Align string
	// Action is what a tap does; nil is nothing.
	Action Action
	// Flex, Margin and Place are where the box stands in the one around it.
	Flex   FlexFactor
	Margin string
	Place  FlexPosition
}

// FlexPadding is the space inside the border of a box. The sides win over All. Start is the left
// side where text runs from left to right.
type FlexPadding struct{ All, Top, Bottom, Start, End string }

// FlexGradient is a background that goes over from one colour to another. Angle, such as "90deg",
// is where it goes, clockwise from the top. Center and CenterPosition, such as "50%", are a
// further colour between.
type FlexGradient struct{ Angle, Start, End, Center, CenterPosition string }

// FlexFactor is the part of the free room in a box that a part takes, beside the shares of the
// others. Zero leaves it to LINE: 1 in a horizontal box, FitContent in a vertical one.
type FlexFactor int

// FitContent takes the room that the content needs. It is sent as 0.
const FitContent FlexFactor = -1

// FlexPosition moves a part from where it would stand. Position is relative or absolute; empty is
// relative.
type FlexPosition struct{ Position, Top, Bottom, Start, End string }

// VBox returns a box with parts one below the other.
func VBox(parts ...FlexComponent) FlexBox { return FlexBox{Layout: "vertical", Contents: parts} }

// HBox returns a box with parts beside each other.
func HBox(parts ...FlexComponent) FlexBox { return FlexBox{Layout: "horizontal", Contents: parts} }

// Baseline returns a box with texts and icons on one line of writing.
func Baseline(parts ...FlexComponent) FlexBox { return FlexBox{Layout: "baseline", Contents: parts} }

func (f FlexBox) appendPart(b []byte) []byte {
	b = append(b, `{"type":"box"`...)
	b = appendText(appendName(b, "layout"), f.Layout)
	b = append(b, `,"contents":[`...)
	for i, p := range f.Contents {
		if i > 0 {
			b = append(b, ',')
		}
		if isNil(p) {
			b = append(b, "null"...) // Validate reports it
			continue
		}
		b = p.appendPart(b)
	}
	b = append(b, ']')
	b = f.appendLook(b)
	b = appendActionField(b, f.Action)
	b = appendPosition(b, f.Flex, f.Margin, f.Place)
	return append(b, '}')
}

func (f FlexBox) appendLook(b []byte) []byte {
	b = appendField(b, "spacing", f.Spacing)
	b = appendField(b, "paddingAll", f.Padding.All)
	b = appendField(b, "paddingTop", f.Padding.Top)
	b = appendField(b, "paddingBottom", f.Padding.Bottom)
	b = appendField(b, "paddingStart", f.Padding.Start)
	b = appendField(b, "paddingEnd", f.Padding.End)
	b = appendField(b, "width", f.Width)
	b = appendField(b, "maxWidth", f.MaxWidth)
	b = appendField(b, "height", f.Height)
	b = appendField(b, "maxHeight", f.MaxHeight)
	b = appendField(b, "backgroundColor", f.Background)
	b = f.Gradient.append(b)
	b = appendField(b, "borderWidth", f.BorderWidth)
	b = appendField(b, "borderColor", f.BorderColor)
	b = appendField(b, "cornerRadius", f.CornerRadius)
	b = appendField(b, "justifyContent", f.Justify)
	return appendField(b, "alignItems", f.Align)
}

func (g FlexGradient) append(b []byte) []byte {
	if g == (FlexGradient{}) {
		return b
	}
	b = append(b, `,"background":{"type":"linearGradient"`...)
	b = appendField(b, "angle", g.Angle)
	b = appendField(b, "startColor", g.Start)
	b = appendField(b, "endColor", g.End)
	b = appendField(b, "centerColor", g.Center)
	b = appendField(b, "centerPosition", g.CenterPosition)
	return append(b, '}')
}

// appendPosition appends where a part stands in the box around it.
func appendPosition(b []byte, share FlexFactor, margin string, p FlexPosition) []byte {
	if share != 0 {
		b = appendNumber(appendName(b, "flex"), max(0, int(share)))
	}
	b = appendField(b, "margin", margin)
	b = appendField(b, "position", p.Position)
	b = appendField(b, "offsetTop", p.Top)
	b = appendField(b, "offsetBottom", p.Bottom)
	b = appendField(b, "offsetStart", p.Start)
	return appendField(b, "offsetEnd", p.End)
}
