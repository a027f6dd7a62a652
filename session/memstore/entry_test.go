package memstore

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
)

func TestOldSessionsAreDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const sessions = 5000
		s := New()
		add := func(from int) {
			for i := range sessions {
				run(t, s, name(from+i), "e", session.CommitRequest{State: []byte("s"), Keep: 24 * time.Hour})
			}
		}
		add(0)
		require.Equal(t, sessions, count(t, s))
		time.Sleep(24*time.Hour - time.Millisecond)
		due(t, s, 1)
		require.Equal(t, sessions, count(t, s), "not yet")
		time.Sleep(sweepEvery)
		add(sessions)
		require.Equal(t, sessions, count(t, s), "a new session is a time to delete old ones")
		time.Sleep(24 * time.Hour)
		due(t, s, 1)
		require.Zero(t, count(t, s), "Due is another")
	})
}

func TestExpiredSessionIsNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		run(t, s, "a", "e", session.CommitRequest{State: []byte("s"), Keep: 36 * time.Hour})
		time.Sleep(36 * time.Hour)
		b, err := s.Begin(t.Context(), &session.BeginRequest{
			ID: "a", Token: token(2), Event: session.Event{ID: "e", Time: time.Now()},
		})
		require.NoError(t, err)
		require.Equal(t, session.Run, b.Status)
		require.Zero(t, b.Rev)
		require.Nil(t, b.State)
		_, err = s.Commit(t.Context(), &session.CommitRequest{ID: "b", Token: token(2)})
		require.ErrorIs(t, err, session.ErrFenced)
	})
}

func TestEndedSessionIsKeptForADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		run(t, s, "a", "e", session.CommitRequest{Keep: 1000 * time.Hour})
		time.Sleep(24*time.Hour - time.Millisecond)
		due(t, s, 1)
		require.Equal(t, 1, count(t, s))
		time.Sleep(sweepEvery)
		due(t, s, 1)
		require.Zero(t, count(t, s))
	})
}

func TestWhatWaitsIsKeptLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		run(t, s, "a", "e", session.CommitRequest{Outputs: [][]byte{{1}}})
		time.Sleep(25*time.Hour - time.Millisecond)
		ids, _ := due(t, s, 1)
		require.Equal(t, []string{"a"}, ids)
		time.Sleep(sweepEvery)
		ids, _ = due(t, s, 1)
		require.Empty(t, ids)
		require.Zero(t, count(t, s))
	})
}

func TestEventDoesNotShortenKeep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		run(t, s, "a", "e1", session.CommitRequest{State: []byte("s"), Keep: 100 * time.Hour})
		_, err := s.Begin(t.Context(), &session.BeginRequest{ID: "a", Event: session.Event{ID: "e2"}, Hold: true})
		require.NoError(t, err)
		time.Sleep(99 * time.Hour)
		b, err := s.Begin(t.Context(), &session.BeginRequest{ID: "a", Token: token(2)})
		require.NoError(t, err)
		require.Equal(t, "s", string(b.State))
	})
}

func TestNothingIsKeptOfNothing(t *testing.T) {
	s := New()
	b, err := s.Begin(t.Context(), &session.BeginRequest{ID: "a", Token: token(1)})
	require.NoError(t, err)
	require.Equal(t, session.Idle, b.Status)
	_, err = s.Ack(t.Context(), &session.AckRequest{ID: "a", Token: token(9), Done: 1})
	require.NoError(t, err)
	require.Zero(t, count(t, s))
}

func TestZeroToken(t *testing.T) {
	s := New()
	r := &session.BeginRequest{ID: "a", Event: session.Event{ID: "e"}}
	_, err := s.Begin(t.Context(), r)
	require.EqualError(t, err, "memstore: the zero token cannot hold a lease")
	r.Hold = true
	b, err := s.Begin(t.Context(), r)
	require.NoError(t, err, "an event that is left to others needs none")
	require.Equal(t, session.Queued, b.Status)
	_, err = s.Commit(t.Context(), &session.CommitRequest{ID: "a"})
	require.ErrorIs(t, err, session.ErrFenced)
	require.ErrorIs(t, s.Extend(t.Context(), "a", session.LeaseToken{}, 0), session.ErrFenced)
}
