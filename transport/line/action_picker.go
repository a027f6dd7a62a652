package line

import (
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

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
