package line

import (
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

// PostbackAction sends its data to the bot. The chat shows nothing of it, unless DisplayText is
// set. In a message that a bot sends, the data carries the mark of the step that shows the button, so
// that a tap on a button of an earlier step, or by somebody else in a group, is told from one that
// counts.
type PostbackAction struct {
	// Label is the text on the button.
	Label string
	// Data comes back as the Postback of the event. LINE takes 300 UTF-16 code units, of which the
	// mark (see transport.Mark) needs 10: up to 290 are left. Data may not begin like a mark itself,
	// such as "~aB3-_xyz~x" or "~k3Xq0~x".
	Data string
	// DisplayText shows in the chat as a message of the user. Empty shows nothing.
	DisplayText string
	// Text is what the user says, which comes as an event of its own. LINE deprecates it, and
	// takes it neither together with DisplayText nor in quick replies.
	Text string
	// InputOption is what the tap opens or closes: one of the Input constants, or empty.
	InputOption InputOption
	// FillInText is put into the input field. It needs InputOpenKeyboard.
	FillInText string
}

// InputOption says how the chat's input area changes on a tap. Clients older than LINE 12.6.0
// ignore it.
type InputOption string

// The input options of a postback.
const (
	InputCloseRichMenu InputOption = "closeRichMenu"
	InputOpenRichMenu  InputOption = "openRichMenu"
	InputOpenKeyboard  InputOption = "openKeyboard"
	InputOpenVoice     InputOption = "openVoice"
)

// Postback returns a button that sends data to the bot.
func Postback(label, data string) PostbackAction {
	return PostbackAction{Label: label, Data: data}
}

// WithDisplay returns a copy that shows text in the chat as a message of the user.
func (a PostbackAction) WithDisplay(text string) PostbackAction {
	a.DisplayText = text
	return a
}

// WithInput returns a copy that changes the input area.
func (a PostbackAction) WithInput(option InputOption) PostbackAction {
	a.InputOption = option
	return a
}

// WithFillIn returns a copy that opens the keyboard and puts text into the input field.
func (a PostbackAction) WithFillIn(text string) PostbackAction {
	a.InputOption, a.FillInText = InputOpenKeyboard, text
	return a
}

// AppendJSON implements Action.
func (a PostbackAction) AppendJSON(b []byte, mark string) []byte {
	b = append(b, `{"type":"postback"`...)
	b = write.Field(b, "label", a.Label)
	b = write.Text(write.Name(b, "data"), transport.Mark(a.Data, mark))
	b = write.Field(b, "displayText", a.DisplayText)
	b = write.Field(b, "text", a.Text)
	b = write.Field(b, "inputOption", string(a.InputOption))
	b = write.Field(b, "fillInText", a.FillInText)
	return append(b, '}')
}

func (a PostbackAction) checkAction(c *checker, in holder) {
	c.label(a.Label, in)
	c.data(a.Data)
	c.Clusters("displayText", a.DisplayText, maxActionText)
	c.Clusters("text", a.Text, maxActionText)
	if a.Text != "" && (a.DisplayText != "" || in == inQuickReply) {
		c.Broken("text", "beside displayText or in a quick reply")
	}
	c.Clusters("fillInText", a.FillInText, maxActionText)
	if a.InputOption != "" {
		c.OneOf("inputOption", string(a.InputOption), string(InputCloseRichMenu),
			string(InputOpenRichMenu), string(InputOpenKeyboard), string(InputOpenVoice))
	}
	if a.FillInText != "" && a.InputOption != InputOpenKeyboard {
		c.Broken("fillInText", "needs the input option openKeyboard")
	}
}

// PickerAction lets the user pick a date, a time of day, or both. The bot gets a postback with
// the data and, in its Params, what was picked. It is marked like a PostbackAction.
//
// What is picked has no time zone: the text is the wall clock that the user saw.
type PickerAction struct {
	// Label is the text on the button.
	Label string
	// Data comes back as the Postback of the event. Like that of a PostbackAction, it is up to 290
	// UTF-16 code units, and may not begin like a mark.
	Data string
	// Mode says what is picked.
	Mode PickerMode
	// Initial is shown first; empty is the present. It is written like Min.
	Initial string
	// Min and Max bound what can be picked: 2006-01-02, 15:04 or 2006-01-02T15:04 by the mode.
	// Empty is LINE's bound, the years 1900 to 2100.
	Min, Max string
}

// PickerMode is what a PickerAction asks for.
type PickerMode string

// The modes of a picker.
const (
	PickDate     PickerMode = "date"
	PickTime     PickerMode = "time"
	PickDatetime PickerMode = "datetime"
)

// DatePicker returns a button that asks for a date.
func DatePicker(label, data string) PickerAction {
	return PickerAction{Label: label, Data: data, Mode: PickDate}
}

// TimePicker returns a button that asks for a time of day.
func TimePicker(label, data string) PickerAction {
	return PickerAction{Label: label, Data: data, Mode: PickTime}
}

// DatetimePicker returns a button that asks for a date and a time of day.
func DatetimePicker(label, data string) PickerAction {
	return PickerAction{Label: label, Data: data, Mode: PickDatetime}
}

// Between returns a copy that offers nothing before min or after max. The wall clocks of both
// count, each in its own location. A zero time leaves that side open.
func (a PickerAction) Between(min, max time.Time) PickerAction {
	a.Min, a.Max = a.Mode.format(min), a.Mode.format(max)
	return a
}

// StartingAt returns a copy that shows t first. A zero time is the present.
func (a PickerAction) StartingAt(t time.Time) PickerAction {
	a.Initial = a.Mode.format(t)
	return a
}

func (m PickerMode) layout() string {
	switch m {
	case PickDate:
		return "2006-01-02"
	case PickTime:
		return "15:04"
	default:
		return "2006-01-02T15:04"
	}
}

func (m PickerMode) format(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(m.layout())
}

// parse is strict about digits, which time.Parse is not. LINE takes a small t too.
func (m PickerMode) parse(s string) (time.Time, bool) {
	layout := m.layout()
	if len(s) != len(layout) {
		return time.Time{}, false
	}
	if m == PickDatetime && s[10] == 't' {
		s = s[:10] + "T" + s[11:]
	}
	t, err := time.Parse(layout, s)
	if err != nil {
		return time.Time{}, false
	}
	return t, m == PickTime || t.Year() >= 1900 && t.Year() <= 2100
}

// AppendJSON implements Action.
func (a PickerAction) AppendJSON(b []byte, mark string) []byte {
	b = append(b, `{"type":"datetimepicker"`...)
	b = write.Field(b, "label", a.Label)
	b = write.Text(write.Name(b, "data"), transport.Mark(a.Data, mark))
	b = write.Field(b, "mode", string(a.Mode))
	b = write.Field(b, "initial", a.Initial)
	b = write.Field(b, "max", a.Max)
	b = write.Field(b, "min", a.Min)
	return append(b, '}')
}

func (a PickerAction) checkAction(c *checker, in holder) {
	c.label(a.Label, in)
	c.data(a.Data)
	c.OneOf("mode", string(a.Mode), string(PickDate), string(PickTime), string(PickDatetime))
	c.picked("initial", a.Mode, a.Initial)
	low, okLow := c.picked("min", a.Mode, a.Min)
	high, okHigh := c.picked("max", a.Mode, a.Max)
	if okLow && okHigh && !low.Before(high) {
		c.Broken("min", "not before max")
	}
}

// picked returns the time that is written in a field; false if it is empty or wrong.
func (c *checker) picked(field string, m PickerMode, s string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, false
	}
	t, ok := m.parse(s)
	if !ok {
		c.Broken(field, "not "+m.layout()+" between the years 1900 and 2100")
	}
	return t, ok
}

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
