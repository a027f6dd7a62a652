package flow_test

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
)

// The party was a text, then a number with the name in two fields, then one name.
type (
	party1 struct {
		Party string `json:"party,omitempty"`
	}
	party2 struct {
		Party int    `json:"party,omitempty"`
		First string `json:"first,omitempty"`
		Last  string `json:"last,omitempty"`
	}
	party3 struct {
		Party int    `json:"party,omitempty"`
		Name  string `json:"name,omitempty"`
	}
)

var errParty = errors.New("no party: the user's secret")

var (
	to2 = flow.Migration(func(old party1) (party2, error) {
		n, err := strconv.Atoi(old.Party)
		if err != nil {
			return party2{}, errParty
		}
		return party2{Party: n, First: "Ann"}, nil
	})
	to3 = flow.Migration(func(old party2) (party3, error) {
		if old.Last == "panic" {
			panic("the user's secret")
		}
		return party3{Party: old.Party, Name: old.First + old.Last}, nil
	})
)

// parties is a flow of one state that tells its data, and of another.
func parties[T any](migrations ...flow.MigrationStep) *flow.Builder[T] {
	b := flow.New[T]("parties").Migrate(migrations...)
	tell := func(_ context.Context, t *flow.Turn[T]) error {
		data, err := json.Marshal(t.Data)
		t.Send(say(data))
		return err
	}
	later := func(t *flow.Turn[T]) time.Time { return t.Now().Add(time.Hour) }
	b.Start(flow.Text("go")).To("a")
	b.In("a").Enter(tell).On(flow.Text("b")).To("b").On(flow.Text("end")).End()
	b.In("b").Enter(tell).On(flow.Text("remind")).Remind("later", later, tell).Stay()
	b.InAny().On(flow.Text("back")).Back().On(flow.Text("help")).Again()
	return b
}

