package memstore

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
)

func hold(t *testing.T, s *Store, id, event string, at time.Time) session.Status {
	t.Helper()
	b, err := s.Begin(t.Context(), &session.BeginRequest{
		ID: id, Event: session.Event{ID: event, Time: at}, Hold: true,
	})
	require.NoError(t, err)
	return b.Status
}

func TestCheck(t *testing.T) {
	require.NoError(t, New().Check(t.Context()))
}

func TestForgetKeepsLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		run(t, s, "a", "e1", session.CommitRequest{
			State: []byte("s"), Due: time.Now().Add(time.Hour), Outputs: [][]byte{{1}}, Keep: 1000 * time.Hour,
		})
		hold(t, s, "a", "e2", time.Now())
		require.NoError(t, s.Forget(t.Context(), "a"))
		require.Equal(t, &entry{
			id: "a", account: s.account(""), due: never, rev: 1, forgotten: time.Now().UnixMilli(),
			expires: time.Now().Add(25 * time.Hour).UnixMilli(),
		}, s.sessions["a"])
		ids, wait := due(t, s, 1)
		require.Empty(t, ids)
		require.Equal(t, time.Hour, wait)
		time.Sleep(25*time.Hour - time.Millisecond)
		due(t, s, 1)
		require.Equal(t, 1, count(t, s))
		time.Sleep(sweepEvery)
		due(t, s, 1)
		require.Zero(t, count(t, s))
	})
}

// TestForgottenEventsAreRefusedFor25h has a session that ends soon after, and one that lives on.
func TestForgottenEventsAreRefusedFor25h(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, start := New(), time.Now()
		for _, id := range []string{"unknown", "ends", "lives"} {
			require.NoError(t, s.Forget(t.Context(), id))
			require.Equal(t, session.Stale, hold(t, s, id, "old", start))
		}
		time.Sleep(time.Millisecond)
		run(t, s, "ends", "new", session.CommitRequest{})
		run(t, s, "lives", "new", session.CommitRequest{State: []byte("s"), Keep: 100 * time.Hour})
		time.Sleep(25*time.Hour - 2*time.Millisecond)
		for _, id := range []string{"unknown", "ends", "lives"} {
			require.Equal(t, session.Stale, hold(t, s, id, "old", start), id)
			require.Equal(t, session.Stale, hold(t, s, id, "older", start.Add(-time.Hour)), id)
		}
		time.Sleep(time.Millisecond)
		for _, id := range []string{"unknown", "ends", "lives"} {
			require.Equal(t, session.Queued, hold(t, s, id, "old", start), id)
		}
	})
}

func TestReplayOfSessionThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, start := New(), time.UnixMilli(time.Now().UnixMilli())
		run(t, s, "a", "e", session.CommitRequest{Dead: "panic"})
		time.Sleep(50 * time.Hour)
		_, wait := due(t, s, 1)
		require.Equal(t, time.Hour, wait)
		require.Zero(t, count(t, s))
		wake := s.Wake()
		require.NoError(t, s.Replay(t.Context(), "/1"))
		<-wake
		ids, _ := due(t, s, 1)
		require.Equal(t, []string{"a"}, ids)
		b, err := s.Begin(t.Context(), &session.BeginRequest{ID: "a", Token: token(1)})
		require.NoError(t, err)
		require.Equal(t, session.Event{ID: "e#r1", Time: start, Accepted: start}, b.Event)
	})
}

func TestReplayIntoFullMailbox(t *testing.T) {
	s := New()
	run(t, s, "a", "e", session.CommitRequest{Dead: "panic"})
	for i := range session.MaxMailbox {
		hold(t, s, "a", name(i), time.Now())
	}
	require.ErrorIs(t, s.Replay(t.Context(), "/1"), session.ErrFull)
	ids, _ := letterIDs(t, s, "", 10)
	require.Equal(t, []string{"/1"}, ids, "the dead letter is kept")
}

// TestForgetMeetsOthers forgets a session while its events are set aside and replayed. What a
// Forget leaves behind, it alone decides.
func TestForgetMeetsOthers(t *testing.T) {
	s := New()
	var work sync.WaitGroup
	for n := range 4 {
		work.Go(func() {
			for i := range 300 {
				id, tok := name(i%3), token(1+n*1000+i)
				b, err := s.Begin(t.Context(), &session.BeginRequest{
					ID: id, Token: tok, Event: session.Event{ID: fmt.Sprint(n, "-", i), Time: time.Now().Add(time.Hour)},
				})
				if err == nil && b.Status == session.Run {
					s.Commit(t.Context(), &session.CommitRequest{
						ID: id, Token: tok, Rev: b.Rev, EventID: b.Event.ID, Dead: "panic", Release: true,
					})
				}
				all, _, _ := s.DeadLetters(t.Context(), []string{""}, "", 1)
				for _, l := range all {
					s.Replay(t.Context(), l.ID)
				}
				if i%7 == 0 {
					s.Forget(t.Context(), id)
				}
			}
		})
	}
	work.Wait()
	for i := range 3 {
		require.NoError(t, s.Forget(t.Context(), name(i)))
	}
	ids, _ := letterIDs(t, s, "", 10)
	require.Empty(t, ids)
	dues, _ := due(t, s, 10)
	require.Empty(t, dues)
}
