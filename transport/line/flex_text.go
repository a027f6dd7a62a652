package line

// FlexText is a text. It is one line, unless Wrap is set.
type FlexText struct {
	// Text is the text. Spans replace it.
	Text string
	// Spans are pieces of text that look different.
	Spans []FlexSpan
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
	// Flex, Margin and Place are as in FlexBox.
	Flex   FlexFactor
	Margin string
	Place  FlexPosition
}

// FlexSpan is a piece of a FlexText. Its fields are as there.
type FlexSpan struct {
	Text, Size, Color, Weight, Style, Decoration string
}

// FlexButton is a button.
type FlexButton struct {
	// Action is what a tap does. Its label is the text on the button.
	Action Action
	// Style is primary, secondary or link; Color is that of the text of a link, else of the
	// button.
	Style, Color string
	// Height is sm or md.
	Height string
	// Gravity is as in FlexText.
	Gravity string
	// Shrink and Scale are as in FlexText.
	Shrink, Scale bool
	// Flex, Margin and Place are as in FlexBox.
	Flex   FlexFactor
	Margin string
	Place  FlexPosition
}

// FlexSeparator is a line between the parts of a box.
type FlexSeparator struct {
	// Color is that of the line; Margin is the space before it.
	Color, Margin string
}

const shrinkToFit = "shrink-to-fit"

func (f FlexText) appendPart(b []byte) []byte {
	b = append(b, `{"type":"text"`...)
	b = appendField(b, "text", f.Text)
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
	b = appendField(b, "align", f.Align)
	b = appendField(b, "gravity", f.Gravity)
	b = appendFlag(b, "wrap", f.Wrap)
	if f.MaxLines != 0 {
		b = appendNumber(appendName(b, "maxLines"), f.MaxLines)
	}
	b = appendField(b, "lineSpacing", f.LineSpacing)
	b = appendFit(b, f.Shrink, f.Scale)
	b = appendActionField(b, f.Action)
	b = appendPosition(b, f.Flex, f.Margin, f.Place)
	return append(b, '}')
}

func (f FlexSpan) appendPart(b []byte) []byte {
	b = append(b, `{"type":"span"`...)
	b = appendField(b, "text", f.Text)
	return append(appendFont(b, f.Size, f.Color, f.Weight, f.Style, f.Decoration), '}')
}

func appendFont(b []byte, size, color, weight, style, decoration string) []byte {
	b = appendField(b, "size", size)
	b = appendField(b, "color", color)
	b = appendField(b, "weight", weight)
	b = appendField(b, "style", style)
	return appendField(b, "decoration", decoration)
}

func appendFit(b []byte, shrink, scale bool) []byte {
	if shrink {
		b = appendField(b, "adjustMode", shrinkToFit)
	}
	return appendFlag(b, "scaling", scale)
}

func (f FlexButton) appendPart(b []byte) []byte {
	b = append(b, `{"type":"button"`...)
	b = appendActionField(b, f.Action)
	b = appendField(b, "style", f.Style)
	b = appendField(b, "color", f.Color)
	b = appendField(b, "height", f.Height)
	b = appendField(b, "gravity", f.Gravity)
	b = appendFit(b, f.Shrink, f.Scale)
	b = appendPosition(b, f.Flex, f.Margin, f.Place)
	return append(b, '}')
}

func (f FlexSeparator) appendPart(b []byte) []byte {
	b = append(b, `{"type":"separator"`...)
	b = appendField(b, "color", f.Color)
	return append(appendField(b, "margin", f.Margin), '}')
}
