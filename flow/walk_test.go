package flow

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

// TestWalkThroughSubFlows walks at random through a flow that runs another, which runs a third. Beside it goes
// a stack of plain snapshots: Back leads to the last of them, whichever flow takes it. Each state says when it is
// entered and left, so that what runs is entered once, the outer first, and left once, the innermost first.
func TestWalkThroughSubFlows(t *testing.T) {
	t.Parallel()
	f := walker(3)
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 24))
		in := &Input{Now: time.Unix(1e9, 0), Event: &transport.Event{Kind: transport.KindText, Text: "go"}}
		res, err := f.Step(t.Context(), in)
		require.NoError(t, err)
		var past []string
		var open []string // the states that were entered and not left
		open = walked(t, open, res)
		for i := range 60 {
			at := fmt.Sprintf("seed %d, step %d", seed, i)
			before := snapshot(t, res)
			words := []string{"to", "call", "return", "restart", "stay", "again", "done", "up", "back"}
			word := words[r.IntN(len(words))] + strconv.Itoa(r.IntN(3))
			in := &Input{State: res.State, Data: res.Data, Trail: res.Trail, Timers: res.Timers, Now: in.Now,
				Event: &transport.Event{Kind: transport.KindText, Text: word}}
			next, err := f.Step(t.Context(), in)
			require.NoError(t, err, at)
			require.True(t, next.Handled, at)
			res = next
			open = walked(t, open, res)
			if res.State == "" {
				require.Empty(t, open, at)
				break
			}
			depth := len(open)
			var tr trail
			require.NoError(t, tr.unpack(res.Trail), at)
			require.Len(t, tr.inner, depth-1, at)
			switch taken := res.Entered; {
			case strings.HasPrefix(word, "back") && taken:
				require.Equal(t, past[len(past)-1], snapshot(t, res), at)
				past = past[:len(past)-1]
			case strings.HasPrefix(word, "restart") && taken:
				past = nil
			case taken:
				past = append(past, before)
			}
			require.LessOrEqual(t, len(tr.history), maxHistory)
			if len(tr.history) == 0 {
				past = nil // the older ones did not fit
			}
		}
	}
}

// walked follows what was entered and left in a step.
func walked(t *testing.T, open []string, res Result) []string {
	t.Helper()
	for _, m := range res.Messages {
		switch said := string(m.(walkWord)); said[0] {
		case '+':
			open = append(open, said[1:])
		case '-':
			require.NotEmpty(t, open)
			require.Equal(t, open[len(open)-1], said[1:], "left in the order of the levels")
			open = open[:len(open)-1]
		}
	}
	return open
}

// snapshot is all of a conversation but its history and wrong answers.
func snapshot(t *testing.T, res Result) string {
	t.Helper()
	var tr trail
	require.NoError(t, tr.unpack(res.Trail))
	return fmt.Sprintf("%s %s %v %v", res.State, res.Data, tr.callers, tr.inner)
}

type walkWord string

func (w walkWord) AppendJSON(b []byte, _ string) ([]byte, error) { return append(b, w...), nil }
func (w walkWord) Validate() error                               { return nil }

// walker is a flow of three states, of which the second runs a walker of the next depth. A word names the
// depth that takes it; 0 is the innermost.
func walker(depth int) *Flow {
	name := "w" + strconv.Itoa(depth)
	b := New[int](name)
	b.Start(Text("go")).To("a")
	say := func(s string) Action[int] {
		return func(_ context.Context, t *Turn[int]) error {
			t.Send(walkWord(s + name + string(t.State())))
			return nil
		}
	}
	quiet := func(context.Context, *Turn[int]) error { return nil }
	add := func(_ context.Context, t *Turn[int]) error { t.Data++; return nil }
	d := strconv.Itoa(depth - 1)
	for i, s := range []State{"a", "b", "c"} {
		next := []State{"b", "c", "a"}[i]
		in := b.In(s).Enter(say("+")).Exit(say("-"))
		if s != "b" || depth == 1 {
			in.Ask(Question(quiet, func(context.Context, *Answer) (int, error) { return 0, Reject() },
				func(n *int) *int { return n })).Stay()
		} else {
			in.Run(Sub(walker(depth-1), func(t *Turn[int]) int { return t.Data }, func(t *Turn[int], n int) { t.Data += 10 * n })).
				To("c").GivenUp().To("a")
		}
		in.On(Text("to" + d)).Do(add).To(next).
			On(Text("call" + d)).Do(add).Call(next).
			On(Text("restart" + d)).Restart(s)
	}
	b.InAny().
		On(Text("return" + d)).Do(add).ReturnOr("a").
		On(Text("stay" + d)).Do(add).Stay().
		On(Text("again" + d)).Do(add).Again().
		On(Text("done" + d)).End().
		On(Text("up" + d)).GiveUp().
		On(Text("back" + d)).Back().
		On(Text("back" + d)).Stay().
		On(Any()).Stay()
	return b.MustBuild()
}
