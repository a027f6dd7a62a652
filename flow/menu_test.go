package flow_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// menus is a flow bound to a menu, with a state that has its own and one that has none.
func menus() *flow.Builder[log] {
	b := flow.New[log]("f")
	b.Start(flow.Text("go")).To("a")
	b.In("a").On(flow.Text("own")).To("own").On(flow.Text("stay")).Stay()
	b.In("own").Menu("other").On(flow.Text("none")).To("none").On(flow.Text("again")).Again()
	b.In("none").Menu("").On(flow.Text("back")).To("a")
	b.InAny().Menu("main").On(flow.Text("end")).End()
	return b
}

func TestMenuOfState(t *testing.T) {
	t.Parallel()
	s := newSession(t, menus())
	for _, tt := range []struct{ say, state, menu string }{
		{"go", "a", "main"},
		{"stay", "a", "main"},
		{"own", "own", "other"},
		{"again", "own", "other"},
		{"none", "none", ""},
		{"back", "a", "main"},
		{"end", "", ""},
	} {
		res := s.step(text(tt.say))
		require.Equal(t, flow.State(tt.state), res.State, tt.say)
		require.Equal(t, tt.menu, res.Menu, tt.say)
	}
}

func TestMenusOfFlow(t *testing.T) {
	t.Parallel()
	f, got := menus().MustBuild(), []string{}
	for s, name := range f.Menus() {
		got = append(got, string(s)+" "+name)
	}
	require.Equal(t, []string{"own other", "* main"}, got)
	for range f.Menus() {
		got = nil
		break // after the first
	}
	require.Nil(t, got)
}

func TestMenuFaults(t *testing.T) {
	t.Parallel()
	b := menus()
	b.In("own").Menu("second")
	b.In("a").Menu("Capital")
	b.InAny().Menu("main")
	_, err := b.Build()
	require.EqualError(t, err, "flow: f: 3 faults in the definition\n"+
		"f: a: the menu's name \"Capital\" is not up to 32 of a-z, 0-9, _ and -\n"+
		"f: own: is bound to 2 menus\n"+
		"f: *: is bound to 2 menus")
}

func TestMenuInDiagram(t *testing.T) {
	t.Parallel()
	golden(t, "menus.mmd", menus().MustBuild().Diagram())
}

// switchTo returns an action that switches the menu to each of the names, then returns err.
func switchTo(err error, names ...string) flow.Action[log] {
	return func(_ context.Context, t *flow.Turn[log]) error {
		for _, name := range names {
			t.SwitchMenu(name)
		}
		return err
	}
}

func TestSwitchMenu(t *testing.T) {
	t.Parallel()
	guard := func(t *flow.Turn[log]) bool {
		t.SwitchMenu("guard")
		t.SwitchMenu("Bad")
		return t.Event().Text == "guard"
	}
	b := flow.New[log]("f")
	b.Start(flow.Text("go")).To("a")
	b.In("a").Menu("main").
		Exit(func(_ context.Context, t *flow.Turn[log]) error {
			if t.Event().Text == "leave" {
				t.SwitchMenu("exit")
			}
			return nil
		}).
		On(flow.Text("stay")).Do(switchTo(nil, "own")).Stay().
		On(flow.Text("last")).Do(switchTo(nil, "first"), switchTo(nil, "second", "last")).Stay().
		On(flow.Text("everybody")).Do(switchTo(nil, "own", "")).Stay().
		On(flow.Text("same")).Do(switchTo(nil, "main")).Stay().
		On(flow.Text("leave")).To("b").
		On(flow.Text("enter")).Do(switchTo(nil, "own")).To("switching").
		On(flow.Text("end")).Do(switchTo(nil, "member")).End().
		On(flow.Text("reject")).Do(switchTo(nil, "own"), switchTo(flow.Reject(say("no")), "own")).To("b").
		On(flow.Text("ask again")).Do(switchTo(flow.Reject(), "own", "Bad")).To("b").
		On(flow.Text("guard", "refused")).When("it switches", guard).Stay().
		After(time.Hour).Do(switchTo(nil, "timer")).Stay()
	b.In("b").Menu("other").On(flow.Text("x")).End()
	b.In("switching").Menu("other").Enter(switchTo(nil, "entered")).On(flow.Text("x")).End()
	for _, tt := range []struct {
		event    *transport.Event
		state    flow.State
		menu     string
		switched bool
	}{
		{text("stay"), "a", "own", true},
		{text("last"), "a", "last", true},
		{text("everybody"), "a", "", true},
		{text("same"), "a", "main", true},
		{text("leave"), "b", "exit", true},
		{text("enter"), "switching", "entered", true},
		{text("end"), "", "member", true},
		{due("after 1h0m0s"), "a", "timer", true},
		{text("reject"), "a", "main", false},
		{text("ask again"), "a", "main", false},
		{text("guard"), "a", "main", false},
		{text("refused"), "a", "main", false},
	} {
		t.Run(tt.event.Text, func(t *testing.T) {
			t.Parallel()
			s := newSession(t, b)
			started := s.step(text("go"))
			require.Equal(t, "main", started.Menu)
			require.False(t, started.MenuSwitched)
			res := s.step(tt.event)
			require.Equal(t, tt.state, res.State)
			require.Equal(t, tt.menu, res.Menu)
			require.Equal(t, tt.switched, res.MenuSwitched)
		})
	}
}

