package redisstore

import (
	"context"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

func mustForget(t *testing.T, s *Store, id string) {
	t.Helper()
	require.NoError(t, s.Forget(context.Background(), id))
}

// setAside leaves a dead letter of the session, which is new or was set aside before.
func setAside(t *testing.T, s *Store, id string, e session.Event, tok session.LeaseToken) {
	t.Helper()
	b := mustBegin(t, s, &session.BeginRequest{ID: id, Token: tok, Event: e})
	require.Equal(t, session.Run, b.Status)
	mustCommit(t, s, &session.CommitRequest{ID: id, Token: tok, Rev: b.Rev, EventID: e.ID, Dead: "why"})
}

func TestForgetLeavesATombstoneAlone(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newStore(t, redistest.StartServer(t, nil).Client(), &Options{Namespace: "one"})
	id := sessionID(1)
	mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1)})
	mustCommit(t, s, &session.CommitRequest{
		ID: id, Token: token(1), EventID: "e1", State: []byte("state"), Outputs: [][]byte{[]byte("o")},
		Due: time.Now().Add(time.Hour), Keep: 100 * time.Hour,
	})
	mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(2), Event: event("e2", 2)})
	mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(3), Event: event("e3", 3)})
	for range 2 {
		mustForget(t, s, id)
		key := s.at(id).session
		require.ElementsMatch(t, []string{key, "kaiwa:one:meta", s.at(id).bounds}, s.client.Keys(ctx, "*").Val())
		require.Equal(t, shape{Rev: 1, Forgot: true}, shapeOf(t, s.value(t, id)))
		require.Len(t, s.value(t, id), 27+6)
		require.InDelta(t, 25*time.Hour, s.client.PTTL(ctx, key).Val(), float64(time.Minute))
	}
}

func TestForgetMendsTheIndex(t *testing.T) {
	t.Parallel()
	s := newStore(t, redistest.Start(t), nil)
	id := sessionID(1)
	require.NoError(t, s.client.Do(context.Background(), "ZADD", s.at(id).watch, 5, s.at(id).hash).Err())
	mustForget(t, s, id)
	require.Zero(t, s.watched(t, id))
}

func TestForgetUnderOOM(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	client := redistest.StartServer(t, nil).Client()
	s := newStore(t, client, nil)
	id := sessionID(1)
	setAside(t, s, id, event("e1", 1), token(1))
	setAside(t, s, sessionID(2), event("e1", 1), token(1))
	require.NoError(t, client.ConfigSet(ctx, "maxmemory", "1mb").Err())
	mustForget(t, s, id)
	letters, _, err := s.DeadLetters(ctx, ours, "", 10)
	require.NoError(t, err)
	require.Len(t, letters, 1)
	require.ErrorIs(t, s.Replay(ctx, letters[0].ID), session.ErrUnavailable)
	require.NoError(t, s.DeleteDeadLetter(ctx, letters[0].ID))
}

// The tombstone is kept with whatever comes, for 25 h after the forget.
func TestTombstoneEnds(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, test := range []struct {
		name string
		ago  time.Duration
		want session.Status
	}{
		{"just now", 0, session.Stale},
		{"of nearly 25 hours", 25*time.Hour - time.Minute, session.Stale},
		{"of 25 hours", 25 * time.Hour, session.Run},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t, redistest.Start(t), nil)
			id := sessionID(1)
			key := s.at(id).session
			mustForget(t, s, id)
			v := []byte(s.value(t, id))
			forgot := time.Now().Add(-test.ago).UnixMilli()
			binary.BigEndian.PutUint64(v[len(v)-8:], uint64(v[len(v)-8])<<56|uint64(v[len(v)-7])<<48|uint64(forgot))
			require.NoError(t, s.client.Set(ctx, key, v, 0).Err())

			later := session.Event{ID: "later", Time: time.Now().Add(time.Second), Body: []byte("b")}
			b := mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: later})
			mustCommit(t, s, &session.CommitRequest{ID: id, Token: token(1), Rev: b.Rev, EventID: "later"})
			require.Equal(t, test.want == session.Stale, shapeOf(t, s.value(t, id)).Forgot)
			require.InDelta(t, keepAtLeast, s.client.PTTL(ctx, key).Val(), float64(time.Minute))
			old := session.Event{ID: "old", Time: time.UnixMilli(forgot), Body: []byte("b")}
			b = mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(2), Event: old})
			require.Equal(t, test.want, b.Status)
		})
	}
}

