package redisstore

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	client := redistest.StartServer(t, nil).Client()
	evicting := redistest.StartServer(t, &redistest.Options{
		Args: []string{"--maxmemory", "50mb", "--maxmemory-policy", "volatile-lru"},
	}).Client()
	clustered := redistest.StartServer(t, &redistest.Options{Args: []string{"--cluster-enabled", "yes"}}).Client()
	replica := redistest.StartSentinel(t).Replica.Client()
	gone := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1, DialerRetries: 1})
	defer gone.Close()
	ring := redis.NewRing(&redis.RingOptions{Addrs: map[string]string{"a": client.Options().Addr}})
	defer ring.Close()
	asCluster := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{client.Options().Addr}})
	defer asCluster.Close()
	impatient := redis.NewClient(&redis.Options{Addr: client.Options().Addr, ReadTimeout: 200 * time.Millisecond})
	defer impatient.Close()
	auto, err := client.AutoPipeline()
	require.NoError(t, err)
	for _, test := range []struct {
		name   string
		client redis.UniversalClient
		o      *Options
		want   string
	}{
		{"keys that may be evicted", evicting, nil, `maxmemory-policy is "volatile-lru"`},
		{"a replica", replica, nil, `Redis is a "slave", not a master`},
		{"a node of a Cluster alone", clustered, nil, "use a redis.ClusterClient"},
		{"a Cluster's client on one server", asCluster, nil, "Redis is no Cluster: use a redis.Client"},
		{
			"a client that gives up first", impatient, &Options{Replicas: 1},
			"the client's ReadTimeout is 200ms, not more than Options.Wait, 300ms",
		},
		{"an old server", aged{client}.client(t), nil, `Redis is version "6.2.14", older than 7.0`},
		{"a ring", ring, nil, "client is a *redis.Ring, neither"},
		{"another kind of client", auto, nil, "client is a *redis.AutoPipeliner"},
		{"no Redis", gone, nil, "info: session: store unavailable"},
		{"too many partitions", client, &Options{Partitions: 1025}, "Partitions is 1025"},
		{"negative partitions", client, &Options{Partitions: -1}, "Partitions is -1"},
		{"a brace in the namespace", client, &Options{Namespace: "a{b}"}, "Namespace has characters"},
		{"more replicas than there are", client, &Options{Replicas: 1}, "Options.Replicas is 1, and a master has 0"},
		{"negative replicas", client, &Options{Replicas: -1}, "Replicas is -1"},
		{"a wait beyond the timeout", client, &Options{Wait: 2 * time.Second}, "Wait is 2s, not less than Timeout, 1.2s"},
		{"a negative timeout", client, &Options{Timeout: -1}, "Timeout is -1ns"},
		{"a negative wait", client, &Options{Wait: -1}, "Wait is -1ns"},
		{"no client", nil, nil, "client is nil"},
		{"a nil client", (*redis.Client)(nil), nil, "client is nil"},
		{"a letter beyond ASCII", client, &Options{Namespace: "店"}, "Namespace has characters"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := New(context.Background(), test.client, test.o)
			require.ErrorContains(t, err, test.want)
			require.True(t, strings.HasPrefix(err.Error(), "redisstore: "), err)
		})
	}
	_, err = New(context.Background(), gone, nil)
	require.ErrorIs(t, err, session.ErrUnavailable)
}

// aged makes a client that reports an old version of Redis.
type aged struct{ c *redis.Client }

func (a aged) client(t *testing.T) *redis.Client {
	c := redis.NewClient(a.c.Options())
	t.Cleanup(func() { _ = c.Close() })
	c.AddHook(a)
	return c
}

func (aged) DialHook(next redis.DialHook) redis.DialHook                               { return next }
func (aged) ProcessPipelineHook(n redis.ProcessPipelineHook) redis.ProcessPipelineHook { return n }
func (aged) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if info, ok := cmd.(*redis.StringCmd); ok && cmd.Name() == "info" {
			real := parseInfo(info.Val())["redis_version"]
			info.SetVal(strings.Replace(info.Val(), "redis_version:"+real, "redis_version:6.2.14", 1))
		}
		return err
	}
}

func TestPartitionsAreFixedByTheFirstStart(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	client := redistest.Start(t)
	ns := redistest.Namespace(t, client)
	for range 2 {
		_, err := New(ctx, client, &Options{Namespace: ns, Partitions: 8, Logger: quiet})
		require.NoError(t, err)
	}
	_, err := New(ctx, client, &Options{Namespace: ns})
	require.EqualError(t, err, `redisstore: key kaiwa:`+ns+`:meta says "layout=1 partitions=8", but this `+
		`store wants "layout=1 partitions=64": the number of partitions is fixed by the first start`)
	require.NoError(t, client.Set(ctx, "kaiwa:"+ns+":meta", "layout=2 partitions=8", 0).Err())
	_, err = New(ctx, client, &Options{Namespace: ns, Partitions: 8, Logger: quiet})
	require.ErrorContains(t, err, "layout=2")
	require.NoError(t, client.Del(ctx, "kaiwa:"+ns+":meta").Err())
	require.NoError(t, client.HSet(ctx, "kaiwa:"+ns+":meta", "a", "b").Err())
	_, err = New(ctx, client, &Options{Namespace: ns})
	require.EqualError(t, err, "redisstore: meta: redis answered WRONGTYPE")
}

func TestValueOfAnotherLayoutIsRefused(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	client := redistest.Start(t)
	s := newStore(t, client, nil)
	id := sessionID(1)
	key := s.at(id).session
	require.NoError(t, client.Set(ctx, key, string(repeat("\x03", 40)), 0).Err())
	_, err := s.Begin(ctx, &session.BeginRequest{ID: id, Token: token(1), Event: event("e", 0)})
	require.EqualError(t, err, "redisstore: begin: redis answered KAIWALAYOUT")
	require.NotErrorIs(t, err, session.ErrUnavailable)
	require.Equal(t, string(repeat("\x03", 40)), client.Get(ctx, key).Val())
}
