package redisstore

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
	"github.com/kaiwa-go/kaiwa/transport"
)

// quiet is for stores on a Redis that New has something to say about.
var quiet = slog.New(slog.DiscardHandler)

// newStore returns a store in a namespace of its own.
func newStore(tb testing.TB, c redis.UniversalClient, o *Options) *Store {
	tb.Helper()
	var opt Options
	if o != nil {
		opt = *o
	}
	if opt.Namespace == "" {
		opt.Namespace = redistest.Namespace(tb, c)
	}
	if opt.Logger == nil {
		opt.Logger = quiet
	}
	s, err := New(context.Background(), c, &opt)
	require.NoError(tb, err)
	return s
}

// noRetries returns a client that makes each call once, and so fails at once.
func noRetries(tb testing.TB, server *redistest.Server) *redis.Client {
	c := redis.NewClient(&redis.Options{Addr: server.Addr(), MaxRetries: -1, DialerRetries: 1})
	tb.Cleanup(func() { _ = c.Close() })
	return c
}

// testAccount is the account of most sessions of the tests, and ours are all accounts that ask.
const testAccount = "1234567890"

var ours = []string{testAccount}

func userID(i int) string { return fmt.Sprintf("U%032x", i) }

func sessionID(i int) string {
	return session.Key{Channel: testAccount, Chat: transport.ChatUser, ChatID: userID(i)}.ID()
}

// bookingState is the state of a session in the middle of a booking, with its idle timer.
func bookingState(tb testing.TB, i int) []byte {
	tb.Helper()
	data := `{"date":"2030-05-17","time":"19:30","party":0,"name":"Sato"}`
	require.Len(tb, data, 60)
	id := userID(i)
	number, err := hex.DecodeString(id[1:])
	require.NoError(tb, err)
	due := binary.AppendVarint(nil, time.Now().Add(15*time.Minute).UnixMilli())
	// As package bot packs it: flow, state, mark, data, one timer, and the user that it sends to.
	return []byte("\x01\x07booking\x09ask_party\x05aB3-x\x3c" + data + "\x01\x00\x0bafter 15m0s" + string(due) +
		"\x00\x91" + id[:1] + string(number))
}

func event(id string, ms int) session.Event {
	at := base.Add(time.Duration(ms) * time.Millisecond)
	return session.Event{ID: id, Time: at, MessageID: "message of " + id, Body: []byte("body of " + id)}
}

// base is when the events of the tests happened.
var base = time.UnixMilli(1_900_000_000_000)

func token(n byte) session.LeaseToken { return session.LeaseToken{1, 2, 3, 4, 5, 6, 7, n} }

// value returns the session as it is stored.
func (s *Store) value(tb testing.TB, id string) string {
	tb.Helper()
	v, err := s.client.Get(context.Background(), s.at(id).session).Result()
	if err != redis.Nil {
		require.NoError(tb, err)
	}
	return v
}

// watched returns when the index has the session looked at; 0 if it does not have it.
func (s *Store) watched(tb testing.TB, id string) float64 {
	tb.Helper()
	score, err := s.client.ZScore(context.Background(), s.at(id).watch, s.at(id).hash).Result()
	if err != redis.Nil {
		require.NoError(tb, err)
	}
	return score
}

func repeat(s string, n int) []byte { return []byte(strings.Repeat(s, n)) }

func tokenBytes(n byte) []byte {
	t := token(n)
	return t[:]
}

func mustBegin(tb testing.TB, s *Store, r *session.BeginRequest) session.BeginResult {
	tb.Helper()
	b, err := s.Begin(context.Background(), r)
	require.NoError(tb, err)
	return b
}

func mustCommit(tb testing.TB, s *Store, r *session.CommitRequest) session.CommitResult {
	tb.Helper()
	c, err := s.Commit(context.Background(), r)
	require.NoError(tb, err)
	return c
}

func dueIDs(tb testing.TB, s *Store) []string {
	tb.Helper()
	ids, _, err := s.Due(context.Background(), ours, 100, 0)
	require.NoError(tb, err)
	return ids
}

// fanOutN runs f for 1 to n on many goroutines.
func fanOutN(workers, n int, f func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := int(next.Add(1)); i <= n; i = int(next.Add(1)) {
				f(i)
			}
		})
	}
	wg.Wait()
}
