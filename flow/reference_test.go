package flow

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Triggers and events of the reference, and which answers to which. A trigger beyond these is one of
// refWrongs, and the one beyond those is a timer.
var (
	refTriggers = []Trigger{Text("a"), Postback("a"), Text(), Postback(), Follow(), Any()}
	refRanks    = []Rank{RankExact, RankExact, RankKind, RankKind, RankKind, RankAny}
	refEvents   = []transport.Event{
		{Kind: transport.KindText, Text: "A "},
		{Kind: transport.KindText, Text: "b"},
		{Kind: transport.KindPostback, Postback: transport.Postback{Data: "a"}},
		{Kind: transport.KindPostback, Postback: transport.Postback{Data: "b"}},
		{Kind: transport.KindFollow},
		{Kind: transport.KindSticker},
	}
	refMatches = [][]bool{ // by trigger, then by event
		{true, false, false, false, false, false},
		{false, false, true, false, false, false},
		{true, true, false, false, false, false},
		{false, false, true, true, false, false},
		{false, false, false, false, true, false},
		{true, true, true, true, false, true},
	}
	refWrongs   = []int{1, 3}
	refOutcomes = []Outcome{Stay, Again, To, Call, Return, ReturnOr, Back, Restart, End}
)

// The entering and asking of the state refCounts adds to the data; the state refSilent asks nothing.
const (
	refCounts State = "s1"
	refSilent State = "s3"
)

// refRow is one transition of the reference: a row of the bare table.
type refRow struct {
	from    State
	trigger int
	passes  bool
	outcome Outcome
	to      State
}

func (r *refRow) isTimer() bool { return r.trigger == len(refTriggers)+len(refWrongs) }

// refAfter is the idle time of a row that is a timer: no two rows have the same.
func refAfter(row int) time.Duration { return time.Duration(row+1) * time.Second }

// refPast is a snapshot of a conversation, and refModel the conversation: the language's rules, written
// down as plainly as can be.
type refPast struct {
	state   State
	callers []State
	data    int
}

type refModel struct {
	refPast
	rows    []refRow
	history []refPast // the newest last
	tries   int
}

// find returns the first row that takes the event.
func (m *refModel) find(event int) int {
	for rank := RankExact; rank > RankNone; rank-- {
		for _, from := range []State{m.state, AnyState} {
			for i, r := range m.rows {
				if r.from != from || r.trigger >= len(refTriggers) || refRanks[r.trigger] != rank ||
					!refMatches[r.trigger][event] || !r.passes || r.outcome == Back && len(m.history) == 0 {
					continue
				}
				return i
			}
		}
	}
	return -1
}

// findWrong returns the first row that takes a wrong answer.
func (m *refModel) findWrong() int {
	for _, n := range slices.Backward(refWrongs) {
		for _, from := range []State{m.state, AnyState} {
			for i, r := range m.rows {
				w := r.trigger - len(refTriggers)
				if r.from == from && w >= 0 && !r.isTimer() && refWrongs[w] == n && m.tries >= n && r.passes {
					return i
				}
			}
		}
	}
	return -1
}

// ask is what asking does to the data.
func (m *refModel) ask() {
	if m.state == refCounts {
		m.data += 1000
	}
}

func (m *refModel) enter(s State) {
	m.state, m.tries = s, 0
	m.ask()
}

// fire handles the timer of a row, and says whether a state was entered.
func (m *refModel) fire(row int) (entered bool) {
	if row >= len(m.rows) {
		return false
	}
	if r := m.rows[row]; !r.isTimer() || !r.passes || r.from != m.state && r.from != AnyState {
		return false
	}
	return m.take(row, true, false)
}

// step handles an event and says what became of it.
func (m *refModel) step(event int) (handled, entered, wrong bool) {
	row := m.find(event)
	if row < 0 && refEvents[event].Kind == transport.KindFollow {
		return false, false, false
	}
	if row < 0 {
		m.tries++
		wrong = true
		if row = m.findWrong(); row < 0 {
			m.ask()
			return true, false, true
		}
	}
	return true, m.take(row, false, wrong), wrong
}

