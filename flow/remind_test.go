package flow_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
)

// table is a booking whose reminder comes an hour before it.
type table struct {
	Number string `json:"number,omitempty"`
	Hour   int    `json:"hour,omitempty"` // hours from noon
}

// says returns a function that says what it is given.
func says(s string) func(*flow.Turn[log]) string { return func(*flow.Turn[log]) string { return s } }

// tables is a flow whose data says when the reminders fire. What is typed moves the booking by an hour for each
// letter.
func tables() *flow.Builder[table] {
	move := func(_ context.Context, t *flow.Turn[table]) error {
		t.Data.Number = "n7"
		t.Data.Hour += len(t.Input())
		return nil
	}
	before := func(t *flow.Turn[table]) time.Time { return noon.Add(time.Duration(t.Data.Hour-1) * time.Hour) }
	gone := func(*flow.Turn[table]) time.Time { return time.Time{} }
	number := func(t *flow.Turn[table]) string { return t.Data.Number }
	empty := func(*flow.Turn[table]) string { return "" }
	b := flow.New[table]("tables")
	b.Start(flow.Text("go")).To("a")
	b.In("a").
		On(flow.Postback("own")).Remind("own", before, tell[table]("own")).Stay().
		On(flow.Postback("drop own")).Remind("own", gone, nil).Stay().
		On(flow.Postback("keyed")).RemindKey("keyed", number, before, nil).Stay().
		On(flow.Postback("drop keyed")).RemindKey("keyed", number, gone, tell[table]("keyed")).Stay().
		On(flow.Postback("empty")).RemindKey("keyed", empty, before, nil).Stay().
		On(flow.Postback("both")).RemindKey("keyed", empty, before, nil).RemindKey("keyed", number, gone, nil).End().
		On(flow.Text()).Do(move).RemindKey("keyed", number, before, nil).Stay()
	return b
}

// What a step says of reminders: a time that is not to come takes the reminder back, and the key and the time
// are those after the actions.
func TestRemindersMoveAndAreTakenBack(t *testing.T) {
	t.Parallel()
	s := newSession(t, tables())
	s.step(text("go"))
	reminders := func(e string) []flow.Reminder { return s.step(postback(e)).Reminders }

	moved := []byte(`{"number":"n7","hour":3}`)
	require.Equal(t, []flow.Reminder{{Name: "keyed", Key: "n7", Due: noon.Add(2 * time.Hour), Data: moved}}, s.step(text("abc")).Reminders)
	require.Equal(t, []flow.Reminder{{Name: "own", Due: noon.Add(2 * time.Hour), Data: moved}}, reminders("own"))
	require.Equal(t, []flow.Reminder{{Name: "own"}}, reminders("drop own"))
	require.Equal(t, []flow.Reminder{{Name: "keyed", Key: "n7"}}, reminders("drop keyed"))
	require.Equal(t, []flow.Reminder{{Name: "keyed", Due: noon.Add(2 * time.Hour), Data: moved}}, reminders("empty"),
		"an empty key is the conversation's own")
	s.now = noon.Add(2 * time.Hour)
	require.Equal(t, []flow.Reminder{{Name: "own"}}, reminders("own"), "its time is not to come")
	s.now = noon
	require.Equal(t, []flow.Reminder{
		{Name: "keyed", Due: noon.Add(2 * time.Hour), Data: moved}, {Name: "keyed", Key: "n7"},
	}, reminders("both"), "in their order")

	for _, name := range []string{"own", "keyed"} {
		in := &flow.Input{Event: due(name), Now: noon, Mode: flow.ModeRemind}
		require.Equal(t, said(name), s.run(in).Messages, "the action of another transition")
	}
}

func TestKeyThatPanics(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Text("go")).To("a")
	b.In("a").On(flow.Text("x")).
		RemindKey("r", func(*flow.Turn[log]) string { panic("the user's secret") }, at(time.Hour), ran("r")).End()
	s := newSession(t, b)
	s.step(text("go"))
	require.EqualError(t, s.fails(text("x")), `flow: f: a: text "x": timer: flow: panic with a string`)
}

// One transition names a reminder in several branches. Each arrow shows it, and the definition has it once.
func TestRemindersOfBranches(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Text("go")).To("a")
	b.In("a").On(flow.Text("x")).Remind("always", at(time.Hour), ran("always")).
		If("odd", yes).Remind("soon", at(time.Hour), ran("soon")).End().
		ElseIf("even", no).Remind("soon", never, nil).Remind("soon", never, nil).Again().
		Else().To("a")
	f := b.MustBuild()
	require.Equal(t, []string{"always", "soon"}, f.Transitions()[1].Reminders)
	d := f.Diagram()
	require.Contains(t, d, `"#quot;x#quot; if odd (reminder always) (reminder soon)"`)
	require.Contains(t, d, `if even (reminder always) (reminder soon)`)
	require.Contains(t, d, `else (reminder always)`)
	require.NotContains(t, d, `else (reminder always) (reminder soon)`)
}
