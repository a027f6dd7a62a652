package redisstore

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, test := range []struct {
		name        string
		spoil       []any
		want        string
		unavailable bool
	}{
		{"full", []any{"CONFIG", "SET", "maxmemory", "1mb"}, "redis answered OOM: maxmemory is reached: " +
			"no event is taken until there is room", true},
		{"replica", []any{"REPLICAOF", "127.0.0.1", "1"}, "redis answered READONLY: it is a replica, not a master", true},
		{"alone", []any{"CONFIG", "SET", "min-replicas-to-write", "1"}, "redis answered NOREPLICAS: " +
			"it has fewer replicas than min-replicas-to-write", true},
		{"evicting", []any{"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"},
			`maxmemory-policy is "allkeys-lru" and would lose sessions: set noeviction`, false},
		{"hangs", []any{"CLIENT", "PAUSE", "2000", "ALL"}, "context deadline exceeded", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			client := redistest.StartServer(t, nil).Client()
			s := newStore(t, client, &Options{Namespace: "x", Timeout: 500 * time.Millisecond})
			require.NoError(t, s.Check(ctx))
			require.Equal(t, []string{"kaiwa:x:meta"}, client.Keys(ctx, "*").Val(), "no change")
			require.NoError(t, client.Do(ctx, test.spoil...).Err())
			began := time.Now()
			err := s.Check(ctx)
			require.Less(t, time.Since(began), 1800*time.Millisecond)
			require.ErrorContains(t, err, test.want)
			require.ErrorContains(t, err, "redisstore: ")
			require.Equal(t, test.unavailable, errors.Is(err, session.ErrUnavailable))
		})
	}
}

// INFO alone may hang: the client's own timeouts are longer than the store's.
func TestCheckEndsThoughTheClientHangs(t *testing.T) {
	t.Parallel()
	client := redistest.StartServer(t, nil).Client()
	s := newStore(t, client, &Options{Namespace: "x", Timeout: 100 * time.Millisecond})
	release := make(chan struct{})
	defer close(release)
	client.AddHook(slowInfo(release))
	err := s.Check(context.Background())
	require.ErrorIs(t, err, session.ErrUnavailable)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

// slowInfo holds INFO back until it is closed.
type slowInfo chan struct{}

func (slowInfo) DialHook(next redis.DialHook) redis.DialHook                               { return next }
func (slowInfo) ProcessPipelineHook(n redis.ProcessPipelineHook) redis.ProcessPipelineHook { return n }
func (s slowInfo) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if cmd.Name() == "info" {
			<-s
		}
		return next(ctx, cmd)
	}
}

// A Cluster is fit only if all its parts are.
func TestCheckOfACluster(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	cluster := redistest.StartCluster(t, 3)
	s := newStore(t, cluster.Client(), &Options{Namespace: "x"})
	require.NoError(t, s.Check(ctx))
	last := cluster.Nodes[2].Client()
	require.NoError(t, last.ConfigSet(ctx, "maxmemory-policy", "allkeys-lru").Err())
	require.ErrorContains(t, s.Check(ctx), "would lose sessions")
	require.NoError(t, last.ConfigSet(ctx, "maxmemory-policy", "noeviction").Err())
	require.NoError(t, last.ConfigSet(ctx, "maxmemory", "1mb").Err())
	require.ErrorContains(t, s.Check(ctx), "maxmemory is reached")
	require.NoError(t, last.ConfigSet(ctx, "maxmemory", "0").Err())
	hasty := newStore(t, cluster.Client(), &Options{Namespace: "x", Timeout: 300 * time.Millisecond})
	cluster.Nodes[2].Kill()
	require.ErrorIs(t, hasty.Check(ctx), session.ErrUnavailable)
	require.Eventually(t, func() bool {
		err := hasty.Check(ctx)
		return errors.Is(err, session.ErrUnavailable) && class(err) == "CLUSTERDOWN"
	}, 20*time.Second, 20*time.Millisecond)
}

func class(err error) answerClass {
	var c answerClass
	errors.As(err, &c)
	return c
}

func TestAnswersInWords(t *testing.T) {
	t.Parallel()
	for _, c := range passing {
		err := explain(callError("check", answered(c+" secret")))
		require.ErrorIs(t, err, session.ErrUnavailable)
		require.Equal(t, answerClass(c), class(err))
		require.NotContains(t, err.Error(), "secret")
	}
	for _, c := range []string{"LOADING", "MISCONF", "BUSY"} {
		require.NotEmpty(t, meaning(answerClass(c)))
	}
	plain := errors.New("x")
	require.Equal(t, plain, explain(plain))
	require.EqualError(t, explain(callError("check", answered("WRONGTYPE secret"))),
		"redisstore: check: redis answered WRONGTYPE")
}
