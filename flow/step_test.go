package flow_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// twoStates is a flow with every outcome and every kind of action.
func twoStates() *flow.Builder[log] {
	b := flow.New[log]("two")
	b.Start(flow.Text("go")).To("a")
	b.In("a").Enter(ran("enter a")).Exit(ran("exit a")).
		On(flow.Text("stay")).Do(ran("do"), ran("do too")).Stay().
		On(flow.Text("again")).Do(ran("do")).Again().
		On(flow.Text("b")).Do(ran("do")).To("b").
		On(flow.Text("self")).Do(ran("do")).To("a").
		On(flow.Text("end")).Do(ran("do")).End().
		On(flow.Text("bare")).To("bare").
		On(flow.Text("guarded")).When("never", func(t *flow.Turn[log]) bool { t.Send(say("lost")); return false }).End()
	b.In("b").Enter(ran("enter b")).Exit(ran("exit b"))
	b.In("bare")
	b.InAny().
		On(flow.Text("home")).Do(ran("do")).To("a").
		On(flow.Text("any stay")).Do(ran("do")).Stay().
		On(flow.Text("any again")).Do(ran("do")).Again().
		On(flow.Text("quit")).Do(ran("do")).End()
	return b
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		from    flow.State
		event   string
		state   flow.State
		entered bool
		out     []transport.Message
	}{
		{"start", "", "go", "a", true, said("enter a@a")},
		{"stay", "a", "stay", "a", false, said("do@a", "do too@a")},
		{"again", "a", "again", "a", false, said("do@a", "enter a@a")},
		{"to", "a", "b", "b", true, said("exit a@a", "do@a", "enter b@b")},
		{"to itself", "a", "self", "a", true, said("exit a@a", "do@a", "enter a@a")},
		{"end", "a", "end", "", false, said("exit a@a", "do@a")},
		{"to a state without actions", "a", "bare", "bare", true, said("exit a@a")},
		{"global to another", "b", "home", "a", true, said("exit b@b", "do@b", "enter a@a")},
		{"global to itself", "a", "home", "a", true, said("exit a@a", "do@a", "enter a@a")},
		{"global stay", "b", "any stay", "b", false, said("do@b")},
		{"global again", "b", "any again", "b", false, said("do@b", "enter b@b")},
		{"again without a question", "bare", "any again", "bare", false, said("do@bare")},
		{"global end", "bare", "quit", "", false, said("do@bare")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSession(t, twoStates())
			in := s.input(text(tt.event))
			in.State, in.Data = tt.from, []byte(`{"ran":["before"]}`)
			if tt.from == "" {
				in.Data = nil
			}
			res := s.run(in)
			require.True(t, res.Handled)
			require.Equal(t, tt.state, res.State)
			require.Equal(t, tt.entered, res.Entered)
			require.Equal(t, tt.out, res.Messages)
			if tt.state == "" {
				require.Nil(t, res.Data)
			} else {
				require.NotEmpty(t, res.Data)
			}
		})
	}
}

func TestUnhandledChangesNothing(t *testing.T) {
	t.Parallel()
	s := newSession(t, twoStates())
	for _, e := range []*transport.Event{
		inGroup(text("else")), inGroup(text("guarded")), kind(transport.KindFollow), kind(transport.KindUnsend),
	} {
		in := s.input(e)
		in.State, in.Data, in.Timers = "a", []byte(`{"ran":["x"]}`), []flow.Timer{{Name: "gone", Due: noon}}
		in.Trail = []byte{2, 0}
		want := flow.Result{State: "a", Data: in.Data, Trail: in.Trail, Timers: in.Timers}
		if e.Text == "guarded" {
			want.Trace = flow.Trace{Matched: true, Failed: []flow.FailedGuard{{Transition: 8, Guard: "never"}}}
		}
		require.Equal(t, want, s.run(in))
	}
	for _, in := range []*flow.Input{{Event: due("after 1s")}, {Event: postback("old"), Mode: flow.ModeShow}} {
		require.Equal(t, flow.Result{}, s.run(in), "nothing is running")
	}
}

func TestTurn(t *testing.T) {
	t.Parallel()
	type key struct{}
	b := flow.New[log]("f")
	b.Start(flow.Any()).To("a")
	e := text("hello")
	b.In("a").On(flow.Text()).Do(func(ctx context.Context, turn *flow.Turn[log]) error {
		require.Equal(t, "value", ctx.Value(key{}))
		require.ErrorIs(t, ctx.Err(), context.Canceled, "actions see the caller's context")
		require.Same(t, e, turn.Event())
		require.Equal(t, "turn-1", turn.ID())
		require.Equal(t, noon, turn.Now())
		require.Equal(t, flow.State("a"), turn.State())
		turn.Send(say("1"), say("2"))
		turn.Send(say("3"))
		return nil
	}).End()
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
	cancel()
	s := newSession(t, b)
	in := s.input(e)
	in.State = "a"
	res, err := s.f.Step(ctx, in)
	require.NoError(t, err)
	require.Equal(t, said("1", "2", "3"), res.Messages)
}

