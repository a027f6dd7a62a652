package redisstore

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
)

// errUnmet is the error of a call that took effect on the master, and that is not on as many replicas
// or disks as Options ask for. It may be there a moment later; nobody knows.
var errUnmet = errors.New("not on enough replicas or disks in time")

// barrier is the WAIT or WAITAOF behind each batch. Its answer comes when all that the server wrote up
// to then is durable.
//
// It counts for a batch that wrote nothing too. Example: Begin accepted an event, and the replicas
// were not in time, so LINE was told no. LINE delivers the event again, and Begin says "duplicate"
// without a write. LINE may be told yes only if the first write is on the replicas by now. From
// version 7.2 on, Redis waits only for what the same connection wrote: so touch writes an empty key
// before each barrier.
//
// args is the command, such as WAIT 1 300: one replica, within 300 ms. replicas is how many must
// answer. fsync says that the command is WAITAOF. It is false, though Options.Fsync is true, where Redis
// is older than 7.2: such a Redis runs with appendfsync always, and answers no write that is not on
// its disk.
type barrier struct {
	args     []any
	touch    *script
	replicas int64
	fsync    bool
}

// makeBarrier returns the barrier that Options ask for, or nil if there is nothing to wait for. With
// aof, Redis is asked to wait for its disk too.
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

// met says whether enough replicas, and the disks, were in time. WAIT answers with the number of
// replicas; WAITAOF answers with two numbers, that of the master's disk and those of replicas.
func (w *barrier) met(answer *redis.Cmd) bool {
	if !w.fsync {
		n, err := answer.Int64()
		return err == nil && n >= w.replicas
	}
	n, err := answer.Int64Slice()
	return err == nil && len(n) == 2 && n[0] >= 1 && n[1] >= w.replicas
}

// sendFirm makes the calls of a batch, with a barrier behind them. In a Cluster all go to the node that has the
// keys of the first call: a Cluster's client would send WAIT, which has no key, to any node. If a slot has
// moved since the calls were queued, that node answers MOVED for its calls, and settle sends them again.
func (b *batcher) sendFirm(ctx context.Context, batch []*call) {
	node, ok := b.client.(*redis.Client)
	if cluster, is := b.client.(*redis.ClusterClient); is {
		var err error
		node, err = cluster.MasterForKey(ctx, batch[0].keys[0])
		if ok = err == nil; !ok {
			for _, c := range batch {
				c.err = err
			}
		}
	}
	if ok {
		b.sendTo(ctx, node, batch)
	}
}

// sendTo makes the calls on one connection: first the calls, then touch, then the barrier. A call has
// succeeded if its own answer, that of touch and that of the barrier are all good. What parcel.read
// returns goes again, with a barrier of its own.
func (b *batcher) sendTo(ctx context.Context, node *redis.Client, calls []*call) {
	_, cluster := b.client.(*redis.ClusterClient)
	mark := markOf(calls[0].keys[0])
	for left := parcels(ctx, calls, !cluster); len(left) > 0; {
		pipe, wait := node.Pipeline(), redis.NewCmd(ctx, b.barrier.args...)
		touch := redis.NewCmd(ctx, "eval", b.barrier.touch.text, 1, mark)
		for _, p := range left {
			_ = pipe.Process(ctx, p.cmd)
		}
		_ = pipe.Process(ctx, touch)
		_ = pipe.Process(ctx, wait)
		role := b.askRole(ctx)
		if role != nil {
			_ = pipe.Process(ctx, role)
		}
		_, _ = pipe.Exec(ctx) // each command keeps its own error
		met := b.barrier.met(wait)
		// A call that Redis refused keeps its own error, whatever touch and the barrier answered.
		var again []*parcel
		for _, p := range left {
			next := p.read(ctx)
			again = append(again, next...)
			for _, c := range p.calls {
				switch {
				case c.err != nil || c.reply == nil && len(next) > 0: // refused, or it goes again
				case touch.Err() != nil:
					c.err = touch.Err() // with MOVED, settle has the call go again; it may run twice
				case !met:
					c.err = errUnmet
				}
			}
		}
		b.distrust(ctx, role, left)
		left = again
	}
}
