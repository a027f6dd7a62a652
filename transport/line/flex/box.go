package flex

import "github.com/kaiwa-go/kaiwa/transport/line/internal/write"

// Box puts parts beside each other or one below the other: see HBox, VBox and Baseline.
type Box struct {
	// Layout is horizontal, vertical or baseline.
	Layout string
	// Contents are the parts, in order. A baseline box takes Text and Icon only.
	Contents []Component
	// Spacing is the space between the parts.
	Spacing string
	// Padding is the space between the border and the parts.
	Padding Padding
	// Width, MaxWidth, Height and MaxHeight are in pixels or percent of the part around.
	Width, MaxWidth, Height, MaxHeight string
	// Background is a colour; Gradient lies over it.
	Background string
	Gradient   Gradient
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
	Flex   Factor
	Margin string
	Place  Position
}

// Padding is the space inside the border of a box. The sides win over All. Start is the left
// side where text runs from left to right.
type Padding struct{ All, Top, Bottom, Start, End string }

// Gradient is a background that goes over from one colour to another. Angle, such as "90deg",
// is where it goes, clockwise from the top. Center and CenterPosition, such as "50%", are a
// further colour between.
type Gradient struct{ Angle, Start, End, Center, CenterPosition string }

// Factor is the part of the free room in a box that a part takes, beside the shares of the
// others. Zero leaves it to LINE: 1 in a horizontal box, FitContent in a vertical one.
type Factor int

// FitContent takes the room that the content needs. It is sent as 0.
const FitContent Factor = -1

// Position moves a part from where it would stand. Position is relative or absolute; empty is
// relative.
type Position struct{ Position, Top, Bottom, Start, End string }

// VBox returns a box with parts one below the other.
func VBox(parts ...Component) Box { return Box{Layout: "vertical", Contents: parts} }

// HBox returns a box with parts beside each other.
func HBox(parts ...Component) Box { return Box{Layout: "horizontal", Contents: parts} }

// Baseline returns a box with texts and icons on one line of writing.
func Baseline(parts ...Component) Box { return Box{Layout: "baseline", Contents: parts} }

func (f Box) appendPart(b []byte) []byte {
	b = append(b, `{"type":"box"`...)
	b = write.Text(write.Name(b, "layout"), f.Layout)
	b = append(b, `,"contents":[`...)
	for i, p := range f.Contents {
		if i > 0 {
			b = append(b, ',')
		}
		if write.IsNil(p) {
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

func (f Box) appendLook(b []byte) []byte {
	b = write.Field(b, "spacing", f.Spacing)
	b = write.Field(b, "paddingAll", f.Padding.All)
	b = write.Field(b, "paddingTop", f.Padding.Top)
	b = write.Field(b, "paddingBottom", f.Padding.Bottom)
	b = write.Field(b, "paddingStart", f.Padding.Start)
	b = write.Field(b, "paddingEnd", f.Padding.End)
	b = write.Field(b, "width", f.Width)
	b = write.Field(b, "maxWidth", f.MaxWidth)
	b = write.Field(b, "height", f.Height)
	b = write.Field(b, "maxHeight", f.MaxHeight)
	b = write.Field(b, "backgroundColor", f.Background)
	b = f.Gradient.append(b)
	b = write.Field(b, "borderWidth", f.BorderWidth)
	b = write.Field(b, "borderColor", f.BorderColor)
	b = write.Field(b, "cornerRadius", f.CornerRadius)
	b = write.Field(b, "justifyContent", f.Justify)
	return write.Field(b, "alignItems", f.Align)
}

func (g Gradient) append(b []byte) []byte {
	if g == (Gradient{}) {
		return b
	}
	b = append(b, `,"background":{"type":"linearGradient"`...)
	b = write.Field(b, "angle", g.Angle)
	b = write.Field(b, "startColor", g.Start)
	b = write.Field(b, "endColor", g.End)
	b = write.Field(b, "centerColor", g.Center)
	b = write.Field(b, "centerPosition", g.CenterPosition)
	return append(b, '}')
}

// appendPosition appends where a part stands in the box around it.
func appendPosition(b []byte, share Factor, margin string, p Position) []byte {
	if share != 0 {
		b = write.Number(write.Name(b, "flex"), max(0, int(share)))
	}
	b = write.Field(b, "margin", margin)
	b = write.Field(b, "position", p.Position)
	b = write.Field(b, "offsetTop", p.Top)
	b = write.Field(b, "offsetBottom", p.Bottom)
	b = write.Field(b, "offsetStart", p.Start)
	return write.Field(b, "offsetEnd", p.End)
}
