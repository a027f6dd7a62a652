package storetest

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/kaiwa-go/kaiwa/session"
)

// The model is the contract of one session, written down a second time and as plainly as it goes.
// It looks at what the store answered, says what is wrong with it, and then does to itself what the
// store must have done to the session. It does not guess what a store should answer where the
// contract leaves a choice: then it takes the store's answer.
//
// For example, Begin of e1 answered "Run, attempt 2". The model looks whether the lease was free at the
// time that the answer tells, whether e1 is the head, and whether it had one attempt so far. If
// not, the verdict says what was wanted. If so, the model notes the new holder and the second attempt.

// span is a time in milliseconds. Its two ends differ where a call does not tell when it took effect:
// Release, for example, was somewhere between the time before the call and the time after it. If the
// clock showed 100 before and 103 after, a delay of 20 ms ends between 120 and 123.
type span struct{ lo, hi int64 }

// at is a time that is known to the millisecond.
func at(ms int64) span { return span{ms, ms} }

// plus is the time so many milliseconds later.
func (s span) plus(ms int64) span { return span{s.lo + ms, s.hi + ms} }

// or is one of two times, nobody knows which: that of a call or that of its repetition. A store may count
// a lease from either.
func (s span) or(o span) span { return span{min(s.lo, o.lo), max(s.hi, o.hi)} }

// modelOutput is an output that waits to be delivered.
type modelOutput struct {
	seq  session.Seq
	body string
}

// modelLetter is a dead letter: of an event, or of an output, whose seq is zero for an event.
type modelLetter struct {
	event    session.Event
	output   modelOutput
	attempts int
	why      string
}

// model is what one session must be like.
//
// The lease is in one of three states, as the contract has it:
//
//	free     token is zero, notBefore is past      whoever comes may take it
//	held     token is set                          others may take it once until is past
//	resting  token is zero, notBefore is to come   a release had a delay
type model struct {
	rev      uint32          // how often the session was committed
	state    string          // what the last commit wrote
	due      int64           // the timer; 0 for none
	accepted map[string]bool // the ids of all events that were accepted
	waiting  []session.Event // behind the head, in the order of their turns
	head     *session.Event  // the event whose turn runs, or that was begun; nil for none
	attempts int             // turns that were begun for the head, or for the timer
	crashed  bool            // one of them ended without a word

	token     session.LeaseToken // who holds the lease
	until     span               // when others may take it
	notBefore span               // when a turn may begin
	claimed   span               // when a claim is over: until then Due may leave the session out
	last      session.LeaseToken // of the last commit
	released  session.LeaseToken // of the last release

	outs     []modelOutput // the outbox
	delivery span          // when the delivery lease is over
	courier  [4]byte       // the process that has it
	retried  bool          // an earlier holder of it may have sent some of the outputs

	letters   []modelLetter   // the oldest first
	forgotten bool            // there was a Forget
	forgot    span            // when the last one was
	gone      map[string]bool // ids of events that were accepted before it

	// unsure is set when it depends on the order of two close times what must be answered, and
	// the model cannot know it. The sequence is then given up: it proves nothing.
	unsure bool
}

// newModel is a session that was never used.
func newModel() *model {
	return &model{accepted: map[string]bool{}, gone: map[string]bool{}}
}

// passed says whether the time t is over at now. If the two spans overlap, nobody knows: the model is
// unsure from then on. Example: t is 120 to 123. At 119 it is not over, at 123 it is over, and at 121
// the model is unsure.
func (m *model) passed(t, now span) bool {
	if now.lo < t.hi && now.hi >= t.lo {
		m.unsure = true
	}
	return now.lo >= t.hi
}

// holds says whether the lease is the token's, be it over or not.
func (m *model) holds(t session.LeaseToken) bool { return m.token == t && t != session.LeaseToken{} }

// leased says whether somebody holds the lease, and nobody else may take it yet.
func (m *model) leased(now span) bool {
	return m.token != session.LeaseToken{} && !m.passed(m.until, now)
}

// mail says whether an event is there that was not run to its end.
func (m *model) mail() bool { return m.head != nil || len(m.waiting) > 0 }

// waits says whether the event of that id is one of those.
func (m *model) waits(id string) bool {
	return m.head != nil && m.head.ID == id ||
		slices.ContainsFunc(m.waiting, func(e session.Event) bool { return e.ID == id })
}

// timer says whether the timer is due.
func (m *model) timer(now span) bool { return m.due != 0 && m.passed(at(m.due), now) }

// free says whether a turn may begin: nobody holds the lease, and the delay of a release is over.
func (m *model) free(now span) bool { return !m.leased(now) && m.passed(m.notBefore, now) }

// busy says whether Begin without an event has something to do.
func (m *model) busy(now span) bool {
	return len(m.outs) > 0 && m.passed(m.delivery, now) ||
		(m.mail() || m.due != 0) && m.free(now) && (m.mail() || m.timer(now))
}

// accept puts an event where it belongs among those that wait: by time, and behind those of the same time.
func (m *model) accept(e session.Event) {
	m.accepted[e.ID] = true
	m.waiting = append(m.waiting, e)
	slices.SortStableFunc(m.waiting, func(a, b session.Event) int { return a.Time.Compare(b.Time) })
}

// next makes the oldest event the head if there is none, and says whether it did: the attempts of the
// new head begin at 0 then.
func (m *model) next() bool {
	if m.head != nil || len(m.waiting) == 0 {
		return false
	}
	e := m.waiting[0]
	m.head, m.waiting = &e, m.waiting[1:]
	return true
}

// headID is the id of the event that runs or comes next; empty if there is none.
func (m *model) headID() string {
	if m.head == nil {
		return ""
	}
	return m.head.ID
}

// headBody is the body of that event.
func (m *model) headBody() string {
	if m.head == nil {
		return ""
	}
	return string(m.head.Body)
}

// left returns the outputs that remain when those up to done were delivered.
func (m *model) left(done session.Seq) []modelOutput {
	outs := slices.Clone(m.outs)
	return slices.DeleteFunc(outs, func(o modelOutput) bool { return o.seq <= done })
}

// verdict is what is wrong with an answer, in words; empty if nothing is. It is not an error, because the
// game goes on with it: shrink looks for a shorter sequence that is wrong too.
type verdict string

// want compares two values.
func want[T comparable](what string, want, got T) verdict {
	if want == got {
		return ""
	}
	return verdict(fmt.Sprintf("want %s %s, got %s", what, show(want), show(got)))
}

// first returns the first verdict that is not empty.
func first(all ...verdict) verdict { return cmp.Or(all...) }

// wantOutputs compares outputs by their numbers and bodies.
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
