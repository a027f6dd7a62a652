package redisstore

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

func TestProcesses(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	c := redistest.Start(t)
	one := newStore(t, c, &Options{Namespace: "one"})
	two := newStore(t, c, &Options{Namespace: "one"})
	other := newStore(t, c, &Options{Namespace: "other"})
	clock := newClock(t, c, one, two)
	count := func(s *Store, n byte, term time.Duration) int {
		t.Helper()
		found, err := s.Processes(ctx, token(n), term)
		require.NoError(t, err)
		return found
	}
	require.Equal(t, 1, count(one, 1, time.Minute))
	require.Equal(t, 1, count(one, 1, time.Minute), "it is the same")
	require.Equal(t, 2, count(two, 2, time.Minute))
	require.Equal(t, 2, count(one, 1, time.Minute))
	require.Equal(t, 1, count(other, 3, time.Minute), "another namespace is another bot")
	require.Positive(t, c.PTTL(ctx, one.processes).Val(), "it does not outlive the processes")
	clock.advance(30 * time.Second)
	require.Equal(t, 2, count(one, 1, time.Minute))
	clock.advance(30 * time.Second)
	require.Equal(t, 1, count(one, 1, time.Minute), "the other was not heard of for as long as the term")

	require.NoError(t, c.ConfigSet(ctx, "maxmemory", "1").Err())
	_, err := one.Processes(ctx, token(1), time.Minute)
	require.ErrorIs(t, err, session.ErrUnavailable)
}
