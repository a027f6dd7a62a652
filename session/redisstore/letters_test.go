package redisstore

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// Pages of any size list each letter once, partition after partition, the oldest of each first.
func TestLettersByPage(t *testing.T) {
	t.Parallel()
	lettersByPage(t, redistest.Start(t))
}

func lettersByPage(t *testing.T, client redis.UniversalClient) {
	ctx := context.Background()
	s := newStore(t, client, &Options{Partitions: 8})
	const sessions, each = 10, 4
	for n := range sessions * each {
		setAside(t, s, sessionID(n%sessions), event(fmt.Sprint("e", n), n), benchToken(n))
	}
	for _, limit := range []int{1, 3, letterChunk, letterChunk + 1, sessions * each, 1000} {
		var all []letterID
		seen := map[string]bool{}
		for from, more := "", true; more; more = from != "" {
			some, next, err := s.DeadLetters(ctx, ours, from, limit)
			require.NoError(t, err)
			require.LessOrEqual(t, len(some), limit)
			for _, l := range some {
				id, ok := s.parseLetterID(l.ID)
				require.True(t, ok)
				require.Equal(t, *s.part(l.Session), s.parts[id.part])
				require.WithinDuration(t, time.Now(), l.Time, time.Minute)
				require.Equal(t, "body of "+l.Event.ID, string(l.Event.Body))
				all, seen[l.Session+l.Event.ID] = append(all, id), true
			}
			from = next
		}
		require.Len(t, all, sessions*each, limit)
		require.Len(t, seen, sessions*each, limit)
		for i, id := range all[1:] {
			before := all[i]
			require.True(t, before.part < id.part || before.part == id.part && (before.ms < id.ms ||
				before.ms == id.ms && before.no < id.no), "%v before %v", before, id)
		}
	}
}

func TestLargestLetters(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newStore(t, redistest.Start(t), &Options{Timeout: time.Minute})
	id := sessionID(1)
	e := event(strings.Repeat("i", session.MaxEventID), 1)
	e.MessageID, e.Body = strings.Repeat("m", session.MaxEventID), repeat("b\x00", session.MaxEvent/2)
	setAside(t, s, id, e, token(1))
	all, next, err := s.DeadLetters(ctx, ours, "", 2)
	require.NoError(t, err)
	require.Empty(t, next)
	require.Len(t, all, 1)
	require.Equal(t, e.ID, all[0].Event.ID)
	require.True(t, bytes.Equal(e.Body, all[0].Event.Body))
	require.NoError(t, s.Replay(ctx, all[0].ID))
	b := mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(2)})
	require.Len(t, b.Event.ID, session.MaxEventID)
	require.Equal(t, all[0].Event.Accepted, b.Event.Accepted)
	require.Equal(t, e.MessageID, b.Event.MessageID)
	require.True(t, bytes.Equal(e.Body, b.Event.Body))
}

// However often an event is replayed, its id is new and not too long.
func TestReplayedManyTimes(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newStore(t, redistest.Start(t), nil)
	id, seen := sessionID(1), map[string]bool{}
	setAside(t, s, id, event("01HQ0000000000000000000000", 1), token(1))
	for i := range 12 {
		all, _, err := s.DeadLetters(ctx, ours, "", 10)
		require.NoError(t, err)
		require.Len(t, all, 1)
		require.NoError(t, s.Replay(ctx, all[0].ID))
		b := mustBegin(t, s, &session.BeginRequest{ID: id, Token: benchToken(i)})
		require.Equal(t, session.Run, b.Status)
		require.Equal(t, 1, b.Attempt)
		require.Regexp(t, `^01HQ0000000000000000000000(#r[0-9]+)+$`, b.Event.ID)
		require.LessOrEqual(t, len(b.Event.ID), session.MaxEventID)
		require.False(t, seen[b.Event.ID])
		seen[b.Event.ID] = true
		mustCommit(t, s, &session.CommitRequest{
			ID: id, Token: benchToken(i), Rev: b.Rev, EventID: b.Event.ID, Dead: "again",
		})
	}
}

func TestReplayedEventID(t *testing.T) {
	t.Parallel()
	l := letterID{part: 3, ms: 1_900_000_000_000, no: 7}
	const mark = "#r19000000000007"
	long := strings.Repeat("i", session.MaxEventID)
	for _, test := range []struct{ name, id, want string }{
		{"first", "e1", "e1" + mark},
		{"second", "e1#r11", "e1#r11" + mark},
		{"just fits", long[len(mark):], long[len(mark):] + mark},
		{"too long for one more", "e1" + strings.Repeat("#r1", 40), "e1" + mark},
		{"too long by itself", long, long[len(mark):] + mark},
	} {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, l.eventID(test.id)) })
	}
}

