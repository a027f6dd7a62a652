package bot

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Of the events that were under way when a process died, so many run at once. One that was under way
// in two processes that died runs when none of the others does, and no other beside it.
func TestSuspects(t *testing.T) {
	t.Parallel()
	var s suspects
	for range maxSuspects {
		require.True(t, s.enter(false))
	}
	require.False(t, s.enter(false), "one too many")
	require.False(t, s.enter(true))
	for range maxSuspects - 1 {
		s.leave(false)
	}
	require.False(t, s.enter(true), "another runs still")
	s.leave(false)
	require.True(t, s.enter(true))
	require.False(t, s.enter(true))
	require.False(t, s.enter(false))
	s.leave(true)
	require.True(t, s.enter(false))
}
