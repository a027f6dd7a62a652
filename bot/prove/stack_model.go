package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

// stackModel is what a user's conversations must be after the turns whose messages the user has seen. Turns are
// told apart by their ids; those of events come in the order of the events, and timers come in between.
type stackModel struct {
	c       *tally
	lastEnd func(time.Time) time.Time
	events  []*event

	signals map[string]*given // by the id of their turn

	stack     []*talk          // the active conversation first
	left      *talk            // the conversation that ended last
	reminders map[string]int64 // by conversation: when they are due
	next      int              // the event that is answered next
	turns     map[string]bool  // that were seen

	turn    string        // whose messages come
	want    []word        // what it still has to say
	deepest int           // how many conversations there were at once
	ended   int           // conversations that the bound has ended
	more    int           // times that a state was entered which the first build does not know
	begun   int           // conversations of a flow that it does not know
	behind  int           // turns of suspended conversations
	taken   [maxTalks]int // signals, by the place of the conversation that took them
	raised  int           // suspended conversations that a tap brought back
	rolls   bool          // builds that cannot read all run beside others
	below   int           // messages that the conversation below has to say, as the one above it ended
	entry   bool          // and whether it was to enter its state
	owed    int           // questions that were put off to the next event
	aside   []*talk       // conversations that the build could not read
	mayAsk  bool          // the turn may ask the question of the active conversation
	broken  *string       // what went wrong first; the rest cannot be followed
}

// maxTalks is how many conversations a session may have.
const maxTalks = 8

// talk is a conversation.
type talk struct {
	conv, flow, state string
	n                 int
	hash              string
	due               int64
	button            string // the data of the button that counts; empty if it was not shown yet
	chars             string // by which the marks of its buttons name the conversation
	idle              int64  // since when its idle time runs, at least; 0 if it does not
	entry             bool   // it moved while it was suspended, and has to enter its state
}

func newStackModel(c *tally, events []*event, signals []*given, lastEnd func(time.Time) time.Time) *stackModel {
	m := &stackModel{
		c: c, lastEnd: lastEnd, events: events, reminders: map[string]int64{}, turns: map[string]bool{}, signals: map[string]*given{},
	}
	for _, g := range signals {
		m.signals[g.turn()] = g
	}
	return m
}

// see follows a message.
func (m *stackModel) see(w *word) {
	if m.broken != nil {
		return
	}
	m.c.messages++
	if w.Turn != m.turn {
		if len(m.want) > 0 && !m.mayOwe() {
			m.fail(&m.c.lost, "lost: %s of turn %s", m.want[0].What, m.turn)
			return
		}
		m.begin(w)
	}
	if m.broken != nil {
		return
	}
	if len(m.want) == 0 && m.mayAsk {
		m.mayAsk = false
		m.ask(w.Now)
	}
	if len(m.want) == 0 {
		m.fail(&m.c.doubled, "doubled or too much: %v", w)
		return
	}
	want := m.want[0]
	m.want = m.want[1:]
	if w.What != want.What || w.Flow != want.Flow || w.Conv != want.Conv && want.Conv != "" {
		m.fail(&m.c.chain, "%v, not %s of %s %s", w, want.What, want.Flow, want.Conv)
		return
	}
	m.check(w)
}

func (m *stackModel) fail(n *int, format string, args ...any) {
	*n++
	text := fmt.Sprintf(format, args...)
	m.broken = &text
	if len(m.c.missing) < 5 {
		m.c.missing = append(m.c.missing, fmt.Sprintf("user %s: %s", m.events[0].user[1:9], text))
	}
}

// talk returns a conversation, or the one that is just ending.
func (m *stackModel) talk(conv string) *talk {
	if i := m.place(conv); i >= 0 {
		return m.stack[i]
	}
	if m.left != nil && m.left.conv == conv {
		return m.left
	}
	return nil
}

func (m *stackModel) place(conv string) int {
	return slices.IndexFunc(m.stack, func(t *talk) bool { return t.conv == conv })
}

