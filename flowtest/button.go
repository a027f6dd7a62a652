package flowtest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

// action is what a button does.
type action struct {
	Type        string `json:"type"`
	Label       string `json:"label"`
	Text        string `json:"text"`
	DisplayText string `json:"displayText"`
	Data        string `json:"data"`
	Mode        string `json:"mode"`
	Min         string `json:"min"`
	Max         string `json:"max"`

	quick bool // it is a quick reply
}

// labels returns a line with the labels of the buttons, or no line if there are none.
func labels(actions []action) []string {
	var s []string
	for _, a := range actions {
		s = append(s, "["+a.Label+"]")
	}
	if s == nil {
		return nil
	}
	return []string{strings.Join(s, " ")}
}

// event returns what a tap makes happen; value is what the user picks.
func (a action) event(value string) (transport.Event, error) {
	e := transport.Event{Kind: transport.KindPostback}
	e.Postback.Data, e.Postback.Mark = transport.Unmark(a.Data)
	if value != "" && a.Type != "datetimepicker" {
		return e, errors.New("it is no picker, and takes no value")
	}
	switch a.Type {
	case "message":
		return transport.Event{Kind: transport.KindText, Text: a.Text}, nil
	case "postback":
		return e, nil
	case "datetimepicker":
		layout := map[string]string{"date": "2006-01-02", "time": "15:04", "datetime": "2006-01-02T15:04"}[a.Mode]
		if _, err := time.Parse(layout, value); err != nil {
			return e, fmt.Errorf("a %s is to be picked, such as %s", a.Mode, layout)
		}
		if value < a.Min || a.Max != "" && value > a.Max {
			return e, fmt.Errorf("it does not offer %s: from %q to %q", value, a.Min, a.Max)
		}
		e.Postback.Params = map[string]string{a.Mode: value}
		return e, nil
	case "location":
		return e, errors.New("it opens the map: write what the user shares there, such as > (location)")
	case "camera", "cameraRoll":
		return e, errors.New("it opens the camera or the album: write what the user sends, such as > (image)")
	default:
		return e, errors.New("its action sends nothing to the bot: " + a.Type)
	}
}

// bubble says that a tap shows a message of the user in the chat.
func (a action) bubble() bool { return a.Text != "" || a.DisplayText != "" }
