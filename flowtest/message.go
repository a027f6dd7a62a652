package flowtest

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
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

	id     string    // for a quote
	at     time.Time // when it came
	events int       // how many events the user had made happen by then
	menu   bool      // it is the switch of a menu, and no message: see menuSwitch
}

type template struct {
	Title   string     `json:"title"`
	Text    string     `json:"text"`
	Actions []action   `json:"actions"`
	Action  *action    `json:"action"`
	Columns []template `json:"columns"`
}

// menuSwitch is what a transcript shows of the switch of a menu, as if it were a type of message.
func menuSwitch(name string) message {
	if name == "" {
		return message{Type: "default menu", menu: true}
	}
	return message{Type: "menu " + name, menu: true}
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
	return strings.Join(append(lines, labels(m.quickReplies())...), "\n")
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

// buttons returns the actions in the message itself, which stay for ever.
func (m message) buttons() []action {
	var all []action
	if m.Template != nil {
		all = append(all, m.Template.own()...)
		for i := range m.Template.Columns {
			all = append(all, m.Template.Columns[i].own()...)
		}
	}
	return append(all, flexActions(m.Contents)...)
}

// quickReplies returns the actions below the message.
func (m message) quickReplies() []action {
	var all []action
	for _, item := range m.Quick.Items {
		item.Action.quick = true
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