// check holds what a message says against its conversation.
func (m *stackModel) check(w *word) {
	t := m.talk(w.Conv)
	switch w.What {
	case saidHello, saidOver, saidLost, saidLater:
		return
	case saidBegin, saidNext, saidDone, saidLate, saidNudge, saidLapse, saidPaid, saidMoved:
		if t == nil || w.N != t.n+1 || w.Before != t.hash {
			m.fail(&m.c.chain, "%v does not follow: %v", w, t)
			return
		}
		t.n, t.hash, t.due = w.N, w.Hash, w.Due
		if w.What == saidBegin && w.Later != 0 {
			m.reminders[w.Conv] = w.Later
		}
	default:
		if t == nil || w.N != t.n || w.Hash != t.hash {
			m.fail(&m.c.chain, "%v is of no run that was committed: %v", w, t)
			return
		}
		if w.What == saidAsk {
			t.button, t.chars = w.button, conversationChars(w.button)
		}
	}
}

// begin finds out which turn a message begins, and what that has to say.
func (m *stackModel) begin(w *word) {
	turn := firstTurn(w.Turn)
	if m.turns[turn] {
		m.fail(&m.c.doubled, "doubled: %v", w)
		return
	}
	m.turn, m.turns[turn], m.below, m.mayAsk = w.Turn, true, 0, false
	if strings.HasPrefix(w.Turn, "timer:") {
		m.timer(w)
		return
	}
	if g := m.signals[turn]; g != nil {
		m.signal(g, w)
		return
	}
	if m.next >= len(m.events) {
		m.fail(&m.c.order, "of no event: %v", w)
		return
	}
	e := m.events[m.next]
	if turn != e.id {
		m.fail(&m.c.lost, "event %d is not answered before %v", e.seq, w)
		return
	}
	m.next++
	m.took(e, w)
	m.event(e, w)
	m.deepest = max(m.deepest, len(m.stack))
}

// firstTurn is the id of the turn of which a replay has the id, such as "a" for "a#r7".
func firstTurn(id string) string {
	first, _, _ := strings.Cut(id, "#")
	return first
}

// took notes how long an event waited.
func (m *stackModel) took(e *event, w *word) {
	v := view{c: m.c, lastEnd: m.lastEnd}
	v.took(e, w.at)
}

// timer is the turn of a timer or a reminder.
func (m *stackModel) timer(w *word) {
	m.c.timers++
	i := m.place(w.Conv)
	if w.What == saidLater {
		due, set := m.reminders[w.Conv]
		m.late(w, due, set)
		delete(m.reminders, w.Conv)
		m.say(w.Conv, w.Flow, saidLater)
		return
	}
	if i < 0 {
		m.fail(&m.c.order, "a timer of no conversation: %v", w)
		return
	}
	t := m.stack[i]
	switch {
	case !strings.Contains(w.Turn, ":after "):
		m.late(w, t.due, t.due != 0)
		if i > 0 {
			m.behind++
		}
		if t.state == "b" {
			m.end(i, saidLate, w.Now)
			return
		}
		t.state, t.button = "b", ""
		m.say(t.conv, t.flow, saidExit, saidLate)
		if t.entry = i > 0; !t.entry {
			m.enter(t)
		}
	case w.What == saidNudge:
		m.late(w, t.idle+nudgeAfter.Milliseconds(), i == 0 && t.idle != 0)
		t.idle = 0
		m.say(t.conv, t.flow, saidNudge)
	default:
		m.late(w, t.idle+lapseAfter.Milliseconds(), i == 0 && t.idle != 0)
		m.end(i, saidLapse, w.Now)
	}
}

// signal is the turn of a signal, which is for the conversation of one flow, wherever that stands.
func (m *stackModel) signal(g *given, w *word) {
	i := slices.IndexFunc(m.stack, func(t *talk) bool { return t.flow == g.flow })
	if i < 0 {
		m.fail(&m.c.order, "a signal of no conversation: %v", w)
		return
	}
	m.taken[i]++
	t := m.stack[i]
	if g.name == saidPaid {
		m.say(t.conv, t.flow, saidPaid)
		return
	}
	m.say(t.conv, t.flow, saidExit, saidMoved)
	t.state, t.button = nextState[t.state], ""
	if t.entry = i > 0; !t.entry {
		m.enter(t)
	}
}

// enter has a conversation enter its state. That of a is its question.
func (m *stackModel) enter(t *talk) {
	if t.state == "b" {
		m.say(t.conv, t.flow, saidEnter)
	}
	m.say(t.conv, t.flow, saidAsk)
	t.entry = false
}

