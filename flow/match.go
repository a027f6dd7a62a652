package flow

import (
	"slices"
	"strings"

	"github.com/kaiwa-go/kaiwa/transport"
)

// matches reports whether the trigger answers to e. Patterns and functions are tried only once
// the kind of the event is right.
func (t *Trigger) matches(e *transport.Event) bool {
	switch t.form {
	case formKinds, formAny:
		return t.kinds>>e.Kind&1 == 1
	case formText:
		return e.Kind == transport.KindText && t.hasWord(strings.TrimSpace(e.Text))
	case formTextLike:
		return e.Kind == transport.KindText && t.like.MatchString(e.Text)
	case formPostback:
		return e.Kind == transport.KindPostback && slices.Contains(t.words, e.Postback.Data)
	case formPrefix:
		return e.Kind == transport.KindPostback && strings.HasPrefix(e.Postback.Data, t.words[0])
	case formPicker:
		return t.picked(e)
	default:
		return t.match(e)
	}
}

func (t *Trigger) hasWord(text string) bool {
	for _, w := range t.words {
		if strings.EqualFold(w, text) {
			return true
		}
	}
	return false
}

func (t *Trigger) picked(e *transport.Event) bool {
	if e.Kind != transport.KindPostback {
		return false
	}
	_, ok := e.Postback.Params[t.picker]
	return ok && (len(t.words) == 0 || slices.Contains(t.words, e.Postback.Data))
}
