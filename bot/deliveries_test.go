package bot

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A session's outputs are on their way once, those of another session beside them. Who comes
// meanwhile leaves his to the one who is at it.
func TestDeliveries(t *testing.T) {
	t.Parallel()
	var l deliveries
	require.True(t, l.enter("a"))
	require.False(t, l.enter("a"))
	require.True(t, l.enter("b"))
	require.False(t, l.leave("a"), "somebody came")
	l.look("a")
	require.True(t, l.leave("a"))
	require.True(t, l.leave("b"))
	require.True(t, l.enter("a"))
}
