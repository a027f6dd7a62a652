package flow_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
)

func TestFormerNames(t *testing.T) {
	t.Parallel()
	b := twoStates().Formerly("two_v1", "three")
	f := b.MustBuild()
	require.Equal(t, []string{"two_v1", "three"}, f.Formerly())
	f.Formerly()[0] = "changed"
	require.Equal(t, []string{"two_v1", "three"}, f.Formerly())
	require.Empty(t, twoStates().MustBuild().Formerly())
}

// Two old states may have become one, in several statements.
func TestFormerStates(t *testing.T) {
	t.Parallel()
	b := twoStates()
	b.In("a").Formerly("a_1", "a_2")
	b.In("a").Formerly("a_3")
	s := newSession(t, b)
	for _, old := range []flow.State{"a_1", "a_2", "a_3"} {
		in := s.input(text("b"))
		in.State = old
		require.Equal(t, said("exit a@a", "do@a", "enter b@b"), s.run(in).Messages)
	}
}
