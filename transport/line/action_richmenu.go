package line

import (
	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

// RichMenuSwitchAction shows another rich menu and sends its data to the bot. It works in rich
// menus only. The Params of the postback say what became of it: "newRichMenuAliasId", "status".
// As all areas of a rich menu, it belongs to no step and has no mark: a tap may come at any time.
type RichMenuSwitchAction struct {
	// Label is read out by a screen reader; empty for none.
	Label string
	// AliasID is the alias of the rich menu to show, up to 32 UTF-16 code units.
	AliasID string
	// Data comes back as the Postback of the event. Like that of a PostbackAction, it is up to 290
	// UTF-16 code units, and may not begin like a mark.
	Data string
}

// RichMenuSwitch returns an area of a rich menu that shows the rich menu with an alias.
func RichMenuSwitch(aliasID, data string) RichMenuSwitchAction {
	return RichMenuSwitchAction{AliasID: aliasID, Data: data}
}

// WithLabel returns a copy with a label for screen readers.
func (a RichMenuSwitchAction) WithLabel(label string) RichMenuSwitchAction {
	a.Label = label
	return a
}

// AppendJSON implements Action.
func (a RichMenuSwitchAction) AppendJSON(b []byte, mark string) []byte {
	b = append(b, `{"type":"richmenuswitch"`...)
	b = write.Field(b, "label", a.Label)
	b = write.Text(write.Name(b, "richMenuAliasId"), a.AliasID)
	b = write.Text(write.Name(b, "data"), transport.Mark(a.Data, mark))
	return append(b, '}')
}

func (a RichMenuSwitchAction) checkAction(c *checker, in holder) {
	if in != inRichMenu {
		c.Broken("type", "works in rich menus only")
	}
	c.label(a.Label, in)
	c.Required("richMenuAliasId", a.AliasID)
	c.Units("richMenuAliasId", a.AliasID, maxAliasID)
	c.data(a.Data)
}
