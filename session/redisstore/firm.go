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

// behind adds touch and the barrier to the pipeline. key is any key of the server.
func (w *barrier) behind(ctx context.Context, pipe redis.Pipeliner, key string) (touch, wait *redis.Cmd) {
	touch = redis.NewCmd(ctx, "eval", w.touch.text, 1, markOf(key))
	wait = redis.NewCmd(ctx, w.args...)
	_ = pipe.Process(ctx, touch)
	_ = pipe.Process(ctx, wait)
	return touch, wait
}

// verdict is the error of a call that Redis answered, by the answers of touch and of the barrier behind it.
func (w *barrier) verdict(touch, wait *redis.Cmd) error {
	switch {
	case touch.Err() != nil:
		return touch.Err() // with MOVED, settle has the call go again; it may run twice
	case !w.met(wait):
		return errUnmet
	}
	return nil
}

// server is what gets a batch: the client, or, with a barrier in a Cluster, the node that has the keys of the batch.
// A Cluster's client would send WAIT, which has no key, to any node. If a slot has moved since the calls were
// queued, the node answers MOVED for its calls, and settle sends them again.
func (b *batcher) server(ctx context.Context, c *call) (redis.UniversalClient, error) {
	if cluster, ok := b.client.(*redis.ClusterClient); ok && b.barrier != nil {
		return cluster.MasterForKey(ctx, c.keys[0])
	}
	return b.client, nil
}
