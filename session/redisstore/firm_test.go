package redisstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// shortWait is for calls that must wait in vain, longWait for those that must not.
const (
	shortWait = 50 * time.Millisecond
	longWait  = time.Second
)

// withReplica returns a server with a replica.
func withReplica(tb testing.TB) (server, replica *redistest.Server) {
	server = redistest.StartServer(tb, nil)
	return server, server.StartReplica()
}

func TestContractWithReplicas(t *testing.T) {
	t.Parallel()
	server, _ := withReplica(t)
	conform(t, &conformance{
		client: server.Client(), options: Options{Replicas: 1, Wait: longWait}, sequences: 20,
	})
}

// While a replica hangs, nothing that is promised is acknowledged, neither at first nor when it is
// asked again, by the same caller or another; and afterwards it all happened once.
func TestReplicaThatHangs(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	server, replica := withReplica(t)
	patient := newStore(t, server.Client(), &Options{Namespace: "x", Replicas: 1, Wait: longWait})
	opt := &Options{Namespace: "x", Replicas: 1, Wait: shortWait}
	s, other := newStore(t, server.Client(), opt), newStore(t, server.Client(), opt)
	id, dead := sessionID(1), sessionID(2)
	setAside(t, patient, dead, event("dead", 1), token(9))
	letters, _, err := s.DeadLetters(ctx, ours, "", 10)
	require.NoError(t, err)
	began := mustBegin(t, patient, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1)})
	commit := &session.CommitRequest{
		ID: id, Token: token(1), EventID: "e1", State: []byte("s"), DeliveryLease: time.Minute,
		Outputs: [][]byte{[]byte("a"), []byte("b")},
	}
	second := &session.BeginRequest{ID: id, Token: token(2), Event: event("e2", 2)}
	held := sessionID(4)
	mustBegin(t, patient, &session.BeginRequest{ID: held, Token: token(6), Event: event("held", 1)})

	replica.Freeze()
	refused := func(name string, call func() error) {
		t.Helper()
		for range 2 {
			start := time.Now()
			err := call()
			require.ErrorIs(t, err, session.ErrUnavailable, name)
			require.ErrorIs(t, err, errUnmet, name)
			require.Less(t, time.Since(start), defaultTimeout, name)
		}
	}
	refused("commit", func() error { _, err := s.Commit(ctx, commit); return err })
	refused("a duplicate of what is done", func() error {
		_, err := other.Begin(ctx, &session.BeginRequest{ID: id, Token: token(5), Event: event("e1", 1), Hold: true})
		return err
	})
	refused("begin", func() error { _, err := s.Begin(ctx, second); return err })
	refused("a duplicate, by another", func() error {
		r := *second
		r.Token = token(3)
		_, err := other.Begin(ctx, &r)
		return err
	})
	refused("commit, by another", func() error { _, err := other.Commit(ctx, commit); return err })
	refused("a look", func() error {
		_, err := other.Begin(ctx, &session.BeginRequest{ID: id, Token: token(4)})
		return err
	})
	refused("ack", func() error { _, err := s.Ack(ctx, &session.AckRequest{ID: dead, Token: token(9)}); return err })
	refused("discard", func() error { return s.Discard(ctx, id, session.MakeSeq(1, 1), "why", nil) })
	refused("unsend", func() error { return s.Unsend(ctx, id, "m") })
	refused("forget", func() error { return s.Forget(ctx, sessionID(3)) })
	refused("check", func() error { return s.Check(ctx) })
	require.ErrorIs(t, s.DeleteDeadLetter(ctx, letters[0].ID), errUnmet)
	require.Contains(t, dueIDs(t, s), id, "nobody keeps the lease of a Begin that failed")
	require.NoError(t, s.Extend(ctx, held, token(6), time.Minute), "what promises nothing goes on")
	require.NoError(t, s.Release(ctx, &session.ReleaseRequest{ID: held, Token: token(6)}))

	replica.Thaw()
	require.Eventually(t, func() bool { return patient.Check(ctx) == nil }, 20*time.Second, 10*time.Millisecond)
	c := mustCommit(t, patient, commit)
	require.EqualValues(t, began.Rev+1, c.Rev)
	again := mustBegin(t, patient, second)
	require.Equal(t, session.Run, again.Status)
	require.Equal(t, 1, again.Attempt)
	require.Equal(t, shape{
		Rev: 1, Seen: 2, State: "s", Head: "e2=body of e2", Lease: true, Tries: 1, Owner: string(tokenBytes(2)),
		Carrier: string(tokenBytes(1)), Outputs: []string{"258=b"},
	}, shapeOf(t, s.value(t, id)))
	letters, _, err = s.DeadLetters(ctx, ours, "", 10)
	require.NoError(t, err)
	require.Len(t, letters, 1, "of the output, and once")
	value, err := replica.Client().Get(ctx, s.at(id).session).Result()
	require.NoError(t, err)
	require.Equal(t, s.value(t, id), value)
}