// An event without a time is not one from before a forget that never was.
func TestEventAtTheBeginningOfTime(t *testing.T) {
	t.Parallel()
	s := newStore(t, redistest.Start(t), nil)
	e := session.Event{ID: "e1", Time: time.UnixMilli(0), Body: []byte("b")}
	b := mustBegin(t, s, &session.BeginRequest{ID: sessionID(1), Token: token(1), Event: e})
	require.Equal(t, session.Run, b.Status)
}

// A tombstone stands between the other sections of the value, which must not suffer.
func TestTombstoneBesideEverything(t *testing.T) {
	t.Parallel()
	s := newStore(t, redistest.Start(t), nil)
	id := sessionID(1)
	mustForget(t, s, id)
	mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1)})
	mustCommit(t, s, &session.CommitRequest{
		ID: id, Token: token(1), EventID: "e1", State: []byte("state"), Outputs: [][]byte{[]byte("o")},
	})
	for i := range 2 {
		e := event(fmt.Sprint("e", i+2), i+2)
		mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(byte(2 + i)), Event: e})
	}
	require.Equal(t, shape{
		Rev: 1, Seen: 3, State: "state", Head: "e2=body of e2", Lease: true, Tries: 1, Mail: 1, Forgot: true,
		Owner: string(tokenBytes(2)), Carrier: string(tokenBytes(1)), Outputs: []string{"257=o"},
	}, shapeOf(t, s.value(t, id)))
	b := mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(2)})
	require.Equal(t, "state", string(b.State))
	require.Equal(t, "e2", b.Event.ID)
}

// Letters of a session go in many steps, and the others stay.
func TestForgetDeletesLettersOfTheSession(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newStore(t, redistest.Start(t), &Options{Partitions: 1})
	gone, stays := sessionID(1), sessionID(2)
	var want []string
	for i := range 2*letterChunk + 5 {
		setAside(t, s, gone, event(fmt.Sprint("e", i), i), benchToken(2*i))
		if i%3 == 0 {
			e := event(fmt.Sprint("e", i), i)
			setAside(t, s, stays, e, benchToken(2*i+1))
			want = append(want, e.ID)
		}
	}
	last := s.client.XRevRangeN(ctx, s.at(gone).dead, "+", "-", 1).Val()[0].ID
	setAside(t, s, gone, event("of the next session", 1), token(1))
	at, err := s.purge(ctx, s.at(gone).dead, s.at(gone).hash, "", last, last)
	require.NoError(t, err)
	require.Empty(t, at)
	left, _, err := s.DeadLetters(ctx, ours, "", 1000)
	require.NoError(t, err)
	require.Equal(t, "of the next session", left[len(left)-1].Event.ID, "purge ends where it was told to")

	mustForget(t, s, gone)
	left, next, err := s.DeadLetters(ctx, ours, "", 1000)
	require.NoError(t, err)
	require.Empty(t, next)
	var got []string
	for _, l := range left {
		require.Equal(t, stays, l.Session)
		got = append(got, l.Event.ID)
	}
	require.Equal(t, want, got)
}

// A Forget that failed halfway leaves letters behind, which nothing may bring back.
func TestLetterOfAForgottenSession(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, test := range []struct {
		name           string
		time, accepted time.Duration // after the forget
		want           error
	}{
		{"from before", -time.Second, -time.Second, session.ErrNoDeadLetter},
		{"stamped before", 0, time.Second, session.ErrNoDeadLetter},
		{"accepted before", time.Hour, -time.Second, session.ErrNoDeadLetter},
		{"from after", time.Second, time.Second, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t, redistest.Start(t), nil)
			id := sessionID(1)
			mustForget(t, s, id)
			v := s.value(t, id)
			a := answer{b: []byte(v[len(v)-6:])}
			forgot := a.time()
			require.NoError(t, s.client.Do(ctx, "XADD", s.at(id).dead, "*", "sid", s.at(id).hash, "id", "e1",
				"time", forgot.Add(test.time).UnixMilli(), "accepted", forgot.Add(test.accepted).UnixMilli(),
				"attempts", 1, "why", "w", "message", "m", "body", "b").Err())
			letters, _, err := s.DeadLetters(ctx, ours, "", 10)
			require.NoError(t, err)
			require.Len(t, letters, 1)
			require.ErrorIs(t, s.Replay(ctx, letters[0].ID), test.want)
			require.Equal(t, test.want == nil, len(dueIDs(t, s)) == 1)
		})
	}
}
