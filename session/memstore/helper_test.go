package memstore

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
)

func token(n int) session.LeaseToken {
	t := session.LeaseToken{0: 1}
	binary.BigEndian.PutUint32(t[4:], uint32(n))
	return t
}

// run begins and commits a turn for the event, which must be the one that is handed out.
func run(t testing.TB, s *Store, id, event string, c session.CommitRequest) session.CommitResult {
	t.Helper()
	b, err := s.Begin(t.Context(), &session.BeginRequest{
		ID: id, Token: token(1), Event: session.Event{ID: event, Time: time.Now()},
	})
	require.NoError(t, err)
	require.Equal(t, session.Run, b.Status)
	c.ID, c.Token, c.Rev, c.EventID = id, token(1), b.Rev, b.Event.ID
	done, err := s.Commit(t.Context(), &c)
	require.NoError(t, err)
	return done
}

func due(t testing.TB, s *Store, limit int) ([]string, time.Duration) {
	t.Helper()
	ids, wait, err := s.Due(t.Context(), []string{""}, limit, 0)
	require.NoError(t, err)
	return ids, wait
}

func name(i int) string { return fmt.Sprintf("session-%d", i) }

// count returns how many sessions are kept, and checks that the map and the queues agree.
func count(t testing.TB, s *Store) (n int) {
	t.Helper()
	for _, a := range s.accounts {
		n += len(a.queue)
		for place, e := range a.queue {
			require.Equal(t, place, e.place)
			require.Same(t, e, s.sessions[e.id])
			require.Same(t, a, e.account)
		}
	}
	require.Len(t, s.sessions, n)
	return n
}
