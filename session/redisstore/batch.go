package redisstore

import (
	"context"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	defaultFlushers = 2 // BenchmarkTurn compares 1, 2 and 4
	firmFlushers    = 8 // a flusher that waits for replicas does nothing else meanwhile
	maxBatch        = 256
	maxBatchBytes   = 1 << 20
)

// batcher sends calls to Redis, many of them in one write where it can. A flusher is a goroutine
// that takes what waits in the queue and sends it as one pipeline. It ends when nothing waits.
//
// Example, with two flushers: the first call finds none busy, starts one, and goes out alone. So
// does the second. While both wait for Redis, 50 calls arrive and queue up. The flusher that is
// free first sends all 50 in one pipeline, which costs Redis two system calls and not 100.
//
// Example of a Redis that hangs, with a timeout of 1.2 s: a flusher sends a batch at 0 s. At 1.2 s the
// callers of the batch have their errors, and replace starts another flusher if calls wait. The first
// flusher may hang in the client for some seconds more; when the client returns, that flusher ends.
// busy counts the two as one.
type batcher struct {
	client   redis.UniversalClient
	timeout  time.Duration // of each call, and of each batch
	flushers int           // how many may be busy at once
	barrier  *barrier      // what each batch waits for behind its answers; nil for nothing

	mu    sync.Mutex
	queue []*call
	busy  int // how many flushers there are now
	pool  sync.Pool
}

// get returns an empty call. Give it back with put once its answer has been read; a call that ended
// in an error is not given back, since a flusher or the client may still use it.
func (b *batcher) get() *call {
	if c, ok := b.pool.Get().(*call); ok {
		return c
	}
	return newCall()
}

// put empties the call and keeps it for the next get.
func (b *batcher) put(c *call) {
	c.reset()
	b.pool.Put(c)
}

// do sends the call and waits for the answer, the end of ctx or the timeout, whatever comes first.
func (b *batcher) do(ctx context.Context, c *call) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, callError(c.script.name, err)
	}
	b.enqueue(c)
	return b.wait(ctx, c)
}

// enqueue puts the call into the queue, and starts a flusher if there is room for one more.
func (b *batcher) enqueue(c *call) {
	c.timer.Reset(b.timeout)
	b.mu.Lock()
	b.queue = append(b.queue, c)
	start := b.busy < b.flushers
	if start {
		b.busy++
	}
	b.mu.Unlock()
	if start {
		go b.flush()
	}
}

// wait returns the answer of a call that enqueue took, or an error if ctx or the timeout ends first.
// Whoever has several calls, such as Due in a Cluster, enqueues all of them and then waits for each.
func (b *batcher) wait(ctx context.Context, c *call) ([]byte, error) {
	select {
	case <-c.done:
		c.timer.Stop()
		if c.err != nil {
			return nil, callError(c.script.name, c.err)
		}
		return c.reply, nil
	case <-ctx.Done():
		c.timer.Stop()
		return nil, b.giveUp(c, ctx.Err())
	case <-c.timer.C:
		return nil, b.giveUp(c, context.DeadlineExceeded)
	}
}

// giveUp marks the call as one that nobody waits for. If it is still queued, take skips it; if a
// flusher has it, the flusher ends it as usual. The bytes of a call that is queued are dropped at once:
// a queue of calls that were given up must not hold much memory while Redis hangs.
func (b *batcher) giveUp(c *call, err error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	c.givenUp = true
	if !c.taken {
		c.args, c.request = nil, nil
	}
	return callError(c.script.name, err)
}

// flush is a flusher: it sends what waits until nothing does, or until another took its place. It uses
// one slice for all its batches, and clears it so that calls which are done are not kept.
func (b *batcher) flush() {
	var batch []*call
	for {
		batch = b.take(batch[:0])
		if len(batch) == 0 || !b.send(batch) {
			return
		}
		clear(batch)
	}
}

// replace takes the place of a flusher whose batch has not ended within the timeout. The client may
// wait for Redis for many seconds more; calls that arrive now must not wait behind it.
func (b *batcher) replace() {
	b.mu.Lock()
	// If nothing waits, no other flusher is needed. One fewer is busy then.
	start := len(b.queue) > 0
	if !start {
		b.busy--
	}
	b.mu.Unlock()
	if start {
		b.flush()
	}
}

// take moves the next batch out of the queue. If nothing waits, the batch is empty and the flusher
// counts as ended, under the same lock: a call that arrives next starts another.
func (b *batcher) take(batch []*call) []*call {
	b.mu.Lock()
	defer b.mu.Unlock()
	n, size := 0, 0
	for n < len(b.queue) && len(batch) < maxBatch && size < maxBatchBytes {
		c := b.queue[n]
		n++
		if !c.givenUp {
			c.taken = true
			size += len(c.request)
			batch = append(batch, c)
		}
	}
	// What is left moves to the front of the same array, and the end is cleared: the array would otherwise keep
	// calls that are done.
	rest := copy(b.queue, b.queue[n:])
	clear(b.queue[rest:])
	b.queue = b.queue[:rest]
	if len(batch) == 0 {
		b.busy--
	}
	return batch
}

// send makes the calls and wakes their callers. It returns false if the timeout passed first: then
// replace has run, or runs, and this flusher must end.
func (b *batcher) send(batch []*call) bool {
	ctx, cancel := context.WithTimeout(context.Background(), b.timeout)
	defer cancel()
	// inTime stops the timer. It returns false if the timer has started replace already.
	inTime := context.AfterFunc(ctx, b.replace)
	if b.barrier != nil {
		b.sendFirm(ctx, batch)
	} else {
		b.sendPlain(ctx, batch)
	}
	return inTime()
}

// sendPlain makes the calls without a barrier: a single command as it is, several as a pipeline. Then it makes
// those again that parcel.read returns.
func (b *batcher) sendPlain(ctx context.Context, batch []*call) {
	_, cluster := b.client.(*redis.ClusterClient)
	for left := parcels(ctx, batch, !cluster); len(left) > 0; {
		if len(left) == 1 {
			_ = b.client.Process(ctx, left[0].cmd) // the command keeps the error
		} else {
			pipe := b.client.Pipeline()
			for _, p := range left {
				_ = pipe.Process(ctx, p.cmd)
			}
			_, _ = pipe.Exec(ctx) // each command keeps its own error
		}
		var again []*parcel
		for _, p := range left {
			again = append(again, p.read(ctx)...)
		}
		left = again
	}
	b.settle(ctx, batch, false)
}

// settle wakes the callers. With again, it does not wake those whose slot has moved to another node,
// and returns their calls, which may be sent again. If a slot has moved or a node does not answer, settle
// also has the client ask where the slots are now.
func (b *batcher) settle(ctx context.Context, calls []*call, again bool) []*call {
	var moved []*call
	reload := false
	for _, c := range calls {
		isMoved := c.err != nil && redis.HasErrorPrefix(c.err, "MOVED")
		reload = reload || isMoved || isNetwork(c.err)
		if isMoved && again && ctx.Err() == nil {
			moved = append(moved, c)
			continue
		}
		c.done <- struct{}{}
	}
	if cluster, ok := b.client.(*redis.ClusterClient); ok && reload {
		cluster.ReloadState(ctx) // go-redis alone would notice a dead master after a minute
	}
	return moved
}