func TestLetterIDs(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newStore(t, redistest.Start(t), &Options{Partitions: 8})
	for name, want := range map[string]letterID{
		"7-1900000000000-12":         {"", true, 7, 1_900_000_000_000, 12},
		"/7-1900000000000-12":        {"", false, 7, 1_900_000_000_000, 12},
		"shop/7-1900000000000-12":    {"shop", false, 7, 1_900_000_000_000, 12},
		"a/1-1-1/7-1900000000000-12": {"a/1-1-1", false, 7, 1_900_000_000_000, 12},
	} {
		id, ok := s.parseLetterID(name)
		require.True(t, ok, name)
		require.Equal(t, want, id)
		require.Equal(t, "1900000000000-12", id.place())
	}
	for _, bad := range []string{
		"", "7", "7-1", "7-1-", "7--1", "-1-1", "8-1-1", "65536-1-1", "07-1-1", "7-01-1", "7-1-+1", "7-1-1-1",
		"7-1-18446744073709551616", "7-+-1", "x-1-1", "7-1-1 ", "7-1-1/", "/", "shop/", "shop/8-1-1", "shop-7-1-1",
	} {
		_, ok := s.parseLetterID(bad)
		require.False(t, ok, bad)
		require.ErrorIs(t, s.Replay(ctx, bad), session.ErrNoDeadLetter, bad)
		require.ErrorIs(t, s.DeleteDeadLetter(ctx, bad), session.ErrNoDeadLetter, bad)
		_, _, err := s.DeadLetters(ctx, ours, bad, 1)
		require.Equal(t, bad == "", err == nil, bad)
	}
	require.ErrorIs(t, s.DeleteDeadLetter(ctx, "7-1-1"), session.ErrNoDeadLetter)
	require.EqualError(t, s.Forget(ctx, "w"), "redisstore: forget: not the id of a session")
	_, _, err := s.DeadLetters(ctx, ours, "shop/7-1-1", 1)
	require.ErrorIs(t, err, errFrom, "a place of another account")
}

func TestAdminWithoutRedis(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	server := redistest.StartServer(t, nil)
	s := newStore(t, noRetries(t, server), &Options{Namespace: "x"})
	setAside(t, s, sessionID(1), event("secret", 1), token(1))
	all, _, err := s.DeadLetters(ctx, ours, "", 1)
	require.NoError(t, err)
	server.Kill()
	_, _, err = s.DeadLetters(ctx, ours, "", 1)
	for _, err := range []error{
		err, s.Check(ctx), s.Forget(ctx, sessionID(1)), s.Replay(ctx, all[0].ID), s.DeleteDeadLetter(ctx, all[0].ID),
	} {
		require.ErrorIs(t, err, session.ErrUnavailable)
		require.NotContains(t, err.Error(), "secret")
	}
}

func TestMalformedAnswersOfAdmin(t *testing.T) {
	t.Parallel()
	s := &Store{parts: makePartitions("", 2)}
	good := "\x00\x00\x031-2\x01s\x01\x01w\x00\x00\x00\x00\x00\x00\x00\x0f" + strings.Repeat("\x00", 12) + "\x01e\x00"
	streams := []letterID{{account: "shop", part: 1}}
	all, id, ok := s.parseLetters([]byte(good), streams)
	require.True(t, ok)
	require.Equal(t, letterID{"shop", false, 1, 1, 2}, id)
	require.Equal(t, "shop/s", all[0].Session)
	all, _, ok = s.parseLetters([]byte("\x00\x00\x031-2\x01s\x00\x01w\x00\x00\x00\x03\x01\x00\x00\x01o"), streams)
	require.True(t, ok)
	require.Equal(t, session.Output{Seq: session.MakeSeq(3, 1), Body: []byte("o")}, all[0].Output)
	_, _, ok = s.parseLetters([]byte("\x00\x01"+good[2:]), streams)
	require.False(t, ok, "a stream that was not asked")
	for n := 1; n < len(good); n++ {
		_, _, ok := s.parseLetters([]byte(good[:n]), streams)
		require.False(t, ok, "the first %d bytes", n)
	}
}
