package memstore

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
)

func TestDeadLetters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, now := New(), time.UnixMilli(time.Now().UnixMilli())
		require.Empty(t, s.DeadLetters())
		run(t, s, "a", "fine", session.CommitRequest{})
		run(t, s, "a", "poison", session.CommitRequest{Dead: "panic", State: []byte("s"), Due: now})
		b, err := s.Begin(t.Context(), &session.BeginRequest{ID: "a", Token: token(2)})
		require.NoError(t, err)
		_, err = s.Begin(t.Context(), &session.BeginRequest{ID: "a", Event: session.Event{ID: "e"}, Hold: true})
		require.NoError(t, err)
		_, err = s.Commit(t.Context(), &session.CommitRequest{ID: "a", Token: token(2), Rev: b.Rev, Dead: "timer"})
		require.NoError(t, err)
		_, err = s.Commit(t.Context(), &session.CommitRequest{ID: "a", Token: token(2), Rev: b.Rev + 1, Dead: "timer, not the event"})
		require.NoError(t, err)
		require.Equal(t, []DeadLetter{
			{Session: "a", Event: session.Event{ID: "poison", Time: now, Accepted: now}, Attempts: 1, Reason: "panic", Time: now},
			{Session: "a", Attempts: 1, Reason: "timer", Time: now},
			{Session: "a", Attempts: 1, Reason: "timer, not the event", Time: now},
		}, s.DeadLetters())
	})
}

func TestDeadLettersAreBounded(t *testing.T) {
	s := New()
	for i := range MaxDeadLetters + 5 {
		run(t, s, "a", fmt.Sprint("e", i), session.CommitRequest{Dead: "panic"})
	}
	dead := s.DeadLetters()
	require.Len(t, dead, MaxDeadLetters)
	require.Equal(t, "e5", dead[0].Event.ID)
}
