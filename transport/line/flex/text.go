package flex

import "github.com/kaiwa-go/kaiwa/transport/line/internal/write"

// Text is a text. It is one line, unless Wrap is set.
type Text struct {
	// Text is the text. Spans replace it.
	Text string
	// Spans are pieces of text that look different.
	Spans []Span
	// Size is that of the font, in pixels, or xxs, xs, sm, md, lg, xl, xxl, 3xl, 4xl or 5xl.
	Size string
	// Color is that of the font.
	Color string
	// Weight is regular or bold, Style normal or italic, Decoration none, underline or
	// line-through.
	Weight, Style, Decoration string
	// Align is start, center or end; Gravity is top, center or bottom.
	Align, Gravity string
	// Wrap breaks the text into lines, at most MaxLines if that is not zero. LineSpacing is in
	// pixels.
	Wrap        bool
	MaxLines    int
	LineSpacing string
	// Shrink makes the font smaller where the text does not fit; Scale makes it follow the font
	// size that the user has chosen.
	Shrink, Scale bool
	// Action is what a tap does; nil is nothing.
	Action Action
	// Flex, Margin and Place are as in Box.
	Flex   Factor
	Margin string
	Place  Position
}

// Span is a piece of a Text. Its fields are as there.
type Span struct {
	Text, Size, Color, Weight, Style, Decoration string
}

// Button is a button.
type Button struct {
	// Action is what a tap does. Its label is the text on the button.
	Action Action
	// Style is primary, secondary or link; Color is that of the text of a link, else of the
	// button.
	Style, Color string
	// Height is sm or md.
	Height string
	// Gravity is as in Text.
	Gravity string
	// Shrink and Scale are as in Text.
	Shrink, Scale bool
	// Flex, Margin and Place are as in Box.
	Flex   Factor
	Margin string
	Place  Position
}

// Separator is a line between the parts of a box.
type Separator struct {
	// Color is that of the line; Margin is the space before it.
	Color, Margin string
}

const shrinkToFit = "shrink-to-fit"

func (f Text) appendPart(b []byte) []byte {
	b = append(b, `{"type":"text"`...)
	b = write.Field(b, "text", f.Text)
	if len(f.Spans) > 0 {
		b = append(b, `,"contents":[`...)
		for i, s := range f.Spans {
			if i > 0 {
				b = append(b, ',')
			}
			b = s.appendPart(b)
		}
		b = append(b, ']')
	}
	b = appendFont(b, f.Size, f.Color, f.Weight, f.Style, f.Decoration)
	b = write.Field(b, "align", f.Align)
	b = write.Field(b, "gravity", f.Gravity)
	b = write.Flag(b, "wrap", f.Wrap)
	if f.MaxLines != 0 {
		b = write.Number(write.Name(b, "maxLines"), f.MaxLines)
	}
	b = write.Field(b, "lineSpacing", f.LineSpacing)
	b = appendFit(b, f.Shrink, f.Scale)
	b = appendActionField(b, f.Action)
	b = appendPosition(b, f.Flex, f.Margin, f.Place)
	return append(b, '}')
}

func (f Span) appendPart(b []byte) []byte {
	b = append(b, `{"type":"span"`...)
	b = write.Field(b, "text", f.Text)
	return append(appendFont(b, f.Size, f.Color, f.Weight, f.Style, f.Decoration), '}')
}

func appendFont(b []byte, size, color, weight, style, decoration string) []byte {
	b = write.Field(b, "size", size)
	b = write.Field(b, "color", color)
	b = write.Field(b, "weight", weight)
	b = write.Field(b, "style", style)
	return write.Field(b, "decoration", decoration)
}

func appendFit(b []byte, shrink, scale bool) []byte {
	if shrink {
		b = write.Field(b, "adjustMode", shrinkToFit)
	}
	return write.Flag(b, "scaling", scale)
}

func (f Button) appendPart(b []byte) []byte {
	b = append(b, `{"type":"button"`...)
	b = appendActionField(b, f.Action)
	b = write.Field(b, "style", f.Style)
	b = write.Field(b, "color", f.Color)
	b = write.Field(b, "height", f.Height)
	b = write.Field(b, "gravity", f.Gravity)
	b = appendFit(b, f.Shrink, f.Scale)
	b = appendPosition(b, f.Flex, f.Margin, f.Place)
	return append(b, '}')
}

func (f Separator) appendPart(b []byte) []byte {
	b = append(b, `{"type":"separator"`...)
	b = write.Field(b, "color", f.Color)
	return append(write.Field(b, "margin", f.Margin), '}')
}
