package bot

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A session's stored outputs are on their way once, those of another session beside them.
func TestLanes(t *testing.T) {
	t.Parallel()
	var l lanes
	require.True(t, l.enter("a"))
	require.False(t, l.enter("a"))
	require.True(t, l.enter("b"))
	l.leave("a")
	require.True(t, l.enter("a"))
}
