package line

// FlexContainer is what a Flex message holds: a FlexBubble or a FlexCarousel.
type FlexContainer interface {
	appendContainer(b []byte) []byte
}

// FlexComponent is a part of a layout: a FlexBox, FlexText, FlexSpan, FlexButton, FlexImage, FlexIcon,
// FlexVideo or FlexSeparator. Use them by value. Fields that are empty are not sent.
//
// Lengths are pixels such as "8px", or one of LINE's words, which are none, xs, sm, md, lg, xl
// and xxl for most; widths, heights, padding and offsets may be percentages such as "50%".
// Colours are "#RRGGBB" or "#RRGGBBAA".
type FlexComponent interface {
	appendPart(b []byte) []byte
}

// FlexBubble is one bubble of up to four blocks, from top to bottom. Its JSON is up to 30 KB.
type FlexBubble struct {
	// Size is its width: nano, micro, deca, hecto, kilo, mega or giga. Empty is mega.
	Size string
	// Direction is ltr or rtl. Empty is ltr.
	Direction string
	// Header, Body and Footer are boxes, or nil.
	Header FlexComponent
	// Hero is a FlexImage, a FlexVideo, a FlexBox or nil.
	Hero         FlexComponent
	Body, Footer FlexComponent
	// Styles are how the blocks look.
	Styles FlexStyles
	// Action is what a tap on the bubble does; nil is nothing.
	Action Action
}

// FlexStyles are how the blocks of a bubble look.
type FlexStyles struct{ Header, Hero, Body, Footer FlexStyle }

// FlexStyle is how one block of a bubble looks.
type FlexStyle struct {
	// Background is the colour behind the block.
	Background string
	// Separator puts a line above the block, unless it is the first.
	Separator bool
	// SeparatorColor is the colour of that line.
	SeparatorColor string
}

// FlexCarousel is a row of up to 12 bubbles of one size. Its JSON is up to 50 KB.
type FlexCarousel struct {
	// Bubbles are the bubbles.
	Bubbles []FlexBubble
}

// Bubbles returns a row of bubbles.
func Bubbles(bubbles ...FlexBubble) FlexCarousel { return FlexCarousel{Bubbles: bubbles} }

func (f FlexCarousel) appendContainer(b []byte) []byte {
	b = append(b, `{"type":"carousel","contents":[`...)
	for i, bubble := range f.Bubbles {
		if i > 0 {
			b = append(b, ',')
		}
		b = bubble.appendContainer(b)
	}
	return append(b, "]}"...)
}

func (f FlexBubble) appendContainer(b []byte) []byte {
	b = append(b, `{"type":"bubble"`...)
	b = appendField(b, "size", f.Size)
	b = appendField(b, "direction", f.Direction)
	b = appendPartField(b, "header", f.Header)
	b = appendPartField(b, "hero", f.Hero)
	b = appendPartField(b, "body", f.Body)
	b = appendPartField(b, "footer", f.Footer)
	b = f.Styles.append(b)
	b = appendActionField(b, f.Action)
	return append(b, '}')
}

func (s FlexStyles) append(b []byte) []byte {
	if s == (FlexStyles{}) {
		return b
	}
	b = append(b, `,"styles":`...)
	start := len(b)
	b = s.Header.append(b, "header")
	b = s.Hero.append(b, "hero")
	b = s.Body.append(b, "body")
	b = s.Footer.append(b, "footer")
	b[start] = '{' // was a comma
	return append(b, '}')
}

func (s FlexStyle) append(b []byte, block string) []byte {
	if s == (FlexStyle{}) {
		return b
	}
	b = appendName(b, block)
	start := len(b)
	b = appendField(b, "backgroundColor", s.Background)
	b = appendFlag(b, "separator", s.Separator)
	b = appendField(b, "separatorColor", s.SeparatorColor)
	b[start] = '{' // was a comma
	return append(b, '}')
}

func appendPartField(b []byte, name string, p FlexComponent) []byte {
	if isNil(p) {
		return b
	}
	return p.appendPart(appendName(b, name))
}

// appendActionField leaves the mark to FlexMessage.AppendJSON.
func appendActionField(b []byte, a Action) []byte {
	if missing(a) {
		return b
	}
	return a.appendAction(appendName(b, "action"), "")
}

func appendFlag(b []byte, name string, set bool) []byte {
	if !set {
		return b
	}
	return append(appendName(b, name), "true"...)
}
