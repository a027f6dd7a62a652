package flow_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

var errBoom = errors.New("boom")

func TestFailuresByPhase(t *testing.T) {
	t.Parallel()
	bad := failing(errBoom)
	panicTime := func(*flow.Turn[log]) time.Time { panic(errBoom) }
	tests := []struct {
		name   string
		define func(a *flow.StateBuilder[log]) *flow.StateBuilder[log]
		event  *transport.Event
		state  flow.State
		phase  flow.Phase
		panics bool
	}{
		{name: "guard", phase: flow.PhaseGuard, panics: true,
			define: func(a *flow.StateBuilder[log]) *flow.StateBuilder[log] {
				return a.On(flow.Text()).When("g", func(*flow.Turn[log]) bool { panic("secret") }).End()
			}},
		{name: "match", phase: flow.PhaseGuard, panics: true,
			define: func(a *flow.StateBuilder[log]) *flow.StateBuilder[log] {
				return a.On(flow.Match("m", func(*transport.Event) bool { panic("secret") })).End()
			}},
		{name: "exit", phase: flow.PhaseExit,
			define: func(a *flow.StateBuilder[log]) *flow.StateBuilder[log] { return a.Exit(bad).On(flow.Text()).End() }},
		{name: "exit panics", phase: flow.PhaseExit, panics: true,
			define: func(a *flow.StateBuilder[log]) *flow.StateBuilder[log] {
				return a.Exit(panicking).On(flow.Text()).To("a")
			}},
		{name: "action", phase: flow.PhaseAction,
			define: func(a *flow.StateBuilder[log]) *flow.StateBuilder[log] {
				return a.On(flow.Text()).Do(ran("x"), bad).Stay()
			}},
		{name: "action panics", phase: flow.PhaseAction, panics: true,
			define: func(a *flow.StateBuilder[log]) *flow.StateBuilder[log] {
				return a.On(flow.Text()).Do(panicking).To("b")
			}},
		{name: "a panic is no rejection", phase: flow.PhaseAction, panics: true,
			define: func(a *flow.StateBuilder[log]) *flow.StateBuilder[log] {
				return a.On(flow.Text()).Do(func(context.Context, *flow.Turn[log]) error { panic(flow.Reject()) }).End()
			}},
		{name: "enter", state: "failing", phase: flow.PhaseEnter,
			define: func(a *flow.StateBuilder[log]) *flow.StateBuilder[log] { return a.On(flow.Text()).To("failing") }},
		{name: "enter panics", state: "panicking", phase: flow.PhaseEnter, panics: true,
			define: func(a *flow.StateBuilder[log]) *flow.StateBuilder[log] { return a.On(flow.Text()).To("panicking") }},
		{name: "enter while asking again", phase: flow.PhaseEnter,
			define: func(a *flow.StateBuilder[log]) *flow.StateBuilder[log] {
				return a.Enter(bad).On(flow.Text()).Do(failing(flow.Reject())).End()
			}},
		{name: "at", state: "timed", phase: flow.PhaseTimer, panics: true,
			define: func(a *flow.StateBuilder[log]) *flow.StateBuilder[log] { return a.On(flow.Text()).To("timed") }},
		{name: "reminder", phase: flow.PhaseTimer, panics: true,
			define: func(a *flow.StateBuilder[log]) *flow.StateBuilder[log] {
				return a.On(flow.Text()).Remind("r", panicTime, ran("r")).End()
			}},
		{name: "guard of a timer", event: due("after 1m0s"), phase: flow.PhaseGuard, panics: true,
			define: func(a *flow.StateBuilder[log]) *flow.StateBuilder[log] {
				return a.After(time.Minute).When("g", func(*flow.Turn[log]) bool { panic("secret") }).End()
			}},
		{name: "action of a timer", event: due("after 1m0s"), phase: flow.PhaseAction,
			define: func(a *flow.StateBuilder[log]) *flow.StateBuilder[log] { return a.After(time.Minute).Do(bad).End() }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := flow.New[log]("f")
			b.Start(flow.Any()).To("a")
			tt.define(b.In("a")).On(flow.Follow()).To("b").
				On(flow.Join()).To("failing").On(flow.Leave()).To("panicking").On(flow.Image()).To("timed")
			b.In("b")
			b.In("failing").Enter(bad)
			b.In("panicking").Enter(panicking)
			b.In("timed").At(panicTime).End()
			b.InAny().On(flow.Text("ok")).Do(ran("ok")).End()
			s := newSession(t, b)
			s.state.State, s.state.Data = "a", []byte(`{}`)
			event, state := tt.event, tt.state
			if event == nil {
				event = text("the user's secret")
			}
			if state == "" {
				state = "a"
			}
			for range 3 { // a failure spoils nothing for the next
				err := s.fails(event)
				require.Equal(t, "f", err.Flow)
				require.Equal(t, state, err.State)
				require.Equal(t, tt.phase, err.Phase)
				require.NotEmpty(t, err.Trigger)
				var p *flow.PanicError
				require.Equal(t, tt.panics, errors.As(err, &p))
				if tt.panics {
					require.Contains(t, string(p.Stack), "errors_test.go")
					require.Equal(t, p.Error(), p.LogValue().String())
				} else {
					require.ErrorIs(t, err, errBoom)
				}
			}
			if tt.name != "exit" && tt.name != "exit panics" && tt.name != "match" {
				require.Equal(t, said("ok@a"), s.step(text("ok")).Messages)
			}
		})
	}
}