func TestGuardsCannotSend(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Any()).To("a")
	b.In("a").On(flow.Any()).
		When("sends", func(t *flow.Turn[log]) bool { t.Send(say("lost")); return true }).Do(ran("do")).Stay().
		On(flow.Follow()).End()
	s := newSession(t, b)
	s.state.State = "a"
	require.Equal(t, said("do@a"), s.step(text("x")).Messages)
}

func TestShow(t *testing.T) {
	t.Parallel()
	s := newSession(t, twoStates())
	in := s.input(postback("old"))
	in.State, in.Mode = "b", flow.ModeShow
	res := s.run(in)
	require.True(t, res.Handled)
	require.False(t, res.Entered)
	require.Equal(t, flow.State("b"), res.State)
	require.Equal(t, said("enter b@b"), res.Messages)

	in.State = "bare"
	require.Equal(t, flow.Result{Handled: true, State: "bare"}, s.run(in), "the data is not even read")
}

func TestFormerState(t *testing.T) {
	t.Parallel()
	b := twoStates()
	b.In("a").Formerly("a_long_ago")
	s := newSession(t, b)
	in := s.input(text("stay"))
	in.State = "a_long_ago"
	res := s.run(in)
	require.Equal(t, flow.State("a"), res.State)
	require.Equal(t, said("do@a", "do too@a"), res.Messages)
}

func TestUnknownState(t *testing.T) {
	t.Parallel()
	s := newSession(t, twoStates())
	s.state.State = "gone"
	err := s.fails(text("x"))
	require.ErrorIs(t, err, flow.ErrUnknownState)
	require.EqualError(t, err, "flow: two: gone: decode: flow: unknown state")
}

// A turn leaves nothing behind for the next one, which may be another user's.
func TestStepsShareNothing(t *testing.T) {
	t.Parallel()
	b := flow.New[map[string]string]("f")
	b.Start(flow.Any()).To("a")
	b.In("a").
		On(flow.Text("set")).Do(func(_ context.Context, t *flow.Turn[map[string]string]) error {
		t.Data = map[string]string{"k": "v"}
		t.Send(say("set"))
		return errors.New("no")
	}).End().
		On(flow.Text()).Do(func(_ context.Context, t *flow.Turn[map[string]string]) error {
		t.Send(say(fmt.Sprint(len(t.Data))))
		return nil
	}).Stay()
	f := b.MustBuild()
	var kept []flow.Result
	for range 100 {
		_, err := f.Step(t.Context(), &flow.Input{Event: text("set"), State: "a"})
		require.Error(t, err)
		res, err := f.Step(t.Context(), &flow.Input{Event: text("get"), State: "a"})
		require.NoError(t, err)
		kept = append(kept, res)
	}
	for _, res := range kept {
		require.Equal(t, said("0"), res.Messages, "a result belongs to the caller")
	}
}

func TestConcurrentSteps(t *testing.T) {
	t.Parallel()
	f := twoStates().MustBuild()
	var wg sync.WaitGroup
	for g := range 64 {
		wg.Go(func() {
			var res flow.Result
			for i := range 50 {
				e := text([]string{"go", "stay", "b", "home", "again", "quit"}[i%6])
				next, err := f.Step(t.Context(), &flow.Input{Event: e, Now: noon, State: res.State, Data: res.Data})
				if err != nil || !next.Handled {
					t.Errorf("goroutine %d, step %d: %+v, %v", g, i, next, err)
					return
				}
				res = next
			}
			if string(res.Data) != `{"ran":["enter a","do","do too"]}` {
				t.Errorf("goroutine %d: %s", g, res.Data)
			}
		})
	}
	wg.Wait()
}

// User code may end its goroutine, as a failing assertion does. The flow survives it.
func TestGoexit(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Any()).To("a")
	inner := make(chan struct{})
	b.In("a").
		On(flow.Text("exit")).Do(func(context.Context, *flow.Turn[log]) error { runtime.Goexit(); return nil }).End().
		On(flow.Text()).Do(ran("do")).Stay()
	s := newSession(t, b)
	go func() {
		defer close(inner)
		_, _ = s.f.Step(context.Background(), &flow.Input{Event: text("exit"), State: "a"})
	}()
	<-inner
	require.Equal(t, said("do@a"), s.run(&flow.Input{Event: text("x"), State: "a"}).Messages)
}