// isLast reports whether the conversation is as it was when the last entry of the history was made.
func (m *refModel) isLast() bool {
	n := len(m.history) - 1
	return n >= 0 && m.history[n].state == m.state && m.history[n].data == m.data &&
		len(m.history[n].callers) == len(m.callers)
}

// take makes the transition of a row, and says whether it entered a state.
func (m *refModel) take(row int, timer, wrong bool) (entered bool) {
	r, before := m.rows[row], m.refPast
	returned := false
	before.callers = slices.Clone(m.callers)
	m.data = row
	switch o, last := r.outcome, len(m.callers)-1; {
	case o == Stay:
		if !wrong && !timer {
			m.tries = 0
		}
		return false
	case o == End:
		m.state = ""
		return false
	case o == To, o == ReturnOr && last < 0:
		if i := slices.Index(m.callers, r.to); i >= 0 {
			m.callers = m.callers[:i]
		}
		m.enter(r.to)
	case o == Call && r.to != m.state && len(m.callers) < 16:
		m.callers = append(m.callers, m.state)
		m.enter(r.to)
	case (o == Return || o == ReturnOr) && last >= 0:
		caller := m.callers[last]
		returned = true
		m.callers = m.callers[:last]
		m.enter(caller)
	case o == Back && len(m.history) > 0:
		m.refPast = m.history[len(m.history)-1]
		m.callers = slices.Clone(m.callers)
		m.history = m.history[:len(m.history)-1]
		m.enter(m.state)
		return true
	case o == Restart:
		m.callers, m.history, m.data = nil, nil, 0
		m.enter(r.to)
		return true
	default:
		m.ask()
		return false
	}
	switch {
	case timer: // forgets the steps back to the last time that the state was asked, or all
		for n := len(m.history) - 1; n >= 0; n-- {
			if m.history[n].state == m.state {
				m.history = m.history[:n]
				return true
			}
		}
		m.history = nil
	case returned && m.isLast(): // the call came to nothing
		m.history = m.history[:len(m.history)-1]
	case before.state != refSilent:
		m.history = append(m.history, before)
	}
	return true
}

// FuzzFlow steps a flow with looplab under it and the model side by side, over any definition and any
// events. History is bounded, so the events are few.
func FuzzFlow(f *testing.F) {
	f.Add([]byte{0, 0, 4, 1, 5, 16, 2, 3, 6, 4, 2, 12}, []byte{0, 1, 2, 3, 4, 5, 0, 1, 2})
	f.Add([]byte{4, 0, 16, 4, 1, 2, 4, 5, 2, 1, 2, 12}, []byte{5, 4, 3, 2, 1, 0})
	f.Add([]byte{5, 0, 6, 1, 0, 8, 9, 2, 12, 4, 3, 12}, []byte{0, 0, 0, 1, 3, 3, 2, 0, 1})     // calls, returns, back
	f.Add([]byte{5, 2, 4, 11, 2, 4, 17, 2, 4, 4, 1, 12}, []byte{1, 1, 1, 1, 2, 2, 1, 2, 2, 2}) // forth and back
	f.Add([]byte{5, 0, 4, 6, 6, 0, 9, 7, 14, 4, 1, 12}, []byte{0, 5, 5, 5, 2, 2, 0, 5, 5})     // wrong answers
	f.Add([]byte{5, 0, 6, 6, 0, 6, 11, 0, 6}, slices.Repeat([]byte{0}, 40))                    // too many calls
	f.Add([]byte{5, 2, 4, 6, 2, 4, 2, 8, 4, 14, 8, 4, 4, 1, 12, 4, 8, 12}, []byte{1, 1, 1, 6, 7 + 8*2, 1, 7 + 8*3, 2, 2, 7 + 8*5})
	f.Fuzz(func(t *testing.T, def, events []byte) {
		m := &refModel{rows: refRows(def)}
		fl, keeps := refFlow(m.rows), slices.ContainsFunc(m.rows, func(r refRow) bool { return r.outcome == Back })
		m.state, m.data = "s0", -1
		var trail []byte
		for _, b := range events[:min(len(events), 60)] {
			in := &Input{State: m.state, Data: []byte(strconv.Itoa(m.data)), Trail: trail}
			handled, entered, wrong := true, false, false
			switch event := int(b) % 8; {
			case event < len(refEvents):
				in.Event = &refEvents[event]
				handled, entered, wrong = m.step(event)
			case event == 6: // a tap on a button of a passed step
				in.Event, in.Mode = &refEvents[3], ModeShow
				m.ask()
			default:
				in.Event = &transport.Event{Kind: transport.KindTimer, Text: "after " + refAfter(int(b)/8).String()}
				entered = m.fire(int(b) / 8)
			}
			res, err := fl.Step(t.Context(), in)
			require.NoError(t, err)
			require.Equal(t, handled, res.Handled)
			require.Equal(t, entered, res.Entered)
			require.Equal(t, wrong, res.Trace.Wrong)
			require.Equal(t, m.state, res.State)
			if trail = res.Trail; m.state == "" {
				require.Nil(t, trail)
				*m = refModel{rows: m.rows, refPast: refPast{state: "s0", data: -1}}
				continue
			}
			require.Equal(t, strconv.Itoa(m.data), string(res.Data), "the transition that was taken")
			m.compare(t, res, keeps)
		}
	})
}

