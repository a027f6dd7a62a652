package line

import "encoding/json"

// rawAction is an action object as it stands in JSON.
type rawAction struct {
	Type, Label, Data, DisplayText, FillInText string
	InputOption, Text, URI, ClipboardText      string
	Mode, Initial, Min, Max, RichMenuAliasID   string
	AltURI                                     struct{ Desktop string }
	// LinkURI and Area are those of an imagemap.
	LinkURI string
	Area    Area
	bad     bool
}

func isAction(kind string) bool {
	switch kind {
	case "postback", "datetimepicker", "message", "uri", "clipboard", "camera", "cameraRoll",
		"location", "richmenuswitch":
		return true
	}
	return false
}

func parseAction(raw []byte) *rawAction {
	var a rawAction
	a.bad = json.Unmarshal(raw, &a) != nil
	return &a
}

func (a *rawAction) orNil() Action {
	if a == nil {
		return nil
	}
	return a.action()
}

// action returns the action as a value of this package.
func (a *rawAction) action() Action {
	switch {
	case a.bad:
		return otherAction{bad: true}
	case a.Type == "postback":
		return PostbackAction{
			Label: a.Label, Data: a.Data, DisplayText: a.DisplayText, Text: a.Text,
			InputOption: InputOption(a.InputOption), FillInText: a.FillInText,
		}
	case a.Type == "datetimepicker":
		return PickerAction{a.Label, a.Data, PickerMode(a.Mode), a.Initial, a.Min, a.Max}
	case a.Type == "message":
		return MessageAction{a.Label, a.Text}
	case a.Type == "uri":
		return URIAction{a.Label, a.URI, a.AltURI.Desktop}
	case a.Type == "clipboard":
		return ClipboardAction{a.Label, a.ClipboardText}
	case a.Type == "richmenuswitch":
		return RichMenuSwitchAction{a.Label, a.RichMenuAliasID, a.Data}
	case a.Type == "camera":
		return CameraAction{a.Label}
	case a.Type == "cameraRoll":
		return CameraRollAction{a.Label}
	case a.Type == "location":
		return LocationAction{a.Label}
	}
	return otherAction{label: a.Label}
}

// tap returns the action of an imagemap as a value of this package.
func (a *rawAction) tap() ImagemapTap {
	if a == nil {
		return ImagemapTap{}
	}
	if a.Type == "uri" {
		return ImagemapTap{a.Area, URIAction{Label: a.Label, URI: a.LinkURI}}
	}
	return ImagemapTap{a.Area, a.action()}
}

// otherAction is an action in a RawMessage that has no type of its own here. It is only checked.
type otherAction struct {
	label string
	bad   bool
}

// AppendJSON implements Action.
func (a otherAction) AppendJSON(b []byte, _ string) []byte { return append(b, "null"...) }

func (a otherAction) checkAction(c *checker, in holder) {
	if a.bad {
		c.Broken("", "not an action object")
		return
	}
	c.label(a.label, in)
}

func (a otherAction) appendImagemap(b []byte) []byte { return append(b, `{"type":""`...) }
func (a otherAction) checkImagemap(c *checker)       { c.Units("label", a.label, maxImagemapLabel) }
