package flowtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

// message is a message object of LINE, as far as a transcript shows it.
type message struct {
	Type      string          `json:"type"`
	Text      string          `json:"text"`
	AltText   string          `json:"altText"`
	PackageID string          `json:"packageId"`
	StickerID string          `json:"stickerId"`
	Template  *template       `json:"template"`
	Contents  json.RawMessage `json:"contents"`
	Quick     struct {
		Items []struct {
			Action action `json:"action"`
		} `json:"items"`
	} `json:"quickReply"`
}

type template struct {
	Title   string     `json:"title"`
	Text    string     `json:"text"`
	Actions []action   `json:"actions"`
	Action  *action    `json:"action"`
	Columns []template `json:"columns"`
}

// action is what a button does.
type action struct {
	Type  string `json:"type"`
	Label string `json:"label"`
	Text  string `json:"text"`
	Data  string `json:"data"`
	Mode  string `json:"mode"`
	Min   string `json:"min"`
	Max   string `json:"max"`
}

// String returns the message as a transcript shows it: its text, then its buttons.
func (m message) String() string {
	var lines []string
	switch {
	case m.Template != nil:
		lines = m.Template.lines()
	case m.Type == "text":
		lines = []string{m.Text}
	case m.Type == "sticker":
		lines = []string{fmt.Sprintf("(sticker %s/%s)", m.PackageID, m.StickerID)}
	case m.Type == "flex":
		lines = append([]string{m.AltText}, labels(flexActions(m.Contents))...)
	default:
		lines = []string{"(" + m.Type + ")"}
	}
	var quick []action
	for _, item := range m.Quick.Items {
		quick = append(quick, item.Action)
	}
	return strings.Join(append(lines, labels(quick)...), "\n")
}

func (t *template) lines() []string {
	var lines []string
	for _, s := range []string{t.Title, t.Text} {
		if s != "" {
			lines = append(lines, s)
		}
	}
	lines = append(lines, labels(t.own())...)
	for i := range t.Columns {
		lines = append(lines, t.Columns[i].lines()...)
	}
	return lines
}

func (t *template) own() []action {
	if t.Action != nil {
		return append(t.Actions[:len(t.Actions):len(t.Actions)], *t.Action)
	}
	return t.Actions
}

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

// actions returns what can be tapped in the message.
func (m message) actions() []action {
	var all []action
	if m.Template != nil {
		all = append(all, m.Template.own()...)
		for i := range m.Template.Columns {
			all = append(all, m.Template.Columns[i].own()...)
		}
	}
	all = append(all, flexActions(m.Contents)...)
	for _, item := range m.Quick.Items {
		all = append(all, item.Action)
	}
	return all
}

// flexActions returns the actions anywhere in a flex container, in the order they stand.
func flexActions(raw json.RawMessage) []action {
	var node struct {
		Action   *action         `json:"action"`
		Contents json.RawMessage `json:"contents"`
		Header   json.RawMessage `json:"header"`
		Hero     json.RawMessage `json:"hero"`
		Body     json.RawMessage `json:"body"`
		Footer   json.RawMessage `json:"footer"`
	}
	if len(raw) == 0 {
		return nil
	}
	if raw[0] == '[' {
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) != nil {
			return nil
		}
		var all []action
		for _, r := range list {
			all = append(all, flexActions(r)...)
		}
		return all
	}
	if json.Unmarshal(raw, &node) != nil {
		return nil
	}
	var all []action
	for _, part := range []json.RawMessage{node.Header, node.Hero, node.Body, node.Contents, node.Footer} {
		all = append(all, flexActions(part)...)
	}
	if node.Action != nil {
		all = append(all, *node.Action)
	}
	return all
}

// event returns what a tap makes happen; value is what the user picks.
func (a action) event(value string) (transport.Event, error) {
	e := transport.Event{Kind: transport.KindPostback, Type: "postback"}
	e.Postback.Data, e.Postback.Mark = transport.Unmark(a.Data)
	if value != "" && a.Type != "datetimepicker" {
		return e, errors.New("it is no picker, and takes no value")
	}
	switch a.Type {
	case "message":
		return transport.Event{Kind: transport.KindText, Type: "message", Text: a.Text}, nil
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
	default:
		return e, errors.New("its action sends nothing to the bot: " + a.Type)
	}
}
