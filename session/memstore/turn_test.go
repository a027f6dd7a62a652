package memstore

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
)

func TestHoldGetsNoOutputs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		run(t, s, "a", "e1", session.CommitRequest{Outputs: [][]byte{{1}}, DeliveryLease: time.Second})
		time.Sleep(time.Second)
		r := &session.BeginRequest{ID: "a", Token: token(2), Event: session.Event{ID: "e2"}, Hold: true}
		b, err := s.Begin(t.Context(), r)
		require.NoError(t, err)
		require.Empty(t, b.Outputs)
	})
}

func TestBeginAgainGetsTheSameOutputs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		run(t, s, "a", "e1", session.CommitRequest{Outputs: [][]byte{{1}, {2}}, DeliveryLease: time.Second})
		time.Sleep(time.Second)
		r := &session.BeginRequest{ID: "a", Token: token(2)}
		for range 2 {
			b, err := s.Begin(t.Context(), r)
			require.NoError(t, err)
			require.Len(t, b.Outputs, 2)
			require.True(t, b.Retried)
		}
		r.Token = token(3)
		b, err := s.Begin(t.Context(), r)
		require.NoError(t, err)
		require.Empty(t, b.Outputs, "another call has the delivery lease")
	})
}

func TestEventGetsOutputsWhoseDeliveryLeaseRanOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		run(t, s, "a", "e1", session.CommitRequest{Outputs: [][]byte{{1}}, DeliveryLease: time.Second})
		time.Sleep(time.Second)
		r := &session.BeginRequest{ID: "a", Token: token(2), Event: session.Event{ID: "e2"}}
		b, err := s.Begin(t.Context(), r)
		require.NoError(t, err)
		require.Equal(t, session.Run, b.Status)
		require.Len(t, b.Outputs, 1)
		require.True(t, b.Retried)
	})
}

func TestCommitOfAnotherEventIsFenced(t *testing.T) {
	s := New()
	r := &session.BeginRequest{ID: "a", Token: token(1), Event: session.Event{ID: "e1"}}
	_, err := s.Begin(t.Context(), r)
	require.NoError(t, err)
	_, err = s.Commit(t.Context(), &session.CommitRequest{ID: "a", Token: token(1), EventID: "e2"})
	require.ErrorIs(t, err, session.ErrFenced)
}

func TestCommitAgainHasFreshTerms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		_, err := s.Begin(t.Context(), &session.BeginRequest{ID: "a", Token: token(1), Event: session.Event{ID: "e1"}})
		require.NoError(t, err)
		r := &session.CommitRequest{
			ID: "a", Token: token(1), EventID: "e1", Outputs: [][]byte{{1}}, DeliveryLease: 4 * time.Second,
		}
		for range 2 {
			c, err := s.Commit(t.Context(), r)
			require.NoError(t, err)
			require.True(t, c.MayDeliver)
			_, wait := due(t, s, 1)
			require.Equal(t, 4*time.Second, wait)
			time.Sleep(3 * time.Second)
		}
	})
}

// TestCommitAgainWithoutDeliveryLease repeats a commit whose outputs wait behind others.
func TestCommitAgainWithoutDeliveryLease(t *testing.T) {
	s := New()
	_, err := s.Begin(t.Context(), &session.BeginRequest{ID: "a", Token: token(1), Event: session.Event{ID: "e1"}})
	require.NoError(t, err)
	_, err = s.Begin(t.Context(), &session.BeginRequest{ID: "a", Token: token(2), Event: session.Event{ID: "e2"}})
	require.NoError(t, err)
	r := &session.CommitRequest{ID: "a", Token: token(1), EventID: "e1", Outputs: [][]byte{{1}}}
	c, err := s.Commit(t.Context(), r)
	require.NoError(t, err)
	require.True(t, c.MayDeliver)
	r.Rev, r.EventID = 1, "e2"
	for range 2 {
		c, err = s.Commit(t.Context(), r)
		require.NoError(t, err)
		require.False(t, c.MayDeliver)
	}
}

func TestReleasedTimerWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		run(t, s, "a", "e1", session.CommitRequest{Due: time.Now()})
		b, err := s.Begin(t.Context(), &session.BeginRequest{ID: "a", Token: token(1)})
		require.NoError(t, err)
		require.Equal(t, session.Run, b.Status)
		r := &session.ReleaseRequest{ID: "a", Token: token(1), Delay: 5 * time.Second, Counted: true}
		require.NoError(t, s.Release(t.Context(), r))
		ids, wait := due(t, s, 1)
		require.Empty(t, ids)
		require.Equal(t, 5*time.Second, wait)
		time.Sleep(wait)
		b, err = s.Begin(t.Context(), &session.BeginRequest{ID: "a", Token: token(1)})
		require.NoError(t, err)
		require.Equal(t, 2, b.Attempt)
	})
}

// TestCommitAgainWhoseOutputsAreGone repeats a commit when another was made since, whose outputs
// wait in the delivery lease of the first.
func TestCommitAgainWhoseOutputsAreGone(t *testing.T) {
	s := New()
	commit := func(n int, event string) *session.CommitRequest {
		b, err := s.Begin(t.Context(), &session.BeginRequest{
			ID: "a", Token: token(n), Event: session.Event{ID: event},
		})
		require.NoError(t, err)
		require.Equal(t, session.Run, b.Status)
		r := &session.CommitRequest{
			ID: "a", Token: token(n), Rev: b.Rev, EventID: event, Outputs: [][]byte{{1}},
		}
		_, err = s.Commit(t.Context(), r)
		require.NoError(t, err)
		return r
	}
	first := commit(1, "e1")
	commit(2, "e2")
	c, err := s.Commit(t.Context(), first)
	require.NoError(t, err)
	require.True(t, c.MayDeliver)
	require.NoError(t, s.Discard(t.Context(), "a", session.MakeSeq(1, 1), "blocked", nil))
	_, err = s.Commit(t.Context(), first)
	require.ErrorIs(t, err, session.ErrFenced)
}