// waiting are the signals that no conversation has taken.
func (m *stackModel) waiting() (all []*given) {
	for turn, g := range m.signals {
		if !m.turns[turn] {
			all = append(all, g)
		}
	}
	return all
}

// late fails if a timer is early, or was not set.
func (m *stackModel) late(w *word, due int64, set bool) {
	switch {
	case !set:
		m.fail(&m.c.order, "a timer that is not set: %v", w)
	case w.at.UnixMilli() < due:
		m.fail(&m.c.early, "at %d, due at %d: %v", w.at.UnixMilli(), due, w)
	}
}

func (m *stackModel) say(conv, flow string, what ...string) {
	for _, s := range what {
		m.want = append(m.want, word{Conv: conv, Flow: flow, What: s})
	}
}

// lose takes the conversation out that the build cannot read. What the event meant to it nobody knows.
func (m *stackModel) lose(e *event, w *word) {
	i := slices.IndexFunc(m.stack, func(t *talk) bool { return t.flow == stackFlow(goneFlow) })
	if i < 0 {
		m.fail(&m.c.order, "no conversation is lost: %v", w)
		return
	}
	m.aside = append(m.aside, m.stack[i])
	m.stack = slices.Delete(m.stack, i, i+1)
	m.say("", "", saidLost)
	switch {
	case e.kind == kindTap:
		m.mayAsk = len(m.stack) > 0
	case strings.HasPrefix(e.kind, "f") && e.kind != stackFlow(goneFlow):
		m.start(e.kind, w)
	default:
		m.hello(w)
	}
}

// replay brings back what was lost: below all others.
func (m *stackModel) replay() {
	m.stack, m.aside = append(m.stack, m.aside...), nil
}

// event is the turn of an event.
func (m *stackModel) event(e *event, w *word) {
	if e.replayed {
		m.replay()
	}
	switch {
	case w.What == saidLost:
		m.lose(e, w)
	case e.kind == kindTap:
		i := slices.IndexFunc(m.stack, func(t *talk) bool { return t.button == e.data })
		switch {
		case i >= 0:
			m.raise(i)
			if i > 0 {
				m.raised++
			}
			m.goOn(w)
		case len(m.stack) == 0:
			m.say("", "", saidOver)
		case m.earlier(e.data) > 0:
			m.raise(m.earlier(e.data))
			m.raised++
			m.ask(w.Now)
		default:
			m.ask(w.Now)
		}
	case w.What == saidHello && m.mayNotKnow(e.kind):
		m.hello(w)
	case e.kind == kindMore && len(m.stack) > 0 && m.stack[0].flow == stackFlow(moreState) && m.stack[0].state != "c":
		m.more++
		m.move(m.stack[0], "c", w)
	case strings.HasPrefix(e.kind, "f"):
		m.start(e.kind, w)
	case e.kind == kindNext && len(m.stack) > 0:
		m.goOn(w)
	case e.kind == kindDone && len(m.stack) > 0 && m.stack[0].state == "b":
		m.end(0, saidDone, w.Now)
	default:
		m.hello(w)
	}
}

// earlier returns which conversation showed a button at an earlier step, or -1 if none did.
func (m *stackModel) earlier(data string) int {
	chars := conversationChars(data)
	return slices.IndexFunc(m.stack, func(t *talk) bool { return chars != "" && t.chars == chars })
}

// conversationChars returns the two characters of a button's mark that name the conversation.
func conversationChars(data string) string {
	_, mark := transport.Unmark(data)
	if len(mark) != transport.MarkLen {
		return ""
	}
	return mark[2:4]
}

// mayNotKnow says whether an earlier build does not know what a user says.
func (m *stackModel) mayNotKnow(kind string) bool {
	return kind == kindMore || m.rolls && (kind == stackFlow(moreFlow) || kind == stackFlow(goneFlow))
}

func (m *stackModel) hello(w *word) {
	m.say("", "hello", saidHello)
	if len(m.stack) > 0 {
		m.ask(w.Now)
	}
}

