package flow_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
)

// menus is a flow bound to a menu, with a state that has its own and one that has none.
func menus() *flow.Builder[log] {
	b := flow.New[log]("f", "a")
	b.StartOn(flow.Text("go"))
	b.In("a").On(flow.Text("own")).To("own").On(flow.Text("stay")).Stay()
	b.In("own").Menu("other").On(flow.Text("none")).To("none").On(flow.Text("again")).Reenter()
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
