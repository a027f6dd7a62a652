package line

import (
	"math"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/check"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

// RichMenu is a menu below the chat: a picture with areas to tap. Package
// transport/line/richmenu brings rich menus to LINE; flow.StateBuilder.Menu shows one to a user.
type RichMenu struct {
	// Width and Height are those in which the areas are counted, in pixels: 800 to 2500 wide, at
	// least 250 high and at least 1.45 times as wide as high.
	Width, Height int
	// ChatBarText is shown in the bar that opens and closes the menu: up to 14 grapheme clusters.
	ChatBarText string
	// Selected says that the menu is open at first.
	Selected bool
	// Areas are the areas to tap, up to 20.
	Areas []RichMenuArea
}

// RichMenuArea is an area of a rich menu and what a tap on it does.
type RichMenuArea struct {
	// Area is where it can be tapped. It lies within the menu.
	Area Area
	// Action is any but those for quick replies only. Its label is read out by screen readers; it
	// may be empty. Its postbacks carry no mark: a rich menu belongs to no step.
	Action Action
}

// AppendJSON appends the rich menu object to b, as LINE takes it. The name is not shown to
// users. It must be UTF-8 text of 1 to 300 grapheme clusters.
func (m RichMenu) AppendJSON(b []byte, name string) []byte {
	b = write.Number(append(b, `{"size":{"width":`...), m.Width)
	b = write.Number(append(b, `,"height":`...), m.Height)
	b = append(b, `},"selected":`...)
	if m.Selected {
		b = append(b, "true"...)
	} else {
		b = append(b, "false"...)
	}
	b = write.Text(write.Name(b, "name"), name)
	b = write.Text(write.Name(b, "chatBarText"), m.ChatBarText)
	b = append(write.Name(b, "areas"), '[')
	for i, a := range m.Areas {
		if i > 0 {
			b = append(b, ',')
		}
		b = a.append(b)
	}
	return append(b, "]}"...)
}

func (a RichMenuArea) append(b []byte) []byte {
	b = write.Number(append(b, `{"bounds":{"x":`...), a.Area.X)
	b = write.Number(append(b, `,"y":`...), a.Area.Y)
	b = write.Number(append(b, `,"width":`...), a.Area.Width)
	b = write.Number(append(b, `,"height":`...), a.Area.Height)
	b = append(b, `},"action":`...)
	return append(appendAction(b, a.Action, ""), '}')
}

// Validate reports every limit of LINE that the menu breaks. It returns *LimitError values,
// joined.
func (m RichMenu) Validate() error { return validate(m) }

func (m RichMenu) check(c *checker) {
	c.Field("size")
	c.menuSize(m.Width, m.Height)
	c.Up(1)
	c.Required("chatBarText", m.ChatBarText)
	c.Clusters("chatBarText", m.ChatBarText, maxChatBarText)
	c.Count("areas", len(m.Areas), 0, maxMenuAreas)
	c.Field("areas")
	for i, a := range m.Areas {
		c.Item(i)
		c.menuArea(a.Area, m.Width, m.Height)
		c.Field("action")
		c.action(a.Action, inRichMenu)
		c.Up(2)
	}
	c.Up(1)
}

func (c *checker) menuSize(width, height int) {
	c.pixels("width", width, minMenuWidth, maxMenuWidth)
	if c.pixels("height", height, minMenuHeight, math.MaxInt32) && width*100 < height*145 {
		c.Broken("", "less than 1.45 times as wide as high")
	}
}

// menuArea checks that an area is within the menu.
func (c *checker) menuArea(a Area, width, height int) {
	c.Field("bounds")
	if c.pixels("x", a.X, 0, max(width-1, 0)) {
		c.pixels("width", a.Width, 1, max(width-a.X, 1))
	}
	if c.pixels("y", a.Y, 0, max(height-1, 0)) {
		c.pixels("height", a.Height, 1, max(height-a.Y, 1))
	}
	c.Up(1)
}

func (c *checker) pixels(field string, n, least, most int) bool {
	ok := n >= least && n <= most
	if !ok {
		c.Fail(field, check.Fault{Actual: n, Min: least, Max: most, Unit: check.Pixels})
	}
	return ok
}
