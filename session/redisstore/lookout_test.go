package redisstore

import (
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
)

// moving returns a client that follows the master when it is told to, as one of Sentinel does.
func moving(t *testing.T, addr string) (client *redis.Client, to *atomic.Value) {
	to = &atomic.Value{}
	to.Store(addr)
	client = redis.NewClient(&redis.Options{
		Addr: "master",
		Dialer: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, to.Load().(string))
		},
	})
	t.Cleanup(func() { _ = client.Close() })
	return client, to
}

// A master whose replica was promoted takes writes until somebody tells it. They are not acknowledged: the call goes
// again, until the client has found the new master.
func TestMasterThatWasDemoted(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{"plain": {}, "firm": {Replicas: 1, Wait: longWait}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			master, promoted := withReplica(t)
			stays := master.StartReplica() // it confirms what the old master writes
			client, to := moving(t, master.Addr())
			o.Timeout, o.Namespace = time.Minute, "x"
			s := newStore(t, client, &o)
			hasty := o
			hasty.Timeout, hasty.Wait = 500*time.Millisecond, 100*time.Millisecond
			h := newStore(t, client, &hasty)
			begin := func(s *Store, i int) error {
				_, err := s.Begin(ctx, &session.BeginRequest{ID: sessionID(i), Token: benchToken(i), Event: event("e", i), Hold: true})
				return err
			}
			require.NoError(t, begin(s, 1))
			require.EqualValues(t, 2, master.Client().Wait(ctx, 2, 20*time.Second).Val())

			require.NoError(t, promoted.Client().Do(ctx, "REPLICAOF", "NO", "ONE").Err())
			require.Eventually(t, func() bool {
				return parseInfo(master.Client().Info(ctx, "replication").Val())["connected_slaves"] == "1"
			}, 20*time.Second, time.Millisecond)
			err := begin(h, 2)
			require.ErrorIs(t, err, session.ErrUnavailable)
			require.ErrorIs(t, err, errDemoted)
			require.EqualValues(t, 1, master.Client().Exists(ctx, s.at(sessionID(2)).session).Val(), "the old master took it")

			done := make(chan error, 1)
			go func() { done <- begin(s, 3) }()
			require.Eventually(t, func() bool {
				return master.Client().Exists(ctx, s.at(sessionID(3)).session).Val() == 1
			}, 20*time.Second, time.Millisecond)
			host, port, err := net.SplitHostPort(promoted.Addr())
			require.NoError(t, err)
			require.NoError(t, stays.Client().ReplicaOf(ctx, host, port).Err())
			to.Store(promoted.Addr())
			require.NoError(t, master.Client().Do(ctx, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes").Err())
			require.NoError(t, <-done)
			require.EqualValues(t, 1, promoted.Client().Exists(ctx, s.at(sessionID(3)).session).Val())
			require.NoError(t, begin(s, 4))
			require.NoError(t, s.Check(ctx))
		})
	}
}

// A replica that dies or is restarted was not promoted.
func TestReplicaThatGoesAway(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	master, replica := withReplica(t)
	s := newStore(t, master.Client(), &Options{Namespace: "x"})
	benchTurn(t, s, 1, []byte("s"))
	replica.Kill()
	benchTurn(t, s, 2, []byte("s"))
	replica.Restart()
	require.Eventually(t, func() bool { return master.Client().Wait(ctx, 1, time.Second).Val() == 1 }, 20*time.Second, time.Millisecond)
	benchTurn(t, s, 3, []byte("s"))
	require.NoError(t, master.Client().Do(ctx, "CLIENT", "KILL", "TYPE", "replica").Err())
	benchTurn(t, s, 4, []byte("s"))
}