func (m *stackModel) start(flow string, w *word) {
	if i := slices.IndexFunc(m.stack, func(t *talk) bool { return t.flow == flow }); i >= 0 {
		m.raise(i)
		m.ask(w.Now)
		return
	}
	if flow == stackFlow(moreFlow) {
		m.begun++
	}
	if len(m.stack) == maxTalks {
		last := m.stack[maxTalks-1]
		m.stack, m.left = m.stack[:maxTalks-1], last
		m.ended++
		m.say(last.conv, last.flow, saidExit)
	}
	if len(m.stack) > 0 {
		m.stack[0].idle = 0
	}
	// The first message of the turn may be another's.
	t := &talk{conv: m.turn, flow: flow, state: "a", idle: w.Now}
	m.stack = slices.Insert(m.stack, 0, t)
	m.say(t.conv, t.flow, saidBegin, saidAsk)
}

// goOn has the active conversation take "next".
func (m *stackModel) goOn(w *word) {
	t := m.stack[0]
	m.move(t, nextState[t.state], w)
}

// nextState is where "next" leads.
var nextState = map[string]string{"a": "b", "b": "a", "c": "a"}

func (m *stackModel) move(t *talk, state string, w *word) {
	m.say(t.conv, t.flow, saidExit, saidNext)
	t.state, t.idle = state, w.Now
	m.enter(t)
}

// raise makes a conversation the active one.
func (m *stackModel) raise(i int) {
	t := m.stack[i]
	if i > 0 {
		m.stack[0].idle = 0
	}
	m.stack = slices.Insert(slices.Delete(m.stack, i, i+1), 0, t)
}

// ask asks the question of the active conversation. Its idle time runs from then on.
func (m *stackModel) ask(now int64) {
	t := m.stack[0]
	if t.idle = now; t.entry {
		m.enter(t)
		return
	}
	m.say(t.conv, t.flow, saidAsk)
}

// end ends a conversation by an action. If it was active, the one below is asked.
func (m *stackModel) end(i int, action string, now int64) {
	t := m.stack[i]
	m.say(t.conv, t.flow, saidExit, action)
	m.stack, m.left = slices.Delete(m.stack, i, i+1), t
	if i == 0 && len(m.stack) > 0 {
		m.below, m.entry = len(m.want), m.stack[0].entry
		m.ask(now)
		m.below = len(m.want) - m.below
	}
}

// mayOwe says whether what the turn has left out is the question of a conversation that an earlier build cannot
// read: the one above it has ended. The question is asked with the next event then.
func (m *stackModel) mayOwe() bool {
	t := m.stack
	if !m.rolls || len(m.want) != m.below || len(t) == 0 || m.want[0].Conv != t[0].conv {
		return false
	}
	switch later := t[0].flow; {
	case later == stackFlow(goneFlow), later == stackFlow(moreFlow), later == stackFlow(moreData), later == stackFlow(moreState) && t[0].state == "c":
		t[0].entry, m.want = m.entry, nil
		m.owed++
		return true
	default:
		return false
	}
}

// finish looks for what is missing: events without an answer, and timers that did not fire.
func (m *stackModel) finish() {
	m.c.events += len(m.events)
	for _, e := range m.events {
		if !e.accepted.IsZero() {
			m.c.accepted++
		}
	}
	if m.broken != nil {
		return
	}
	for _, w := range m.want {
		m.fail(&m.c.lost, "lost: %s of turn %s", w.What, m.turn)
	}
	for _, e := range m.events[m.next:] {
		if e.accepted.IsZero() {
			m.c.absent++
			continue
		}
		m.fail(&m.c.lost, "event %d", e.seq)
	}
	for _, g := range m.waiting() {
		if !g.accepted.IsZero() {
			m.fail(&m.c.lost, "signal %s", g.turn())
		}
	}
	for conv, due := range m.reminders {
		m.fail(&m.c.lost, "reminder of %s due %d", conv, due)
	}
	for i, t := range m.stack {
		if t.due != 0 {
			m.fail(&m.c.lost, "timer of %s due %d", t.conv, t.due)
		}
		if i == 0 && t.idle != 0 && t.flow != stackFlow(goneFlow) {
			m.fail(&m.c.lost, "idle timer of %s since %d", t.conv, t.idle)
		}
	}
}

// where is the stack as bots tell it.
func (m *stackModel) where() (all []string) {
	for _, t := range m.stack {
		all = append(all, fmt.Sprintf("%s/%s %d %s", t.flow, t.state, t.n, t.hash))
	}
	return all
}
