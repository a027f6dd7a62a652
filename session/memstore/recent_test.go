package memstore

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
)

func TestRecentForgetsByNumber(t *testing.T) {
	var r recent
	for i := range recentCap {
		r.add(uint64(i), 1000+int64(i))
	}
	require.True(t, r.has(0))
	require.Zero(t, r.floor)
	require.False(t, r.mayHaveForgotten(time.Time{}), "nothing was forgotten")
	r.add(recentCap, 5000)
	r.add(recentCap+1, 5000)
	require.False(t, r.has(0))
	require.False(t, r.has(1))
	require.True(t, r.has(2))
	require.True(t, r.has(recentCap+1))
	require.Len(t, r.marks, recentCap)
	require.True(t, r.mayHaveForgotten(time.UnixMilli(1001)), "accepted when the last one that was forgotten was")
	require.False(t, r.mayHaveForgotten(time.UnixMilli(1002)))
}

func TestRecentForgetsByAge(t *testing.T) {
	var r recent
	day := recentFor.Milliseconds()
	r.add(1, 1000)
	r.add(2, 2000)
	r.add(3, 1000+day-1)
	require.True(t, r.has(1))
	r.add(4, 1000+day)
	require.False(t, r.has(1))
	require.True(t, r.has(2))
	require.Equal(t, int64(1000), r.floor)
}

// TestStale is the floor as callers see it.
func TestStale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, start := New(), time.Now()
		for i := range recentCap + 10 {
			run(t, s, "a", fmt.Sprint("e", i), session.CommitRequest{State: []byte("s")})
			time.Sleep(time.Second)
		}
		begin := func(id string, at time.Time, redelivered bool) session.Status {
			b, err := s.Begin(t.Context(), &session.BeginRequest{
				ID: "a", Event: session.Event{ID: id, Time: at}, Redelivered: redelivered, Hold: true,
			})
			require.NoError(t, err)
			return b.Status
		}
		floor := start.Add(9 * time.Second)
		require.Equal(t, session.Stale, begin("e0", start, true))
		require.Equal(t, session.Stale, begin("new", floor, true))
		require.Equal(t, session.Duplicate, begin("e10", start, true), "what is remembered is told from what is not")
		require.Equal(t, session.Queued, begin("new", floor.Add(time.Millisecond), true))
		b, err := s.Begin(t.Context(), &session.BeginRequest{
			ID: "a", Token: token(2), Event: session.Event{ID: "stale", Time: start}, Redelivered: true,
		})
		require.NoError(t, err)
		require.Equal(t, session.Stale, b.Status, "whoever brings it gets nothing else to do")
		require.Equal(t, session.Queued, begin("old", start, false))
	})
}

// An event that waits is known though more events came behind it than are remembered.
func TestWaitingEventIsKnownThoughForgotten(t *testing.T) {
	s := New()
	begin := func(id string, ms int) session.BeginResult {
		b, err := s.Begin(t.Context(), &session.BeginRequest{
			ID: "a", Token: token(1), Event: session.Event{ID: id, Time: time.UnixMilli(int64(ms))}, Hold: id != "first",
		})
		require.NoError(t, err)
		return b
	}
	require.Equal(t, session.Run, begin("first", 0).Status)
	require.Equal(t, session.Queued, begin("late", 9000).Status)
	next := session.Event{ID: "first"}
	for i := range recentCap { // all of these go before the late event
		begin(fmt.Sprint("e", i), i)
		c, err := s.Commit(t.Context(), &session.CommitRequest{ID: "a", Token: token(1), Rev: uint32(i), EventID: next.ID})
		require.NoError(t, err)
		next = c.Next
		require.Equal(t, fmt.Sprint("e", i), next.ID)
	}
	require.Equal(t, session.Queued, begin("late", 9000).Status)
	require.Equal(t, session.Duplicate, begin("e7", 7).Status)
	c, err := s.Commit(t.Context(), &session.CommitRequest{ID: "a", Token: token(1), Rev: recentCap, EventID: next.ID})
	require.NoError(t, err)
	require.Equal(t, "late", c.Next.ID)
	c, err = s.Commit(t.Context(), &session.CommitRequest{ID: "a", Token: token(1), Rev: recentCap + 1, EventID: "late"})
	require.NoError(t, err)
	require.Empty(t, c.Next.ID)
}
