package flow

import (
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/kaiwa-go/kaiwa/transport"
)

// atom is the smallest set of events that triggers are compared by: one word, one kind, one
// picker. A trigger is the union of its atoms.
type atom struct {
	form form
	key  string // the kind's or picker's name
	word string // the text, data, prefix, pattern or label; empty in a picker's: whatever the data
}

func (t Trigger) atoms() []atom {
	switch t.form {
	case formKinds, formAny, formAlways:
		var as []atom
		for k := range transport.KindTimer {
			if t.kinds>>k&1 == 1 {
				as = append(as, atom{form: formKinds, key: k.String()})
			}
		}
		return as
	case formTextLike:
		if t.like != nil && matchesAll(t.like.String()) {
			return []atom{{form: formKinds, key: transport.KindText.String()}}
		}
		return []atom{{form: t.form, word: t.label}}
	case formMatch:
		return []atom{{form: t.form, word: t.label}}
	case formPicker:
		if len(t.words) == 0 {
			return []atom{{form: t.form, key: t.picker}}
		}
	}
	as := make([]atom, len(t.words))
	for i, w := range t.words {
		as[i] = atom{form: t.form, key: t.picker, word: w}
	}
	return as
}

// matchesAll reports whether a pattern certainly matches every text: it matches nothing at the beginning of
// any. Example: ".*".
func matchesAll(pattern string) bool {
	re, err := syntax.Parse(pattern, syntax.Perl)
	return err == nil && matchesEmpty(re)
}

func matchesEmpty(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpStar, syntax.OpQuest, syntax.OpBeginLine, syntax.OpBeginText:
		return true
	case syntax.OpPlus, syntax.OpCapture:
		return matchesEmpty(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min == 0 || matchesEmpty(re.Sub[0])
	case syntax.OpConcat:
		return !slices.ContainsFunc(re.Sub, func(re *syntax.Regexp) bool { return !matchesEmpty(re) })
	case syntax.OpAlternate:
		return slices.ContainsFunc(re.Sub, matchesEmpty)
	default:
		return false
	}
}

// same reports whether two triggers answer to the same events, as far as can be known.
func (t Trigger) same(u Trigger) bool {
	a, b := t.atoms(), u.atoms()
	in := func(as []atom) func(atom) bool {
		return func(x atom) bool { return !slices.Contains(as, x) }
	}
	return t.reach == u.reach && !slices.ContainsFunc(a, in(b)) && !slices.ContainsFunc(b, in(a))
}

// farther reports whether the trigger answers to taps on all buttons that u answers to.
func (t *Trigger) farther(u *Trigger) bool { return t.reach&u.reach == u.reach }

// Clashes reports whether both triggers answer to some event with the same Rank. Then nothing but
// the order would decide which of them takes the event. Which events a pattern or a Match function
// answers to cannot be known: two patterns clash if their text is the same, two Match triggers if
// their label is.
func (t Trigger) Clashes(u Trigger) bool {
	as := u.atoms()
	return t.rank() == u.rank() &&
		slices.ContainsFunc(t.atoms(), func(a atom) bool { return slices.Contains(as, a) })
}

// covers reports whether every event of b is one of a.
func (a atom) covers(b atom) bool {
	switch a.form {
	case formKinds:
		return a.key == b.kind()
	case formPostback:
		return (b.form == formPostback || b.form == formPicker) && b.word == a.word
	case formPrefix:
		return b.kind() == transport.KindPostback.String() && b.form != formKinds && strings.HasPrefix(b.word, a.word)
	case formPicker:
		return b.form == formPicker && b.key == a.key && (a.word == "" || a.word == b.word)
	default:
		return a == b
	}
}

// kind returns the name of the one kind that all events of the atom have, or nothing.
func (a atom) kind() string {
	switch a.form {
	case formKinds:
		return a.key
	case formText, formTextLike:
		return transport.KindText.String()
	case formPostback, formPrefix, formPicker:
		return transport.KindPostback.String()
	case formSignal:
		return transport.KindSignal.String()
	default:
		return ""
	}
}
