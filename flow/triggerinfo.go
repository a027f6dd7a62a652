package flow

import (
	"slices"

	"github.com/kaiwa-go/kaiwa/transport"
)

// TriggerInfo is a trigger as data, for tools: coverage, explorers, documentation. Each field is empty
// where the trigger does not have it.
type TriggerInfo struct {
	// Kinds are the kinds of events that the trigger answers to; none for Match.
	Kinds []transport.Kind
	// Words are the texts of Text, as they were declared.
	Words []string
	// Data are those of Postback and of a picker, and Prefix is that of PostbackPrefix.
	Data   []string
	Prefix string
	// Picker is "date", "time" or "datetime".
	Picker string
	// Pattern is the regular expression of TextLike.
	Pattern string
	// Signal is the name of Signal.
	Signal string
	// Examples are those of Match.
	Examples []transport.Event
	// FromAnywhere and Lasting say which buttons count: see the methods of Trigger.
	FromAnywhere, Lasting bool
}

// Info returns the trigger as data.
func (t Trigger) Info() TriggerInfo {
	i := TriggerInfo{
		Words:        slices.Clone(t.typed),
		Picker:       t.picker,
		Examples:     slices.Clone(t.events),
		FromAnywhere: t.reach&reachAnywhere != 0,
		Lasting:      t.reach&reachEarlier != 0,
	}
	switch t.form {
	case formMatch:
		return i
	case formTextLike:
		if t.like != nil {
			i.Pattern = t.like.String()
		}
	case formPostback, formPicker:
		i.Data = slices.Clone(t.words)
	case formPrefix:
		i.Prefix = t.words[0]
	case formSignal:
		i.Signal = t.words[0]
	}
	for k := range transport.KindSignal + 1 {
		if t.kinds>>k&1 == 1 {
			i.Kinds = append(i.Kinds, k)
		}
	}
	return i
}

// checkExamples says which example the function of Match does not answer to, or nothing.
func (t *Trigger) checkExamples() string {
	if t.form != formMatch || t.match == nil {
		return ""
	}
	for i := range t.events {
		if !t.matchesSafely(&reading{Event: &t.events[i]}) {
			return "the function of Match does not answer to its example " + t.events[i].Kind.String()
		}
	}
	return ""
}
