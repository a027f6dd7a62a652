package bot

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A session's outputs are on their way once, those of another session beside them. Who comes
// meanwhile leaves his to the one who is at it, and that they may have been sent before.
func TestDeliveries(t *testing.T) {
	t.Parallel()
	var l deliveries
	require.True(t, l.enter("a", false))
	require.False(t, l.enter("a", true))
	require.True(t, l.enter("b", false))
	require.False(t, l.leave("a"), "somebody came")
	require.True(t, l.look("a"))
	require.False(t, l.enter("a", false))
	require.True(t, l.look("a"), "what was tried stays so")
	require.True(t, l.leave("a"))
	require.False(t, l.look("b"))
	require.True(t, l.leave("b"))
	require.True(t, l.enter("a", false))
}
