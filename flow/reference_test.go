package flow

import (
	"context"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Triggers and events of the reference, and which answers to which.
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
)

// refRow is one transition of the reference: a row of the bare table.
type refRow struct {
	from    State
	trigger int
	passes  bool
	outcome Outcome
	to      State
}

// refStep is the language's rule, written down as plainly as can be.
func refStep(rows []refRow, state State, event int) (row int, next State) {
	for rank := RankExact; rank > RankNone; rank-- {
		for _, from := range []State{state, AnyState} {
			for i, r := range rows {
				if r.from != from || refRanks[r.trigger] != rank || !refMatches[r.trigger][event] || !r.passes {
					continue
				}
				switch r.outcome {
				case To:
					return i, r.to
				case End:
					return i, ""
				}
				return i, state
			}
		}
	}
	return -1, state
}

// FuzzFlow steps a flow with looplab under it and the bare table side by side, over any
// definition and any events.
func FuzzFlow(f *testing.F) {
	f.Add([]byte{0, 0, 1, 1, 5, 14, 2, 3, 3, 4, 2, 7}, []byte{0, 1, 2, 3, 4, 5, 0, 1, 2})
	f.Add([]byte{4, 0, 19, 4, 1, 2, 4, 5, 1, 1, 2, 6}, []byte{5, 4, 3, 2, 1, 0})
	f.Add([]byte("11&120"), []byte("002"))
	f.Add([]byte("10$"), []byte("0000"))
	f.Fuzz(func(t *testing.T, def, events []byte) {
		rows := refRows(def)
		fl := refFlow(rows)
		state := State("s0")
		for _, b := range events {
			event := int(b) % len(refEvents)
			row, next := refStep(rows, state, event)
			wrong := row < 0 && refEvents[event].Kind != transport.KindFollow
			in := &Input{Event: &refEvents[event], State: state, Data: []byte("-1")}
			res, err := fl.Step(t.Context(), in)
			require.NoError(t, err)
			require.Equal(t, row >= 0 || wrong, res.Handled)
			require.Equal(t, wrong, res.Trace.Wrong)
			require.Equal(t, next, res.State)
			if row >= 0 && next != "" {
				require.Equal(t, strconv.Itoa(row), string(res.Data), "the transition that was taken")
			}
			require.Equal(t, row >= 0 && rows[row].outcome == To, res.Entered)
			if state = next; state == "" {
				state = "s0"
			}
		}
	})
}

func refRows(def []byte) []refRow {
	var rows []refRow
	for ; len(def) >= 3 && len(rows) < 40; def = def[3:] {
		r := refRow{
			from:    refState(def[0] % 5),
			trigger: int(def[1]) % len(refTriggers),
			passes:  def[2]&1 == 0,
			outcome: [...]Outcome{Stay, Again, To, End}[def[2]>>1%4],
			to:      refState(def[2] >> 3 % 4),
		}
		rows = append(rows, r)
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
		b.In(refState(i))
	}
	for i, r := range rows {
		s := b.InAny()
		if r.from != AnyState {
			s = b.In(r.from)
		}
		t := s.On(refTriggers[r.trigger]).When("g", func(*Turn[int]) bool { return r.passes }).
			Do(func(_ context.Context, t *Turn[int]) error { t.Data = i; return nil })
		if r.outcome != To {
			r.to = ""
		}
		t.finish(r.outcome, r.to)
	}
	return compile(newDraft(b))
}