func TestMigrations(t *testing.T) {
	t.Parallel()
	f := parties[party3](to2, to3).MustBuild()
	for _, tt := range []struct{ name, stored, want string }{
		{"of the first version", `{"party":"4"}`, `{"party":4,"name":"Ann"}`},
		{"of the second", "\x00\x01" + `{"party":4,"first":"Bea","last":" Ito"}`, `{"party":4,"name":"Bea Ito"}`},
		{"of the present one", "\x00\x02" + `{"party":4,"name":"Cal"}`, `{"party":4,"name":"Cal"}`},
		{"with a field that is not known", "\x00\x02" + `{"new":1}`, `{}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &session{t: t, f: f, now: noon, state: flow.Result{State: "a", Data: []byte(tt.stored)}}
			require.Equal(t, said(tt.want), s.step(text("help")).Messages)
			require.Equal(t, "\x00\x02"+tt.want, string(s.state.Data))
			v, err := f.DecodeData([]byte(tt.stored))
			require.NoError(t, err)
			data, err := json.Marshal(v.(party3))
			require.NoError(t, err)
			require.Equal(t, tt.want, string(data))
		})
	}
}

// What cannot be read is so for a reason that the bot can tell apart, and is not quoted.
func TestDataThatCannotBeMigrated(t *testing.T) {
	t.Parallel()
	s := newSession(t, parties[party3](to2, to3))
	for _, tt := range []struct {
		stored, text string
		err          error
	}{
		{"\x00\x03{}", `flow: parties: a: text "b": decode: flow: data of a newer build`, flow.ErrNewerData},
		{`{"party":"many"}`, `flow: parties: a: text "b": decode: data: *errors.errorString`, errParty},
		{"\x00\x01" + `{"last":"panic"}`, `flow: parties: a: text "b": decode: data: *flow.PanicError`, nil},
		{"\x00\x01" + `{"party":"4"}`, `flow: parties: a: text "b": decode: data: *json.UnmarshalTypeError`, nil},
		{"\x00", `flow: parties: a: text "b": decode: data: *errors.errorString`, nil},
		{"\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff{}", `flow: parties: a: text "b": decode: data: *errors.errorString`, nil},
		{"", `flow: parties: a: text "b": decode: data: *errors.errorString`, errParty}, // of the first version, without content
	} {
		s.state = flow.Result{State: "a", Data: []byte(tt.stored)}
		err := s.fails(text("b"))
		require.Equal(t, tt.text, err.Error()[:len(tt.text)], "%q", tt.stored)
		if tt.err != nil {
			require.ErrorIs(t, err, tt.err)
		}
	}
}

// A flow without migrations knows what a newer build has written, even if its own data has no content.
func TestNewerDataOfAnEarlierBuild(t *testing.T) {
	t.Parallel()
	for _, f := range []*flow.Flow{parties[party1]().MustBuild(), parties[struct{}]().MustBuild()} {
		s := &session{t: t, f: f, now: noon, state: flow.Result{State: "a", Data: []byte("\x00\x01{}")}}
		require.ErrorIs(t, s.fails(text("b")), flow.ErrNewerData)
		s.state.State = "newer"
		require.ErrorIs(t, s.fails(text("b")), flow.ErrNewerData, "of a state that is newer, too")
	}
}

// What a flow without migrations stores has no version, and content may come and go.
func TestVersionsOfData(t *testing.T) {
	t.Parallel()
	s := newSession(t, parties[party1]())
	s.step(text("go"))
	require.Equal(t, `{}`, string(s.state.Data))

	s = newSession(t, parties[struct{}]())
	s.step(text("go"))
	require.Empty(t, s.state.Data)
	filled := flow.Migration(func(struct{}) (party3, error) { return party3{Name: "nobody"}, nil })
	s.f = parties[party3](filled).MustBuild()
	require.Equal(t, said(`{"name":"nobody"}`), s.step(text("help")).Messages)
	emptied := flow.Migration(func(party3) (struct{}, error) { return struct{}{}, nil })
	s.f = parties[struct{}](filled, emptied).MustBuild()
	require.Equal(t, said(`{}`), s.step(text("help")).Messages)
	require.Equal(t, "\x00\x02{}", string(s.state.Data))

	s = newSession(t, parties[party3](filled))
	s.step(text("go"))
	require.Equal(t, "\x00\x01{}", string(s.state.Data), "fresh data is zero")
}

// A deploy comes while the history has a step and a reminder is set.
func TestMigrationOfHistoryAndReminders(t *testing.T) {
	t.Parallel()
	s := newSession(t, parties[party1]())
	s.state = flow.Result{State: "a", Data: []byte(`{"party":"4"}`)}
	s.step(text("b"))
	s.step(text("remind"))
	data := s.state.Reminders[0].Data

	s.f = parties[party3](to2, to3).MustBuild()
	in := s.input(due("later"))
	in.Mode, in.Data = flow.ModeRemind, data
	res, err := s.f.Step(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, said(`{"party":4,"name":"Ann"}`), res.Messages)

	s.says(text("help"))
	require.Equal(t, `a: {"party":4,"name":"Ann"}`, s.says(text("back")))
	require.Equal(t, "\x00\x02"+`{"party":4,"name":"Ann"}`, string(s.state.Data))
}

func TestFaultsOfMigrations(t *testing.T) {
	t.Parallel()
	var none func(party1) (party3, error)
	build := func(b interface{ Build() (*flow.Flow, error) }) string {
		_, err := b.Build()
		if err == nil {
			return ""
		}
		return err.Error()
	}
	const head = "flow: parties: 1 fault in the definition\nparties: "
	for _, tt := range []struct{ got, want string }{
		{build(parties[party3](to3)), ""},
		{build(parties[party3](flow.Migration(func(map[string]any) (party3, error) { return party3{}, nil }))), ""},
		{build(parties[party3](to2)), head + "the last migration makes flow_test.party2, but the data is flow_test.party3"},
		{build(parties[party3](to3, to3)),
			head + "the migration 2 takes flow_test.party2, but the one before makes flow_test.party3"},
		{build(parties[party3](flow.Migration(none))), head + "the migration 1 has a nil function"},
		{build(parties[party3](flow.MigrationStep{}, to3)), head + "the migration 1 is empty: make it with Migration"},
		{build(parties[party3](flow.Migration(func(*party1) (party3, error) { return party3{}, nil }))),
			head + "the migration 1 takes *flow_test.party1: use the type of the data itself"},
		{build(parties[party3](flow.Migration(func(any) (party3, error) { return party3{}, nil }))),
			head + "the migration 1 takes interface {}: use the type of the data itself"},
		{build(parties[party3](flow.Migration(func(order) (party3, error) { return party3{}, nil }))),
			head + "the migration 1 takes flow_test.order, which has a stored form of its own: SetData reads its old forms"},
		{build(parties[order](flow.Migration(func(party1) (order, error) { return order{}, nil }))),
			head + "has migrations, but its data has a stored form of its own: SetData reads its old forms"},
	} {
		require.Equal(t, tt.want, tt.got)
	}
}
