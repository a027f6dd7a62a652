package redisstore

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

func TestHeartbeat(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	c := redistest.Start(t)
	one := newStore(t, c, &Options{Namespace: "one"})
	two := newStore(t, c, &Options{Namespace: "one"})
	other := newStore(t, c, &Options{Namespace: "other"})
	clock := newClock(t, c, one, two)
	count := func(s *Store, process string, term time.Duration) int {
		t.Helper()
		found, err := s.Heartbeat(ctx, process, ours, term)
		require.NoError(t, err)
		require.Len(t, found, 1)
		return found[0]
	}
	require.Equal(t, 1, count(one, "a", time.Minute))
	require.Equal(t, 1, count(one, "a", time.Minute), "it is the same")
	require.Equal(t, 2, count(two, "b", time.Minute))
	require.Equal(t, 2, count(one, "a", time.Minute))
	require.Equal(t, 1, count(other, "c", time.Minute), "another namespace is another bot")
	require.Positive(t, c.PTTL(ctx, one.processes+testAccount).Val(), "it does not outlive the processes")
	clock.advance(50 * time.Second)
	require.Equal(t, 2, count(one, "a", time.Minute))
	clock.advance(10 * time.Second)
	require.Equal(t, 1, count(one, "a", time.Minute), "the other was not heard of for as long as the term")

	require.NoError(t, c.ConfigSet(ctx, "maxmemory", "1").Err())
	_, err := one.Heartbeat(ctx, "a", ours, time.Minute)
	require.ErrorIs(t, err, session.ErrUnavailable)
}
