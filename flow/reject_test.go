package flow_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

func TestReject(t *testing.T) {
	t.Parallel()
	msg := flow.Reject(say("no"))
	wrapped := fmt.Errorf("too large: %w", errors.Join(errors.New("x"), msg))
	tests := []struct {
		name string
		in   func(b *flow.StateBuilder[log]) *flow.StateBuilder[log]
		exit flow.Action[log]
		out  []transport.Message
	}{
		{name: "with messages", in: do(failing(msg)).To, out: said("no", "enter a@a")},
		{name: "wrapped", in: do(failing(wrapped)).To, out: said("no", "enter a@a")},
		{name: "without messages", in: do(failing(flow.Reject())).To, out: said("enter a@a")},
		{name: "of the enter action", in: do(ran("do")).ToRejecting, out: said("no", "enter a@a")},
		{name: "of the exit action", in: do(ran("do")).To, exit: failing(msg), out: said("no", "enter a@a")},
		{name: "staying", in: do(ran("do"), failing(msg)).Stay, out: said("no", "enter a@a")},
		{name: "at the end", in: do(ran("do"), failing(msg)).End, out: said("no", "enter a@a")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := flow.New[log]("f")
			b.Start(flow.Text("go")).To("a")
			a := b.In("a").Enter(ran("enter a"))
			if tt.exit != nil {
				a.Exit(tt.exit)
			}
			tt.in(a).At(at(time.Hour)).End().After(time.Minute).End().
				On(flow.Postback("b")).To("b").On(flow.Postback("reject")).To("rejecting")
			b.In("b").Enter(ran("enter b"))
			b.In("rejecting").Enter(failing(msg))
			b.InAny().On(flow.Text("quit")).End()
			s := newSession(t, b)
			started := s.step(text("go"))
			s.now = noon.Add(time.Second)
			res := s.step(text("x"))
			require.True(t, res.Handled)
			require.False(t, res.Entered)
			require.Equal(t, flow.State("a"), res.State)
			require.Equal(t, tt.out, res.Messages)
			require.Nil(t, res.Reminders)
			require.NotContains(t, string(res.Data), "failing")
			require.NotContains(t, string(res.Data), "do")
			require.Equal(t, time.Hour, timers(started)["at"])
			require.Equal(t, offsets{"at": time.Hour, "after 1m0s": 61 * time.Second}, timers(res),
				"the user was not idle; all else stays")
		})
	}
}

// outcomes builds one transition on any text, which sets a reminder, with a choice of outcome.
type outcomes []flow.Action[log]

func do(actions ...flow.Action[log]) outcomes { return actions }

func (o outcomes) on(b *flow.StateBuilder[log]) *flow.TransitionBuilder[log] {
	return b.On(flow.Text()).Do(o...).Remind("later", at(time.Hour), ran("later"))
}
func (o outcomes) To(b *flow.StateBuilder[log]) *flow.StateBuilder[log] { return o.on(b).To("b") }
func (o outcomes) ToRejecting(b *flow.StateBuilder[log]) *flow.StateBuilder[log] {
	return o.on(b).To("rejecting")
}
func (o outcomes) Stay(b *flow.StateBuilder[log]) *flow.StateBuilder[log] { return o.on(b).Stay() }
func (o outcomes) End(b *flow.StateBuilder[log]) *flow.StateBuilder[log]  { return o.on(b).End() }

// An enter action that rejects while the question is asked again is not run for ever.
func TestRejectWhileAskingAgain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		err  error
		out  []transport.Message
	}{
		{"without messages", flow.Reject(), nil},
		{"with messages", flow.Reject(say("no")), said("no")},
	} {
		b := flow.New[log]("f")
		b.Start(flow.Text("go")).To("a")
		b.In("a").Enter(failing(tt.err)).On(flow.Text()).Do(failing(flow.Reject())).End()
		s := newSession(t, b)
		s.state.State, s.state.Data = "a", []byte(`{}`)
		want := flow.Result{Handled: true, State: "a", Asked: true, Data: []byte(`{}`), Messages: tt.out}
		in := s.input(postback("old"))
		in.Mode = flow.ModeShow
		require.Equal(t, want, s.run(in), tt.name)
		want.Trail, want.Trace = []byte{1, 0}, flow.Trace{Matched: true, Wrong: true, Refused: []int{2}}
		require.Equal(t, want, s.step(text("x")), tt.name)
		s.state = flow.Result{}
		want = flow.Result{Handled: true, Messages: tt.out, Trace: flow.Trace{Matched: true, Refused: []int{1}}}
		require.Equal(t, want, s.step(text("go")), "the flow does not start")
	}
}

func TestRejectedStartRunsNothing(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Any()).To("a")
	var runs int
	b.In("a").Enter(func(context.Context, *flow.Turn[log]) error { runs++; return flow.Reject() }).On(flow.Any()).End()
	s := newSession(t, b)
	want := flow.Result{Handled: true, Trace: flow.Trace{Matched: true, Refused: []int{1}}}
	require.Equal(t, want, s.step(text("x")))
	require.Equal(t, 1, runs)
}

// errors.Is knows a rejection, whatever its messages are and however it is wrapped.
func TestRejectIs(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, flow.Reject(say("no")), flow.Reject())
	require.ErrorIs(t, fmt.Errorf("too large: %w", flow.Reject()), flow.Reject(say("no")))
	require.NotErrorIs(t, errors.New("flow: input rejected"), flow.Reject())
}
