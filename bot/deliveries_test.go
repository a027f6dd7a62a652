package bot

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A session's outputs are on their way once, those of another session beside them. Who comes
// meanwhile leaves his to the one who is at it, and that they may have been sent before.
func TestDeliveries(t *testing.T) {
	t.Parallel()
	var l deliveries
	at := func(s int64) time.Time { return time.Unix(s, 0) }
	look := func(id string, wantRetried bool, wantUntil int64, why string) {
		retried, until := l.look(id)
		require.Equal(t, wantRetried, retried, why)
		require.Equal(t, at(wantUntil), until, why)
	}
	require.True(t, l.enter("a", false, at(1)))
	require.False(t, l.enter("a", true, at(3)))
	require.False(t, l.enter("a", true, at(2)))
	require.True(t, l.enter("b", false, at(9)))
	require.False(t, l.leave("a"), "somebody came")
	look("a", true, 3, "the latest delivery lease")
	require.False(t, l.enter("a", false, at(2)))
	look("a", true, 3, "what was tried stays so")
	require.True(t, l.leave("a"))
	look("b", false, 9, "another session")
	require.True(t, l.leave("b"))
	require.True(t, l.enter("a", false, at(1)))
}