// likeNewRedis answers WAIT as Redis 7.2 and newer do: at once, if the connection wrote nothing.
type likeNewRedis struct {
	server *redis.Client
	waits
}

func (l *likeNewRedis) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	offset := func(ctx context.Context) string {
		return parseInfo(l.server.Info(ctx, "replication").Val())["master_repl_offset"]
	}
	return func(ctx context.Context, cmds []redis.Cmder) error {
		before := offset(ctx)
		at := slices.IndexFunc(cmds, func(c redis.Cmder) bool { return c.Name() == "wait" })
		if at < 0 {
			return next(ctx, cmds)
		}
		err := next(ctx, cmds[:at])
		if wait, ok := cmds[at].(*redis.Cmd); ok && offset(ctx) == before {
			wait.SetVal(int64(1))
			cmds = slices.Delete(slices.Clone(cmds), at, at+1)
		}
		return errors.Join(err, next(ctx, cmds[at:]))
	}
}

// A call that writes nothing waits for what was written before it, whoever wrote it.
func TestCallsThatWriteNothingWait(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	server, replica := withReplica(t)
	client := server.Client()
	client.AddHook(&likeNewRedis{server: server.Client()})
	s := newStore(t, client, &Options{Namespace: "x", Replicas: 1, Wait: shortWait})
	patient := newStore(t, client, &Options{Namespace: "x", Replicas: 1, Wait: longWait})
	r := &session.BeginRequest{ID: sessionID(1), Token: token(1), Event: event("e1", 1), Hold: true}
	replica.Freeze()
	for range 2 {
		_, err := s.Begin(ctx, r)
		require.ErrorIs(t, err, errUnmet)
		require.ErrorIs(t, s.Check(ctx), errUnmet)
	}
	replica.Thaw()
	require.Eventually(t, func() bool { return patient.Check(ctx) == nil }, 20*time.Second, 10*time.Millisecond)
	require.Equal(t, session.Queued, mustBegin(t, patient, r).Status)
}

// A Redis that is full lets turns end, and waits for its replicas still.
func TestFullRedisWithReplicas(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	server, _ := withReplica(t)
	s := newStore(t, server.Client(), &Options{Namespace: "x", Replicas: 1, Wait: longWait})
	id := sessionID(1)
	mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1)})
	require.NoError(t, server.Client().ConfigSet(ctx, "maxmemory", "1mb").Err())
	_, err := s.Begin(ctx, &session.BeginRequest{ID: id, Token: token(2), Event: event("e2", 2)})
	require.ErrorContains(t, err, "OOM")
	mustCommit(t, s, &session.CommitRequest{ID: id, Token: token(1), EventID: "e1", State: []byte("s")})
}

// A replica that was cut off and then takes over has all that was acknowledged. Without Replicas it has
// not, which shows that the test can tell.
func TestFailoverKeepsWhatWasAcknowledged(t *testing.T) {
	t.Parallel()
	for _, replicas := range []int{0, 1} {
		t.Run(fmt.Sprint("replicas=", replicas), func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			r := redistest.StartSentinel(t)
			s := newStore(t, r.Client(), &Options{Namespace: "x", Replicas: replicas, Wait: longWait})
			hasty := newStore(t, r.Client(), &Options{Namespace: "x", Replicas: replicas, Wait: shortWait})
			accepted := map[int]bool{}
			accept := func(s *Store, i int) error {
				_, err := s.Begin(ctx, &session.BeginRequest{
					ID: sessionID(i), Token: benchToken(i), Event: event("e", i), Hold: true,
				})
				accepted[i] = err == nil
				return err
			}
			for i := range 20 {
				require.NoError(t, accept(s, i))
			}
			require.EqualValues(t, 1, r.Master.Client().Wait(ctx, 1, 20*time.Second).Val())
			r.Replica.Freeze()
			require.NoError(t, r.Master.Client().Do(ctx, "CLIENT", "KILL", "TYPE", "replica").Err())
			for i := range 5 {
				require.Equal(t, replicas == 1, errors.Is(accept(hasty, 20+i), session.ErrUnavailable))
			}
			r.Master.Kill()
			r.Replica.Thaw()
			require.Eventually(t, func() bool {
				_, _, err := s.Due(ctx, ours, 1, 0)
				return err == nil && s.client.Set(ctx, "up", 1, 0).Err() == nil
			}, 20*time.Second, 20*time.Millisecond)
			lost := 0
			for i, ok := range accepted {
				if ok && s.value(t, sessionID(i)) == "" {
					lost++
				}
			}
			require.Equal(t, map[int]int{0: 5, 1: 0}[replicas], lost)
			if replicas == 0 {
				return
			}
			require.ErrorIs(t, accept(hasty, 30), session.ErrUnavailable, "the only server left has no replica")
			r.Master.Restart()
			// The sentinel would do this too, after ten seconds.
			host, port, err := net.SplitHostPort(r.Replica.Addr())
			require.NoError(t, err)
			require.NoError(t, r.Master.Client().ReplicaOf(ctx, host, port).Err())
			require.Eventually(t, func() bool {
				return accept(s, 30) == nil && s.Check(ctx) == nil
			}, 30*time.Second, 20*time.Millisecond)
		})
	}
}