// compare requires that the trail of a result holds what the model does.
func (m *refModel) compare(t *testing.T, res Result, keeps bool) {
	var tr trail
	require.NoError(t, tr.unpack(res.Trail))
	require.Equal(t, m.tries, tr.tries)
	require.Equal(t, waiting(m.callers...), append(waiting(), tr.callers...))
	if !keeps {
		m.history = nil
	}
	now := res.Data
	for _, want := range slices.Backward(m.history) {
		p, ok := tr.pop(now)
		require.True(t, ok)
		require.Equal(t, want.state, p.state)
		require.Equal(t, waiting(want.callers...), append(waiting(), p.callers...))
		require.Equal(t, strconv.Itoa(want.data), string(p.data))
		now = p.data
	}
	require.Empty(t, tr.history)
}

func refRows(def []byte) []refRow {
	var rows []refRow
	for ; len(def) >= 3 && len(rows) < 40; def = def[3:] {
		rows = append(rows, refRow{
			from:    refState(def[0] % 5),
			trigger: int(def[1]) % (len(refTriggers) + len(refWrongs) + 1),
			passes:  def[2]&1 == 0,
			outcome: refOutcomes[int(def[2]>>1)%len(refOutcomes)],
			to:      refState(def[0] / 5 % 4),
		})
	}
	return rows
}

func refState(b byte) State {
	if b == 4 {
		return AnyState
	}
	return State("s" + strconv.Itoa(int(b)))
}

// refFlow compiles the rows without checking them: shadowed ones and dead ends are welcome.
func refFlow(rows []refRow) *Flow {
	b := New[int]("reference")
	for i := range byte(4) {
		s := b.In(refState(i))
		if s.states[0] != refSilent {
			s.Enter(func(_ context.Context, t *Turn[int]) error {
				if t.State() == refCounts {
					t.Data += 1000
				}
				return nil
			})
		}
	}
	for i, r := range rows {
		s := b.InAny()
		if r.from != AnyState {
			s = b.In(r.from)
		}
		var t *TransitionBuilder[int]
		switch w := r.trigger - len(refTriggers); {
		case r.isTimer():
			t = s.After(refAfter(i))
		case w >= 0:
			t = s.Wrong(refWrongs[w])
		default:
			t = s.On(refTriggers[r.trigger])
		}
		t = t.When("g", func(*Turn[int]) bool { return r.passes }).
			Do(func(_ context.Context, t *Turn[int]) error { t.Data = i; return nil })
		if !r.outcome.named() {
			r.to = ""
		}
		t.finish(r.outcome, r.to)
	}
	return compile(newDraft(&b.builder))
}
