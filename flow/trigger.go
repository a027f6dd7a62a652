package flow

import (
	"regexp"
	"strings"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Trigger says which events a transition answers to. Make one with Text, Postback, Any and the
// like; the zero Trigger is a fault. A Trigger is an immutable value.
type Trigger struct {
	form   form
	words  []string // texts, as Fold returns them, postback data, or the name of a signal, by form
	typed  []string // the texts as they were declared
	kinds  uint64   // set of the kinds of events that it may answer to, by bit
	picker string   // the key of the picked value in a postback's Params
	label  string   // what String returns
	match  func(*transport.Event) bool
	like   *regexp.Regexp
	events []transport.Event // examples of what match answers to
	reach  reach
	fault  string // what Build reports
}

// reach says which buttons a trigger answers to besides those of the present step.
type reach uint8

const (
	reachEarlier  reach = 1 << iota // those of earlier steps of the conversation: Lasting
	reachAnywhere                   // those of no step: FromAnywhere
)

type form uint8

const (
	formNone form = iota
	formText
	formTextLike
	formPostback
	formPrefix
	formPicker
	formKinds
	formAny
	formMatch
	formSignal
	formAlways
)

// Text triggers on a text message that is one of words. Words are compared as Fold returns them:
// Text("cancel") answers to "Cancel!" and to "ｃａｎｃｅｌ". Without words it triggers on any text message.
func Text(words ...string) Trigger {
	if len(words) == 0 {
		return Kind(transport.KindText)
	}
	t := Trigger{form: formText, kinds: 1 << transport.KindText, typed: words, label: "text " + quoted(words)}
	for _, w := range words {
		w = Fold(w)
		if w == "" {
			t.fault = "Text has an empty word"
		}
		t.words = append(t.words, w)
	}
	return t
}

// TextLike triggers on a text message that the pattern matches somewhere. The pattern is tried
// on the text as it was sent.
func TextLike(pattern *regexp.Regexp) Trigger {
	t := Trigger{form: formTextLike, kinds: 1 << transport.KindText, like: pattern}
	if pattern == nil {
		t.label, t.fault = "text like nil", "TextLike has a nil pattern"
		return t
	}
	t.label = "text like /" + pattern.String() + "/"
	return t
}

// Postback triggers on a postback whose data is one of data, to the byte. Without data it
// triggers on any postback, those of pickers included.
func Postback(data ...string) Trigger {
	if len(data) == 0 {
		return Kind(transport.KindPostback)
	}
	t := Trigger{form: formPostback, kinds: 1 << transport.KindPostback, words: data, label: "postback " + quoted(data)}
	return t.checkData("Postback")
}

// PostbackPrefix triggers on a postback whose data begins with prefix.
func PostbackPrefix(prefix string) Trigger {
	t := Trigger{form: formPrefix, kinds: 1 << transport.KindPostback, words: []string{prefix}, label: "postback " + quote(prefix+"…")}
	return t.checkData("PostbackPrefix")
}

// Date triggers on a date that was picked, whatever the picker's data or one of data.
func Date(data ...string) Trigger { return pickerTrigger("Date", "date", data) }

// Time triggers on a time of day that was picked, whatever the picker's data or one of data.
func Time(data ...string) Trigger { return pickerTrigger("Time", "time", data) }

// DateTime triggers on a date with time that was picked, whatever the picker's data or one of
// data.
func DateTime(data ...string) Trigger { return pickerTrigger("DateTime", "datetime", data) }

func pickerTrigger(name, param string, data []string) Trigger {
	t := Trigger{form: formPicker, kinds: 1 << transport.KindPostback, picker: param, words: data, label: param}
	if len(data) > 0 {
		t.label += " " + quoted(data)
	}
	return t.checkData(name)
}

// Any triggers on any message and any postback of a user. It is tried last.
func Any() Trigger {
	t := Trigger{form: formAny, kinds: 1 << transport.KindPostback, label: "any"}
	for k := range transport.KindTimer {
		if k.IsMessage() {
			t.kinds |= 1 << k
		}
	}
	return t
}

// Always triggers on whatever Any triggers on, and is tried among the exact words: with a guard it catches those
// who are not where they should be. Example: a build adds a question that must be answered. Those who had passed
// its place when the build came are led back to it, whatever they say next:
//
//	b.In("confirm", "pay").On(flow.Always()).When("no phone yet", noPhone).Call("ask_phone")
//
// What the state declares before it goes before it, such as On(Text("cancel")); what InAny declares comes after.
// A start has no Always.
func Always() Trigger {
	t := Any()
	t.form, t.label = formAlways, "always"
	return t
}

// Match triggers on events for which match is true. The label says in a few words which ones;
// it is shown in diagrams and errors, and tells two Match triggers apart. The function must be
// pure and safe for concurrent use. The examples are events that it answers to, for tools that walk
// through a flow; Build reports an example that it does not answer to.
func Match(label string, match func(*transport.Event) bool, examples ...transport.Event) Trigger {
	t := Trigger{form: formMatch, kinds: ^uint64(1 << transport.KindSignal), match: match, label: label, events: examples}
	switch {
	case strings.TrimSpace(label) == "":
		t.fault = "Match has no label"
	case match == nil:
		t.fault = "Match has a nil function"
	}
	return t
}

// Signal triggers on a signal of this name, which the program gives by bot.Bot.Signal: a payment that came in,
// a word of the people at a desk. Nothing that a user or a platform sends can make one, and no other trigger
// takes one. Turn.Payload reads what it brings. The name is stored: snake_case, as those of states.
func Signal(name string) Trigger {
	t := Trigger{form: formSignal, kinds: 1 << transport.KindSignal, words: []string{name}, label: "signal " + name}
	if f := nameFault(name); f != "" {
		t.fault = "the signal's name " + quote(name) + " " + f
	}
	return t
}

// FromAnywhere returns a copy of the trigger that also answers to taps on buttons which belong to no
// step of a conversation: those of rich menus, of reminders, of the last message of a flow, of other
// programs. Without it such a tap only starts flows, so that a button "Coming" under the reminder of
// yesterday's booking never confirms the booking of today. Anybody who can send the bot a postback can
// send one of no step: do not take it as a proof.
func (t Trigger) FromAnywhere() Trigger {
	t.reach |= reachAnywhere
	return t
}

// Lasting returns a copy of the trigger that also answers to taps on buttons which earlier steps of the
// same conversation showed: those of a menu of dishes, for example, to which the user scrolls back. Without
// it the present question is asked again.
func (t Trigger) Lasting() Trigger {
	t.reach |= reachEarlier
	return t
}

// String returns the trigger in words, such as `text "book"` or `postback "yes", "no"`.
func (t Trigger) String() string {
	if t.label == "" {
		return "empty trigger"
	}
	return t.label
}

// rank is how early the trigger is tried.
func (t Trigger) rank() Rank {
	switch {
	case t.form == formAny:
		return RankAny
	case t.form == formText, t.form == formPostback, t.form == formPicker && len(t.words) > 0, t.form == formSignal,
		t.form == formAlways:
		return RankExact
	case t.form == formTextLike, t.form == formPrefix, t.form == formMatch:
		return RankPattern
	default:
		return RankKind
	}
}

func (t Trigger) checkData(name string) Trigger {
	for _, d := range t.words {
		if d == "" {
			t.fault = name + " has empty data"
		}
	}
	return t
}

func quoted(words []string) string {
	q := make([]string, len(words))
	for i, w := range words {
		q[i] = quote(w)
	}
	return strings.Join(q, ", ")
}

// quote does not escape what is not ASCII: labels are read by people.
func quote(s string) string {
	return `"` + strings.NewReplacer(`"`, `\"`, "\n", `\n`, "\r", `\r`).Replace(s) + `"`
}
