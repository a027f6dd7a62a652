package httpcall

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBackoff(t *testing.T) {
	for n, want := range map[int]time.Duration{0: 2, 1: 2, 2: 4, 3: 8, 4: 9, 5: 9, 1 << 40: 9} {
		require.Equal(t, want, Backoff(n, 2, 9), n)
	}
}

func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		require.NoError(t, Pause(t.Context(), time.Minute))
		require.Equal(t, time.Minute, time.Since(start))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, Pause(ctx, time.Minute), context.DeadlineExceeded)
	})
}