// In a Cluster the answer of the node that wrote counts.
func TestClusterWaitsForTheRightNode(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	cluster := redistest.StartReplicatedCluster(t, 3)
	client := cluster.Client()
	s := newStore(t, client, &Options{Namespace: "x", Replicas: 1})
	conform(t, &conformance{client: client, options: Options{Replicas: 1, Wait: longWait}, sequences: 3})
	cluster.Replicas[1].Freeze()
	slow := cluster.Nodes[1].Addr()
	fanOutN(16, 60, func(i int) {
		node, err := client.MasterForKey(ctx, s.part(sessionID(i)).watch)
		if err != nil {
			t.Error(err)
			return
		}
		_, err = s.Begin(ctx, &session.BeginRequest{ID: sessionID(i), Token: benchToken(i), Event: event("e", i)})
		if onSlow := node.Options().Addr == slow; errors.Is(err, errUnmet) != onSlow || !onSlow && err != nil {
			t.Errorf("on the slow node: %v, error: %v", onSlow, err)
		}
	})
	require.ErrorIs(t, s.Check(ctx), session.ErrUnavailable)
	cluster.Replicas[1].Thaw()
	require.Eventually(t, func() bool { return s.Check(ctx) == nil }, 20*time.Second, 20*time.Millisecond)
}

// A slot that moves is followed.
func TestFirmCallsFollowASlot(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	cluster := redistest.StartReplicatedCluster(t, 3)
	client := cluster.Client()
	s := newStore(t, client, &Options{Namespace: "x", Replicas: 1, Wait: longWait})
	id := sessionID(1)
	key := s.at(id).session
	slot := client.ClusterKeySlot(ctx, key).Val()
	from, err := client.MasterForKey(ctx, key)
	require.NoError(t, err)
	var target *redis.Client
	for _, n := range cluster.Nodes {
		if n.Addr() != from.Options().Addr {
			target = n.Client()
		}
	}
	name := target.Do(ctx, "CLUSTER", "MYID").Val()
	for _, n := range cluster.Nodes {
		require.NoError(t, n.Client().Do(ctx, "CLUSTER", "SETSLOT", slot, "NODE", name).Err())
	}
	benchTurn(t, s, 1, []byte("s"))
	require.EqualValues(t, 1, target.Exists(ctx, key).Val())
}

func TestScriptsThatWereFlushedWithReplicas(t *testing.T) {
	t.Parallel()
	server, _ := withReplica(t)
	client := server.Client()
	s := newStore(t, client, &Options{Replicas: 1, Wait: longWait})
	w := &waits{}
	client.AddHook(w)
	for i := range 3 {
		require.NoError(t, client.ScriptFlush(context.Background()).Err())
		benchTurn(t, s, i, []byte("s"))
	}
	require.Equal(t, 12, w.n, "a script that goes again is waited for again")
}

// What an operator should know of Redis is said once, when a store is made.
func TestWarnings(t *testing.T) {
	t.Parallel()
	const noFile, noReplica, noWait = "no append-only file", "has no replica", "replicas are not waited for"
	server, _ := withReplica(t)
	careful, _ := withReplica(t)
	require.NoError(t, careful.Client().ConfigSet(context.Background(), "min-replicas-to-write", "1").Err())
	for _, test := range []struct {
		name   string
		client *redis.Client
		o      Options
		want   []string
	}{
		{"alone, without a file", redistest.StartServer(t, nil).Client(), Options{}, []string{noFile, noReplica}},
		{"alone", redistest.StartServer(t, &redistest.Options{AOF: true}).Client(), Options{}, []string{noReplica}},
		{"with a replica", server.Client(), Options{}, []string{noFile, noWait, "min-replicas-to-write is 0"}},
		{"with a replica without which nothing is written", careful.Client(), Options{}, []string{noFile, noWait}},
		{"with a replica that is waited for", server.Client(), Options{Replicas: 1, Wait: longWait}, []string{noFile}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var log bytes.Buffer
			test.o.Logger = slog.New(slog.NewTextHandler(&log, nil))
			s, err := New(context.Background(), test.client, &test.o)
			require.NoError(t, err)
			require.NoError(t, s.Check(context.Background()))
			lines := strings.Split(strings.TrimSpace(log.String()), "\n")
			require.Len(t, lines, len(test.want))
			for i, want := range test.want {
				require.Contains(t, lines[i], want)
			}
		})
	}
}
