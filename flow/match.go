package flow

import (
	"slices"
	"strings"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Tap says which button an event is a tap on.
type Tap uint8

const (
	// TapLive is a button of the present step. It is also what an event has that is no tap.
	TapLive Tap = iota
	// TapEarlier is a button of an earlier step of the same conversation.
	TapEarlier
	// TapLoose is a button of no step: of a rich menu, of a reminder, of another program.
	TapLoose
)

// reaches reports whether the trigger answers to such taps.
func (t *Trigger) reaches(tap Tap) bool {
	switch tap {
	case TapEarlier:
		return t.reach&reachEarlier != 0
	case TapLoose:
		return t.reach&reachAnywhere != 0
	default:
		return true
	}
}

// reading is an event that triggers are tried on. It folds the text of the event once.
type reading struct {
	*transport.Event
	folded string
	known  bool
}

func (r *reading) word() string {
	if !r.known {
		r.folded, r.known = Fold(spoken(r.Event)), true
	}
	return r.folded
}

// matches reports whether the trigger answers to e. Patterns and functions are tried only once
// the kind of the event is right.
func (t *Trigger) matches(e *reading) bool {
	return t.kinds>>e.Kind&1 == 1 && t.fits(e)
}

// fits reports whether the trigger answers to e, which is of a right kind.
func (t *Trigger) fits(e *reading) bool {
	switch t.form {
	case formText:
		return slices.Contains(t.words, e.word())
	case formTextLike:
		return t.like.MatchString(e.Text)
	case formPostback:
		return slices.Contains(t.words, e.Postback.Data)
	case formPrefix:
		return strings.HasPrefix(e.Postback.Data, t.words[0])
	case formPicker:
		_, ok := e.Postback.Params[t.picker]
		return ok && (len(t.words) == 0 || slices.Contains(t.words, e.Postback.Data))
	case formSignal:
		return t.words[0] == e.Signal
	case formMatch:
		return t.match(e.Event)
	default:
		return true
	}
}

// matchesSafely is matches for a trigger whose function may panic: that counts as no match.
func (t *Trigger) matchesSafely(e *reading) (ok bool) {
	if t.form == formMatch {
		defer func() {
			if recover() != nil {
				ok = false
			}
		}()
	}
	return t.matches(e)
}
