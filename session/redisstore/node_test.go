package redisstore

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// A node that is dead is the trouble of its own sessions alone: calls for the others do not wait behind those
// for it, and what is asked of all nodes has the answers of the others.
func TestNodeThatHangs(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{"plain": {}, "firm": {Replicas: 1, Wait: longWait}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			cluster := redistest.StartReplicatedCluster(t, 3)
			client := cluster.Client()
			for _, n := range cluster.Nodes {
				c := n.Client()
				// The frozen node stays in its place, and the others go on without it.
				require.NoError(t, c.ConfigSet(ctx, "cluster-require-full-coverage", "no").Err())
				require.NoError(t, c.ConfigSet(ctx, "cluster-node-timeout", "60000").Err())
			}
			o.Timeout = 2 * time.Second
			s := newStore(t, client, &o)
			dead := cluster.Nodes[1].Addr()
			onDead := func(i int) bool {
				node, err := client.MasterForKey(ctx, s.part(sessionID(i)).watch)
				require.NoError(t, err)
				return node.Options().Addr == dead
			}
			var living []string
			for i := range 60 {
				id := sessionID(i)
				mustBegin(t, s, &session.BeginRequest{ID: id, Token: benchToken(i), Event: event("e", i)})
				mustCommit(t, s, &session.CommitRequest{
					ID: id, Token: benchToken(i), EventID: "e", State: []byte("s"), Due: time.UnixMilli(1), Release: true,
				})
				if !onDead(i) {
					living = append(living, id)
				}
			}
			require.NotEmpty(t, living)
			require.Less(t, len(living), 60)

			cluster.Nodes[1].Freeze()
			defer cluster.Nodes[1].Thaw()
			var wg sync.WaitGroup
			for i := range 60 { // more than all flushers of a store have in hand
				if onDead(i) {
					wg.Go(func() {
						_, err := s.Begin(ctx, &session.BeginRequest{ID: sessionID(i), Token: token(1), Event: event("late", i), Hold: true})
						if err == nil {
							t.Error("an event was taken by a node that is frozen")
						}
					})
				}
			}
			require.Eventually(t, func() bool { return s.firm.flushing() >= 2 }, time.Minute, time.Millisecond)
			began := time.Now()
			for i := range 60 {
				if !onDead(i) {
					mustBegin(t, s, &session.BeginRequest{ID: sessionID(i), Token: token(1), Event: event("late", i), Hold: true})
				}
			}
			require.Less(t, time.Since(began), o.Timeout, "the living did not wait for the dead")
			wg.Wait()

			began = time.Now()
			ids, _, err := s.Due(ctx, ours, 100, 0)
			require.ErrorIs(t, err, session.ErrUnavailable)
			slices.Sort(ids)
			slices.Sort(living)
			require.Equal(t, living, ids)
			require.ErrorIs(t, s.Check(ctx), session.ErrPartly)
			require.ErrorIs(t, s.Check(ctx), session.ErrUnavailable)
			_, err = s.CountDeadLetters(ctx, ours)
			require.ErrorIs(t, err, session.ErrUnavailable)
			if name == "plain" {
				require.Less(t, time.Since(began), 4*o.Timeout, "a node that was away is not waited for again and again")
			}

			cluster.Nodes[1].Thaw()
			require.Eventually(t, func() bool {
				ids, _, err := s.Due(ctx, ours, 100, 0)
				return err == nil && len(ids) == 60 && s.Check(ctx) == nil
			}, 20*time.Second, 20*time.Millisecond)
		})
	}
}

// While a slot is on its way to another node, Redis refuses what needs several keys of it. The call waits until
// the slot has arrived, for as long as its own time lasts.
func TestSlotOnItsWay(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	cluster := redistest.StartCluster(t, 2)
	client := cluster.Client()
	s := newStore(t, client, &Options{Timeout: time.Minute})
	hasty := newStore(t, client, &Options{Timeout: 2 * time.Second})
	id := sessionID(1)
	benchTurn(t, s, 1, []byte("s")) // so that the slot has a key
	benchTurn(t, hasty, 1, []byte("s"))
	from, err := client.MasterForKey(ctx, s.part(id).prefix)
	require.NoError(t, err)
	var to *redis.Client
	for _, n := range cluster.Nodes {
		if n.Addr() != from.Options().Addr {
			to = n.Client()
		}
	}
	slot := client.ClusterKeySlot(ctx, s.part(id).prefix).Val()
	set := func(node *redis.Client, args ...any) {
		require.NoError(t, node.Do(ctx, append([]any{"CLUSTER", "SETSLOT", slot}, args...)...).Err())
	}
	set(to, "IMPORTING", from.Do(ctx, "CLUSTER", "MYID").Val())
	set(from, "MIGRATING", to.Do(ctx, "CLUSTER", "MYID").Val())
	event := event("e2", 2)
	begin := func(s *Store) error {
		_, err := s.Begin(ctx, &session.BeginRequest{ID: id, Token: token(2), Event: event, Hold: true})
		return err
	}
	require.Eventually(t, func() bool { return class(begin(hasty)) == "TRYAGAIN" }, time.Minute, time.Millisecond,
		"the error says what Redis answered last")
	require.NotEmpty(t, meaning("TRYAGAIN"))
	done := make(chan error, 1)
	go func() { done <- begin(s) }()
	require.Eventually(t, func() bool { return s.firm.resting() > 0 }, time.Minute, time.Millisecond)
	set(from, "STABLE")
	require.NoError(t, <-done)
}

// resting is how many calls were refused for a moment, and go again.
func (b *batcher) resting() (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, q := range b.queues {
		for _, c := range q.calls {
			if c.refused != nil {
				n++
			}
		}
	}
	return n
}
