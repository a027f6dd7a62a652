package flow_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// noon is when all tests take place.
var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func text(s string) *transport.Event { return &transport.Event{Kind: transport.KindText, Text: s} }
func due(s string) *transport.Event  { return &transport.Event{Kind: transport.KindTimer, Text: s} }

func postback(data string) *transport.Event {
	return &transport.Event{Kind: transport.KindPostback, Postback: transport.Postback{Data: data}}
}

func picked(param, value, data string) *transport.Event {
	e := postback(data)
	e.Postback.Params = map[string]string{param: value}
	return e
}

// inGroup returns the event as one of a group.
func inGroup(e *transport.Event) *transport.Event {
	e.Source = transport.Source{Chat: transport.ChatGroup, ChatID: "g", UserID: "u"}
	return e
}

// log is data that records what ran.
type log struct {
	Ran []string `json:"ran,omitempty"`
}

// ran returns an action that records itself in the data, and in the outputs with its state.
func ran(name string) flow.Action[log] {
	return func(_ context.Context, t *flow.Turn[log]) error {
		t.Data.Ran = append(t.Data.Ran, name)
		t.Send(say(name + "@" + string(t.State())))
		return nil
	}
}

func failing(err error) flow.Action[log] {
	return func(_ context.Context, t *flow.Turn[log]) error {
		t.Data.Ran = append(t.Data.Ran, "failing")
		t.Send(say("failing"))
		return err
	}
}

func panicking(_ context.Context, _ *flow.Turn[log]) error { panic("the user's secret") }

func yes(*flow.Turn[log]) bool { return true }
func no(*flow.Turn[log]) bool  { return false }

func at(d time.Duration) func(*flow.Turn[log]) time.Time {
	return func(t *flow.Turn[log]) time.Time { return t.Now().Add(d) }
}

func never(*flow.Turn[log]) time.Time { return time.Time{} }

// parse returns an action that reads what the user sent, and rejects what read cannot, in the words of its
// error if that is a rejection.
func parse[T, V any](read func(string) (V, error), set func(*T, V)) flow.Action[T] {
	return func(_ context.Context, t *flow.Turn[T]) error {
		v, err := read(t.Input())
		if err != nil {
			return errors.Join(err, flow.Reject())
		}
		set(&t.Data, v)
		return nil
	}
}

// session steps one conversation.
type session struct {
	t     *testing.T
	f     *flow.Flow
	now   time.Time
	state flow.Result
}

func newSession[T any](t *testing.T, b *flow.Builder[T]) *session {
	t.Helper()
	f, err := b.Build()
	require.NoError(t, err)
	return &session{t: t, f: f, now: noon}
}

func (s *session) input(e *transport.Event) *flow.Input {
	return &flow.Input{
		Turn: "turn-1", Event: e, Now: s.now,
		State: s.state.State, Data: s.state.Data, Trail: s.state.Trail, Timers: s.state.Timers,
	}
}

func (s *session) step(e *transport.Event) flow.Result {
	s.t.Helper()
	return s.run(s.input(e))
}

func (s *session) run(in *flow.Input) flow.Result {
	s.t.Helper()
	res, err := s.f.Step(s.t.Context(), in)
	require.NoError(s.t, err)
	s.state = res
	return res
}

// says steps an event and returns the state after it and what was sent: "a: Which day? | Today?".
func (s *session) says(e *transport.Event) string {
	s.t.Helper()
	return s.saysTo(s.input(e))
}

func (s *session) saysTo(in *flow.Input) string {
	s.t.Helper()
	res := s.run(in)
	words := make([]string, len(res.Messages))
	for i, m := range res.Messages {
		words[i] = string(m.(say))
	}
	return string(res.State) + ": " + strings.Join(words, " | ")
}

// turn is one turn of a conversation: what happens, and what says returns of it.
type turn struct {
	event *transport.Event
	want  string
}

func (s *session) holds(lines ...turn) {
	s.t.Helper()
	for i, l := range lines {
		require.Equal(s.t, l.want, s.says(l.event), "line %d: %s%s", i+1, l.event.Text, l.event.Postback.Data)
	}
}

// tell returns an action that sends a message, with the number of wrong answers if there were any.
func tell[T any](msg string) flow.Action[T] {
	return func(_ context.Context, t *flow.Turn[T]) error {
		words := msg
		if n := t.Tries(); n > 0 {
			words += " #" + strconv.Itoa(n)
		}
		t.Send(say(words))
		return nil
	}
}

// fails steps an event that must fail, and leaves the session as it is.
func (s *session) fails(e *transport.Event) *flow.TurnError {
	s.t.Helper()
	res, err := s.f.Step(s.t.Context(), s.input(e))
	require.Equal(s.t, flow.Result{}, res)
	var te *flow.TurnError
	require.ErrorAs(s.t, err, &te)
	require.NotContains(s.t, err.Error(), "secret")
	return te
}

// offsets are timers by name, counted from noon.
type offsets map[string]time.Duration

func timers(res flow.Result) offsets {
	m := offsets{}
	for _, t := range res.Timers {
		m[t.Name] = t.Due.Sub(noon)
	}
	return m
}

func said(msgs ...string) []transport.Message {
	var out []transport.Message
	for _, m := range msgs {
		out = append(out, say(m))
	}
	return out
}

// golden compares with a file in testdata; KAIWA_UPDATE=1 writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if os.Getenv("KAIWA_UPDATE") != "" {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}
