package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kaiwa-go/kaiwa/session"
)

// The model is the contract of one session written down a second time, as plainly as it goes.
// It looks at what a store answered, says what is wrong with it, and follows.

// span is a time in milliseconds, of which the two ends may differ where a call does not tell
// when it took effect.
type span struct{ lo, hi int64 }

func at(ms int64) span { return span{ms, ms} }

func (s span) plus(ms int64) span { return span{s.lo + ms, s.hi + ms} }

func (s span) or(o span) span { return span{min(s.lo, o.lo), max(s.hi, o.hi)} }

type modelOutput struct {
	seq  session.Seq
	body string
}

type modelLetter struct {
	event    session.Event
	output   modelOutput
	attempts int
	why      string
}

type model struct {
	rev      uint32
	state    string
	due      int64
	accepted map[string]bool
	waiting  []session.Event
	head     *session.Event
	attempts int
	crashed  bool

	token     session.LeaseToken
	until     span
	notBefore span
	last      session.LeaseToken // of the last commit
	released  session.LeaseToken // of the last release

	outs []modelOutput
	lane span

	letters   []modelLetter
	forgotten bool
	forgot    span            // when it was forgotten last
	gone      map[string]bool // events that were accepted before that

	// unsure is set when an answer depends on which of two close times came first. The
	// sequence is then given up.
	unsure bool
}

func newModel() *model {
	return &model{accepted: map[string]bool{}, gone: map[string]bool{}}
}

// passed says whether t is over at now.
func (m *model) passed(t, now span) bool {
	if now.lo < t.hi && now.hi >= t.lo {
		m.unsure = true
	}
	return now.lo >= t.hi
}

func (m *model) holds(t session.LeaseToken) bool { return m.token == t && t != session.LeaseToken{} }

func (m *model) leased(now span) bool {
	return m.token != session.LeaseToken{} && !m.passed(m.until, now)
}

func (m *model) mail() bool { return m.head != nil || len(m.waiting) > 0 }

func (m *model) waits(id string) bool {
	return m.head != nil && m.head.ID == id ||
		slices.ContainsFunc(m.waiting, func(e session.Event) bool { return e.ID == id })
}

func (m *model) timer(now span) bool { return m.due != 0 && m.passed(at(m.due), now) }

func (m *model) free(now span) bool { return !m.leased(now) && m.passed(m.notBefore, now) }

// busy says whether Begin without an event has something to do.
func (m *model) busy(now span) bool {
	return len(m.outs) > 0 && m.passed(m.lane, now) ||
		(m.mail() || m.due != 0) && m.free(now) && (m.mail() || m.timer(now))
}

func (m *model) accept(e session.Event) {
	m.accepted[e.ID] = true
	m.waiting = append(m.waiting, e)
	slices.SortFunc(m.waiting, func(a, b session.Event) int {
		return cmp.Or(a.Time.Compare(b.Time), strings.Compare(a.ID, b.ID))
	})
}

// next makes the oldest event the head if there is none.
func (m *model) next() bool {
	if m.head != nil || len(m.waiting) == 0 {
		return false
	}
	e := m.waiting[0]
	m.head, m.waiting = &e, m.waiting[1:]
	return true
}

func (m *model) headID() string {
	if m.head == nil {
		return ""
	}
	return m.head.ID
}

func (m *model) headBody() string {
	if m.head == nil {
		return ""
	}
	return string(m.head.Body)
}

func (m *model) left(done session.Seq) []modelOutput {
	outs := slices.Clone(m.outs)
	return slices.DeleteFunc(outs, func(o modelOutput) bool { return o.seq <= done })
}

// verdict is what is wrong with an answer; empty if nothing is.
type verdict string

func want[T comparable](what string, want, got T) verdict {
	if want == got {
		return ""
	}
	return verdict(fmt.Sprintf("want %s %s, got %s", what, show(want), show(got)))
}

func first(all ...verdict) verdict { return cmp.Or(all...) }

func wantOutputs(want []modelOutput, got []session.Output) verdict {
	list := make([]modelOutput, 0, len(got))
	for _, o := range got {
		list = append(list, modelOutput{o.Seq, string(o.Body)})
	}
	if slices.Equal(want, list) {
		return ""
	}
	return verdict(fmt.Sprintf("want outputs %v, got %v", want, list))
}
