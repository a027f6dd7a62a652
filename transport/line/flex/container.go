package flex

import "github.com/kaiwa-go/kaiwa/transport/line/internal/write"

// Container is what a Flex message holds: a Bubble or a Carousel.
type Container interface {
	// AppendJSON appends the container as JSON.
	AppendJSON(b []byte) []byte
	container()
}

// Action is what a tap does: an action of package line, such as line.Postback.
type Action interface {
	// AppendJSON appends the action as JSON. The mark goes on its data; an empty one is none.
	AppendJSON(b []byte, mark string) []byte
}

// Component is a part of a layout: a Box, Text, Span, Button, Image, Icon,
// Video or Separator. Use them by value. Fields that are empty are not sent.
//
// Lengths are pixels such as "8px", or one of LINE's words, which are none, xs, sm, md, lg, xl
// and xxl for most; widths, heights, padding and offsets may be percentages such as "50%".
// Colours are "#RRGGBB" or "#RRGGBBAA".
type Component interface {
	appendPart(b []byte) []byte
}

// Bubble is one bubble of up to four blocks, from top to bottom. Its JSON is up to 30 KB.
type Bubble struct {
	// Size is its width: nano, micro, deca, hecto, kilo, mega or giga. Empty is mega.
	Size string
	// Direction is ltr or rtl. Empty is ltr.
	Direction string
	// Header, Body and Footer are boxes, or nil.
	Header Component
	// Hero is a Image, a Video, a Box or nil.
	Hero         Component
	Body, Footer Component
	// Styles are how the blocks look.
	Styles Styles
	// Action is what a tap on the bubble does; nil is nothing.
	Action Action
}

// Styles are how the blocks of a bubble look.
type Styles struct{ Header, Hero, Body, Footer Style }

// Style is how one block of a bubble looks.
type Style struct {
	// Background is the colour behind the block.
	Background string
	// Separator puts a line above the block, unless it is the first.
	Separator bool
	// SeparatorColor is the colour of that line.
	SeparatorColor string
}

// Carousel is a row of up to 12 bubbles of one size. Its JSON is up to 50 KB.
type Carousel struct {
	// Bubbles are the bubbles.
	Bubbles []Bubble
}

// Bubbles returns a row of bubbles.
func Bubbles(bubbles ...Bubble) Carousel { return Carousel{Bubbles: bubbles} }

func (Bubble) container()   {}
func (Carousel) container() {}

// AppendJSON implements Container.
func (f Carousel) AppendJSON(b []byte) []byte {
	b = append(b, `{"type":"carousel","contents":[`...)
	for i, bubble := range f.Bubbles {
		if i > 0 {
			b = append(b, ',')
		}
		b = bubble.AppendJSON(b)
	}
	return append(b, "]}"...)
}

// AppendJSON implements Container.
func (f Bubble) AppendJSON(b []byte) []byte {
	b = append(b, `{"type":"bubble"`...)
	b = write.Field(b, "size", f.Size)
	b = write.Field(b, "direction", f.Direction)
	b = appendPartField(b, "header", f.Header)
	b = appendPartField(b, "hero", f.Hero)
	b = appendPartField(b, "body", f.Body)
	b = appendPartField(b, "footer", f.Footer)
	b = f.Styles.append(b)
	b = appendActionField(b, f.Action)
	return append(b, '}')
}

func (s Styles) append(b []byte) []byte {
	if s == (Styles{}) {
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

func (s Style) append(b []byte, block string) []byte {
	if s == (Style{}) {
		return b
	}
	b = write.Name(b, block)
	start := len(b)
	b = write.Field(b, "backgroundColor", s.Background)
	b = write.Flag(b, "separator", s.Separator)
	b = write.Field(b, "separatorColor", s.SeparatorColor)
	b[start] = '{' // was a comma
	return append(b, '}')
}

func appendPartField(b []byte, name string, p Component) []byte {
	if write.IsNil(p) {
		return b
	}
	return p.appendPart(write.Name(b, name))
}

// appendActionField leaves the mark to line.FlexMessage.
func appendActionField(b []byte, a Action) []byte {
	if write.IsNil(a) {
		return b
	}
	return a.AppendJSON(write.Name(b, "action"), "")
}