// touchy is data whose codec fails on demand.
type touchy struct{ value string }

func (t touchy) MarshalJSON() ([]byte, error) {
	if t.value == "panic" {
		panic("the user's secret")
	}
	if t.value == "bad" {
		return nil, errors.New("the user's secret")
	}
	return json.Marshal(t.value)
}

func (t *touchy) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &t.value) }

func TestFailuresOfTheCodec(t *testing.T) {
	t.Parallel()
	b := flow.New[touchy]("f")
	b.Start(flow.Any()).To("a")
	put := func(_ context.Context, t *flow.Turn[touchy]) error { t.Data.value = t.Event().Text; return nil }
	b.In("a").Enter(put).
		On(flow.Text("good", "bad", "panic")).Do(put).Stay().
		On(flow.Text()).When("sees data", func(t *flow.Turn[touchy]) bool { return t.Data.value != "" }).End().
		On(flow.Postback()).Do(put).Remind("r", func(t *flow.Turn[touchy]) time.Time {
		t.Data.value = "bad"
		return t.Now().Add(1)
	}, put).End().
		On(flow.Sticker()).Stay()
	f, image := b.MustBuild(), kind(transport.KindImage)
	tests := []struct {
		name, data string
		in         flow.Input
		phase      flow.Phase
		text       string
	}{
		{"encode", `"x"`, flow.Input{Event: text("bad")},
			"encode", `flow: f: a: text "good", "bad", "panic": encode: data: *json.MarshalerError`},
		{"encode panics", `"x"`, flow.Input{Event: text("panic")},
			"encode", `flow: f: a: text "good", "bad", "panic": encode: data: *flow.PanicError`},
		{"snapshot", `"x"`, flow.Input{Event: postback("x")},
			"encode", `flow: f: a: postback: encode: data: *json.MarshalerError`},
		{"decode", `{"secret":1}`, flow.Input{Event: text("good")},
			"decode", `flow: f: a: text "good", "bad", "panic": decode: data: *json.UnmarshalTypeError`},
		{"decode for a guard", `{"secret"`, flow.Input{Event: text("x")},
			"decode", `flow: f: a: text: decode: data: *json.SyntaxError`},
		{"decode to show", `{"secret"`, flow.Input{Event: postback("x"), Mode: flow.ModeShow},
			"decode", `flow: f: a: show: decode: data: *json.SyntaxError`},
		{"decode a reminder", `{"secret"`, flow.Input{Event: due("r"), Mode: flow.ModeRemind},
			"decode", `flow: f: r: decode: data: *json.SyntaxError`},
	}
	for _, tt := range tests {
		in := tt.in
		in.Now, in.State, in.Data = noon, "a", []byte(tt.data)
		res, err := f.Step(t.Context(), &in)
		require.Equal(t, flow.Result{}, res, tt.name)
		var te *flow.TurnError
		require.ErrorAs(t, err, &te, tt.name)
		require.Equal(t, tt.phase, te.Phase, tt.name)
		require.EqualError(t, err, tt.text)
	}
	_, err := f.Step(t.Context(), &flow.Input{Event: image, Now: noon, State: "a", Data: []byte(`{"secret"`)})
	require.EqualError(t, err, "flow: f: a: wrong answer: decode: data: *json.SyntaxError")
	_, err = f.Step(t.Context(), &flow.Input{Event: text("bad"), Now: noon})
	require.EqualError(t, err, "flow: f: a: start: encode: data: *json.MarshalerError")
}