// A switch of one turn is not one of the next.
func TestSwitchMenuIsForgotten(t *testing.T) {
	t.Parallel()
	b := menus()
	b.In("a").On(flow.Text("switch")).Do(switchTo(nil, "mine")).Stay()
	s := newSession(t, b)
	s.step(text("go"))
	require.True(t, s.step(text("switch")).MenuSwitched)
	res := s.step(text("stay"))
	require.False(t, res.MenuSwitched)
	require.Equal(t, "main", res.Menu)
}

func TestSwitchMenuInReminder(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Text("go")).To("a")
	b.In("a").Menu("main").
		On(flow.Text("1")).Remind("switch", at(time.Hour), switchTo(nil, "later")).Stay().
		On(flow.Text("2")).Remind("reject", at(time.Hour), switchTo(flow.Reject(say("no")), "later")).Stay().
		On(flow.Text("3")).Remind("bad", at(time.Hour), switchTo(nil, "Bad")).End()
	s := newSession(t, b)
	res := s.run(&flow.Input{Event: due("switch"), Mode: flow.ModeRemind})
	require.Equal(t, "later", res.Menu)
	require.True(t, res.MenuSwitched)
	res = s.run(&flow.Input{Event: due("reject"), Mode: flow.ModeRemind})
	require.Empty(t, res.Menu)
	require.False(t, res.MenuSwitched)
	_, err := s.f.Step(t.Context(), &flow.Input{Event: due("bad"), Mode: flow.ModeRemind})
	requireBadMenu(t, err, "flow: f: bad: action: ")
}

// requireBadMenu wants an error that trying again cannot mend, and that does not quote the name.
func requireBadMenu(t *testing.T, err error, where string) {
	t.Helper()
	require.EqualError(t, err, where+"transport: a menu's name is not up to 32 of a-z, 0-9, _ and -")
	var p interface{ Permanent() bool }
	require.ErrorAs(t, err, &p)
	require.True(t, p.Permanent())
}

func TestSwitchMenuToNoName(t *testing.T) {
	t.Parallel()
	bad := switchTo(nil, "Bad", "good")
	b := flow.New[log]("f")
	b.Start(flow.Text("go")).To("a")
	b.In("a").
		On(flow.Text("do")).Do(bad, panicking).Stay().
		On(flow.Text("enter")).To("entering").
		On(flow.Text("leave")).To("leaving").
		On(flow.Text("good")).Do(switchTo(nil, "good")).Stay()
	b.In("entering").Enter(bad).On(flow.Text("x")).End()
	b.In("leaving").Exit(bad).On(flow.Text("x")).End()
	s := newSession(t, b)
	s.step(text("go"))
	requireBadMenu(t, s.fails(text("do")), `flow: f: a: text "do": action: `)
	requireBadMenu(t, s.fails(text("enter")), `flow: f: entering: text "enter": enter: `)
	require.Equal(t, "good", s.step(text("good")).Menu, "the fault is forgotten")
	s.step(text("leave"))
	requireBadMenu(t, s.fails(text("x")), `flow: f: leaving: text "x": exit: `)
}
