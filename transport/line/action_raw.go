package line

import "encoding/json"

// rawAction is an action object as it stands in JSON.
type rawAction struct {
	Type, Label, Data, DisplayText, FillInText string
	InputOption, Text, URI                     string
	Mode, Initial, Min, Max                    string
	bad                                        bool
}

func isAction(kind string) bool {
	switch kind {
	case "postback", "datetimepicker", "message", "uri", "clipboard", "camera", "cameraRoll",
		"location":
		return true
	}
	return false
}

func parseAction(raw []byte) *rawAction {
	var a rawAction
	a.bad = json.Unmarshal(raw, &a) != nil
	return &a
}

// action returns the action whose checks apply.
func (a *rawAction) action() Action {
	switch {
	case a.bad:
		return otherAction{bad: true}
	case a.Type == "postback":
		return PostbackAction{a.Label, a.Data, a.DisplayText, InputOption(a.InputOption), a.FillInText}
	case a.Type == "datetimepicker":
		return PickerAction{a.Label, a.Data, PickerMode(a.Mode), a.Initial, a.Min, a.Max}
	case a.Type == "message":
		return MessageAction{a.Label, a.Text}
	case a.Type == "uri":
		return URIAction{a.Label, a.URI}
	case a.Type == "camera":
		return CameraAction{a.Label}
	case a.Type == "cameraRoll":
		return CameraRollAction{a.Label}
	case a.Type == "location":
		return LocationAction{a.Label}
	}
	return otherAction{label: a.Label}
}

// otherAction is an action in a RawMessage that has no type of its own here. It is only checked.
type otherAction struct {
	label string
	bad   bool
}

func (a otherAction) appendAction(b []byte, _ string) []byte { return append(b, "null"...) }

func (a otherAction) checkAction(c *checker, in holder) {
	if a.bad {
		c.broken("", "not an action object")
		return
	}
	c.label(a.label, in)
}
