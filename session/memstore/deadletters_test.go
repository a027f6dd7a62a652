package memstore

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
)

func letterIDs(t *testing.T, s *Store, from string, limit int) (ids []string, next string) {
	t.Helper()
	all, next, err := s.DeadLetters(t.Context(), []string{""}, from, limit)
	require.NoError(t, err)
	for _, d := range all {
		ids = append(ids, d.ID)
	}
	return ids, next
}

func TestDeadLetters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, now := New(), time.UnixMilli(time.Now().UnixMilli())
		run(t, s, "a", "fine", session.CommitRequest{})
		run(t, s, "a", "poison", session.CommitRequest{Dead: "panic", State: []byte("s"), Due: now})
		b, err := s.Begin(t.Context(), &session.BeginRequest{ID: "a", Token: token(2)})
		require.NoError(t, err)
		_, err = s.Commit(t.Context(), &session.CommitRequest{ID: "a", Token: token(2), Rev: b.Rev, Dead: "a timer"})
		require.NoError(t, err)
		all, next, err := s.DeadLetters(t.Context(), []string{""}, "", 10)
		require.NoError(t, err)
		require.Empty(t, next)
		require.Equal(t, []session.DeadLetter{{
			ID: "/1", Session: "a", Attempts: 1, Why: "panic", Time: now,
			Event: session.Event{ID: "poison", Time: now, Accepted: now},
		}}, all, "a turn for a timer has no event to set aside")
	})
}

func TestDeadLettersByPage(t *testing.T) {
	s := New()
	for i := range 5 {
		run(t, s, "a", name(i), session.CommitRequest{Dead: "panic"})
	}
	for _, tt := range []struct {
		from, next string
		limit      int
		want       []string
	}{
		{"", "/2", 2, []string{"/1", "/2"}},
		{"/2", "/4", 2, []string{"/3", "/4"}},
		{"/4", "", 2, []string{"/5"}},
		{"/3", "", 2, []string{"/4", "/5"}},
		{"/5", "", 2, nil},
	} {
		ids, next := letterIDs(t, s, tt.from, tt.limit)
		require.Equal(t, tt.want, ids, "%d from %q", tt.limit, tt.from)
		require.Equal(t, tt.next, next, "%d from %q", tt.limit, tt.from)
	}
	require.NoError(t, s.DeleteDeadLetter(t.Context(), "/2"))
	ids, _ := letterIDs(t, s, "/2", 1)
	require.Equal(t, []string{"/3"}, ids, "the place of a dead letter that is gone")
	for _, bad := range []string{"x", "1", "/", "/x", "shop/", "/1/"} {
		_, _, err := s.DeadLetters(t.Context(), nil, bad, 1)
		require.EqualError(t, err, "memstore: DeadLetters did not return that place", bad)
	}
}

func TestDeadLettersAreBounded(t *testing.T) {
	s := New()
	for i := range maxDead + 5 {
		run(t, s, "a", fmt.Sprint("e", i), session.CommitRequest{Dead: "panic"})
	}
	run(t, s, session.Key{Channel: "shop"}.ID(), "e", session.CommitRequest{Dead: "panic"})
	all, _, err := s.DeadLetters(t.Context(), []string{""}, "", 2*maxDead)
	require.NoError(t, err)
	require.Len(t, all, maxDead)
	require.Equal(t, "e5", all[0].Event.ID)
	require.ErrorIs(t, s.Replay(t.Context(), "/5"), session.ErrNoDeadLetter)
}

// A page ends and the next begins in any of the accounts, whatever their order and whether they have any.
func TestDeadLettersOfAccountsByPage(t *testing.T) {
	s := New()
	want := []string{"/1", "/2", "a/1", "a/b/1", "a/b/2"}
	for _, name := range []string{"a/b", "a/b", "a", "", "", "other"} {
		run(t, s, session.Key{Channel: name}.ID(), fmt.Sprint("e", name, len(s.account(name).dead.kept)), session.CommitRequest{Dead: "panic"})
	}
	for limit := range 7 {
		var all []string
		for from := ""; limit > 0; {
			some, next, err := s.DeadLetters(t.Context(), []string{"none", "a/b", "a", "", "a/b"}, from, limit)
			require.NoError(t, err)
			for _, l := range some {
				all = append(all, l.ID)
			}
			if from = next; from == "" {
				require.Equal(t, want, all, "pages of %d", limit)
				break
			}
		}
	}
}
