package redisstore

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// errUnmet is the error of a call that took effect on the master and that is not yet as durable
// as Options ask for.
var errUnmet = errors.New("not on enough replicas or disks in time")

// barrier is the command behind a batch that ends when all that the server wrote up to then is
// durable. That must hold for a batch that wrote nothing too, or the answer to an event that comes
// again would not be as good as the first. But Redis waits, from 7.2 on, for what its connection
// wrote and no more: hence the touch before the barrier.
type barrier struct {
	args     []any
	touch    *script
	replicas int64
	fsync    bool
}

// makeBarrier returns nil if there is nothing to wait for. AOF says that Redis is to be asked to
// wait for its disk.
func makeBarrier(opt *Options, aof bool, touch *script) *barrier {
	ms := max(opt.Wait.Milliseconds(), 1)
	w := &barrier{touch: touch, replicas: int64(opt.Replicas), fsync: aof}
	switch {
	case aof:
		w.args = []any{"waitaof", 1, opt.Replicas, ms}
	case opt.Replicas > 0:
		w.args = []any{"wait", opt.Replicas, ms}
	default:
		return nil
	}
	return w
}

// met says whether enough replicas, and the disk, were in time.
func (w *barrier) met(answer *redis.Cmd) bool {
	if !w.fsync {
		n, err := answer.Int64()
		return err == nil && n >= w.replicas
	}
	n, err := answer.Int64Slice()
	return err == nil && len(n) == 2 && n[0] >= 1 && n[1] >= w.replicas
}

// Slots that have moved: how often to look for their new node, and how long to wait before.
const (
	moveTries = 4
	movePause = 100 * time.Millisecond
)

// sendFirm makes the calls of a batch, each on its node and with the barrier behind them on the
// same connection. A cluster client would send a command without a key to any node.
func (b *batcher) sendFirm(ctx context.Context, batch []*call) {
	left := batch
	for try := 1; len(left) > 0; try++ {
		var wg sync.WaitGroup
		for _, g := range b.byNode(ctx, left) {
			wg.Go(func() { b.sendTo(ctx, g.node, g.calls) })
		}
		wg.Wait()
		left = b.settle(ctx, left, try < moveTries)
		if len(left) > 0 {
			pause, cancel := context.WithTimeout(ctx, movePause)
			<-pause.Done()
			cancel()
		}
	}
}

type nodeCalls struct {
	node  *redis.Client
	calls []*call
}

// byNode sorts calls by the master of their first key. One without a master has its error.
func (b *batcher) byNode(ctx context.Context, calls []*call) []nodeCalls {
	cluster, ok := b.client.(*redis.ClusterClient)
	if !ok {
		return []nodeCalls{{b.client.(*redis.Client), calls}}
	}
	var groups []nodeCalls
	place := make(map[*redis.Client]int)
	for _, c := range calls {
		node, err := cluster.MasterForKey(ctx, c.keys[0])
		if err != nil {
			c.err = err
			continue
		}
		i, ok := place[node]
		if !ok {
			i = len(groups)
			place[node], groups = i, append(groups, nodeCalls{node: node})
		}
		groups[i].calls = append(groups[i].calls, c)
	}
	return groups
}

// sendTo makes the calls on one connection.
func (b *batcher) sendTo(ctx context.Context, node *redis.Client, calls []*call) {
	pipe, wait := node.Pipeline(), redis.NewCmd(ctx, b.barrier.args...)
	touch := redis.NewCmd(ctx, "eval", b.barrier.touch.text, 1, markOf(calls[0].keys[0]))
	for _, c := range calls {
		c.cmd = redis.NewStringCmd(ctx, c.args...)
		_ = pipe.Process(ctx, c.cmd)
	}
	_ = pipe.Process(ctx, touch)
	_ = pipe.Process(ctx, wait)
	_, _ = pipe.Exec(ctx) // each command keeps its own error
	met := b.barrier.met(wait)
	var again []*call
	for _, c := range calls {
		switch {
		case !c.read():
			again = append(again, c)
		case c.err == nil && touch.Err() != nil: // if its slot has moved, the call goes again with it
			c.err = touch.Err()
		case c.err == nil && !met:
			c.err = errUnmet
		}
	}
	if len(again) > 0 {
		b.sendTo(ctx, node, again)
	}
}
