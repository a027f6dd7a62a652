package redisstore

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// What a real server answers in trouble: the call may be repeated, nothing is half written, and
// when the trouble is over the repeated call is as good as a first one.
func TestRealTrouble(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	do := func(t *testing.T, c *redis.Client, args ...any) {
		t.Helper()
		require.NoError(t, c.Do(ctx, args...).Err())
	}
	for _, test := range []struct {
		name, class string
		spoil       func(t *testing.T, c *redis.Client) (mend func())
	}{
		{"OOM", "OOM", func(t *testing.T, c *redis.Client) func() {
			do(t, c, "CONFIG", "SET", "maxmemory", "1mb")
			return func() { do(t, c, "CONFIG", "SET", "maxmemory", "0") }
		}},
		{"READONLY", "READONLY", func(t *testing.T, c *redis.Client) func() {
			do(t, c, "REPLICAOF", "127.0.0.1", "1")
			return func() { do(t, c, "REPLICAOF", "NO", "ONE") }
		}},
		{"NOREPLICAS", "NOREPLICAS", func(t *testing.T, c *redis.Client) func() {
			do(t, c, "CONFIG", "SET", "min-replicas-to-write", "1")
			return func() { do(t, c, "CONFIG", "SET", "min-replicas-to-write", "0") }
		}},
		{"MISCONF", "MISCONF", func(t *testing.T, c *redis.Client) func() {
			dump := filepath.Join(c.ConfigGet(ctx, "dir").Val()["dir"], "dump.rdb")
			require.NoError(t, os.Mkdir(dump, 0o700)) // the file cannot be put in its place
			do(t, c, "CONFIG", "SET", "save", "3600 1")
			do(t, c, "BGSAVE")
			require.Eventually(t, func() bool {
				return parseInfo(c.Info(ctx, "persistence").Val())["rdb_last_bgsave_status"] == "err"
			}, 20*time.Second, 5*time.Millisecond)
			return func() { do(t, c, "CONFIG", "SET", "save", "") }
		}},
		{"BUSY", "BUSY", func(t *testing.T, c *redis.Client) func() {
			do(t, c, "CONFIG", "SET", "busy-reply-threshold", "1")
			done := make(chan error, 1)
			go func() { done <- c.Eval(ctx, "while true do end", nil).Err() }()
			require.Eventually(t, func() bool {
				return redis.HasErrorPrefix(c.Ping(ctx).Err(), "BUSY")
			}, 20*time.Second, 5*time.Millisecond)
			return func() {
				do(t, c, "SCRIPT", "KILL")
				require.Error(t, <-done)
			}
		}},
		{"LOADING", "LOADING", func(t *testing.T, c *redis.Client) func() {
			for i := range 1000 {
				require.NoError(t, c.Set(ctx, fmt.Sprint("key", i), repeat("x", 1000), 0).Err())
			}
			do(t, c, "CONFIG", "SET", "key-load-delay", "20000") // 20 s in all, until it is set again
			do(t, c, "CONFIG", "SET", "loading-process-events-interval-bytes", "1024")
			done := make(chan error, 1)
			go func() { done <- c.Do(ctx, "DEBUG", "RELOAD").Err() }()
			require.Eventually(t, func() bool {
				return redis.HasErrorPrefix(c.Ping(ctx).Err(), "LOADING")
			}, 20*time.Second, time.Millisecond)
			return func() {
				do(t, c, "CONFIG", "SET", "key-load-delay", "0")
				require.NoError(t, <-done)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := redistest.StartServer(t, &redistest.Options{
				Args: []string{"--enable-debug-command", "local", "--rdbcompression", "no"},
			})
			o := &redis.Options{Addr: server.Addr(), MaxRetries: -1, ReadTimeout: time.Minute}
			admin, client := redis.NewClient(o), redis.NewClient(o)
			defer admin.Close()
			defer client.Close()
			s := newStore(t, client, &Options{Namespace: "x"})
			id := sessionID(1)
			commit := &session.CommitRequest{ID: id, Token: token(1), EventID: "e1", State: []byte("s")}
			begin := &session.BeginRequest{ID: id, Token: token(2), Event: event("e2", 2)}
			mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1)})
			before := shapeOf(t, s.value(t, id))

			mend := test.spoil(t, admin)
			_, err := s.Begin(ctx, begin)
			require.ErrorIs(t, err, session.ErrUnavailable)
			require.Equal(t, answerClass(test.class), class(err))
			err = s.Check(ctx)
			require.ErrorIs(t, err, session.ErrUnavailable)
			require.NotEmpty(t, meaning(class(err)))
			if test.class != "OOM" {
				_, err = s.Commit(ctx, commit)
				require.ErrorIs(t, err, session.ErrUnavailable)
			}
			mend()
			require.Equal(t, before, shapeOf(t, s.value(t, id)))
			require.Equal(t, session.Queued, mustBegin(t, s, begin).Status)
			require.Equal(t, "e2", mustCommit(t, s, commit).Next.ID)
		})
	}
}

func TestTooManyClients(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	server := redistest.StartServer(t, nil)
	first := server.Client()
	require.NoError(t, first.ConfigSet(ctx, "maxclients", "1").Err())
	second := redis.NewClient(&redis.Options{Addr: server.Addr(), MaxRetries: -1})
	defer second.Close()
	_, err := New(ctx, second, nil)
	require.ErrorIs(t, err, session.ErrUnavailable)
	require.NoError(t, first.ConfigSet(ctx, "maxclients", "100").Err())
	newStore(t, second, nil)
}

// go-redis alone notices a dead master after its reload interval, a minute by default.
func TestClusterMasterThatDies(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	cluster := redistest.StartReplicatedCluster(t, 3)
	client := cluster.Client()
	s := newStore(t, client, &Options{Namespace: "x"})
	id := sessionID(1)
	mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1), Lease: time.Minute})
	node, err := client.MasterForKey(ctx, s.at(id).watch)
	require.NoError(t, err)
	place := 0
	for i, n := range cluster.Nodes {
		if n.Addr() == node.Options().Addr {
			place = i
		}
	}
	require.NoError(t, cluster.Nodes[place].Client().Wait(ctx, 1, time.Second).Err())
	replica := cluster.Replicas[place].Client()
	cluster.Nodes[place].Kill()
	_, err = s.Begin(ctx, &session.BeginRequest{ID: id, Token: token(2), Event: event("e2", 2)})
	require.ErrorIs(t, err, session.ErrUnavailable)
	var healed, back time.Time
	require.Eventually(t, func() bool {
		if now := time.Now(); healed.IsZero() && parseInfo(replica.Info(ctx, "replication").Val())["role"] == "master" {
			healed = now
		}
		_, err := s.Begin(ctx, &session.BeginRequest{ID: id, Token: token(2), Event: event("e2", 2)})
		back = time.Now()
		return err == nil
	}, 60*time.Second, 20*time.Millisecond)
	if healed.IsZero() {
		healed = back // the client was back before the test's next look
	}
	require.Less(t, back.Sub(healed), redistest.NodeTimeout+3*time.Second, "from when the Cluster had a new master")
	c := mustCommit(t, s, &session.CommitRequest{ID: id, Token: token(1), EventID: "e1", State: []byte("s")})
	require.Equal(t, "e2", c.Next.ID)
}
