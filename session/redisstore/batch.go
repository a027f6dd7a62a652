package redisstore

import (
	"context"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	defaultFlushers = 2
	firmFlushers    = 8 // each waits for replicas, too
	maxBatch        = 256
	maxBatchBytes   = 1 << 20
)

// batcher sends calls to Redis. A call that finds a flusher free goes out alone and at once;
// those that arrive while all are busy go out together, as one pipeline, when one is free again.
// A flusher is a goroutine that lives while there are calls.
type batcher struct {
	client   redis.UniversalClient
	timeout  time.Duration
	flushers int
	barrier  *barrier // what each batch waits for besides the answers; nil for nothing

	mu    sync.Mutex
	queue []*call
	busy  int
	pool  sync.Pool
}

// get returns an empty call. It goes back to the pool with put, once the answer has been read.
func (b *batcher) get() *call {
	if c, ok := b.pool.Get().(*call); ok {
		return c
	}
	return newCall()
}

func (b *batcher) put(c *call) {
	c.reset()
	b.pool.Put(c)
}

// do sends the call and waits for the answer, the end of ctx or the timeout. A call that was
// given up is not used again, since the client may still read it.
func (b *batcher) do(ctx context.Context, c *call) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, callError(c.script.name, err)
	}
	b.enqueue(c)
	return b.wait(ctx, c)
}

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

// giveUp leaves the call to the flusher. One that still waits is not sent any more.
func (b *batcher) giveUp(c *call, err error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	c.givenUp = true
	if !c.taken {
		c.args, c.request = nil, nil
	}
	return callError(c.script.name, err)
}

// flush sends what waits until nothing does.
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

// replace lets another flusher work in the place of one that is stuck: the client may wait for
// Redis far longer than our callers do.
func (b *batcher) replace() {
	b.mu.Lock()
	start := len(b.queue) > 0
	if !start {
		b.busy--
	}
	b.mu.Unlock()
	if start {
		b.flush()
	}
}

// take moves the next batch out of the queue. If there is none, the flusher is done.
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
	rest := copy(b.queue, b.queue[n:])
	clear(b.queue[rest:])
	b.queue = b.queue[:rest]
	if len(batch) == 0 {
		b.busy--
	}
	return batch
}

// send makes the calls and wakes the callers. It is false if that took so long that the flusher
// was replaced.
func (b *batcher) send(batch []*call) bool {
	ctx, cancel := context.WithTimeout(context.Background(), b.timeout)
	defer cancel()
	inTime := context.AfterFunc(ctx, b.replace)
	if b.barrier != nil {
		b.sendFirm(ctx, batch)
	} else {
		b.sendPlain(ctx, batch)
	}
	return inTime()
}

func (b *batcher) sendPlain(ctx context.Context, batch []*call) {
	for _, c := range batch {
		c.cmd = redis.NewStringCmd(ctx, c.args...)
	}
	if len(batch) == 1 {
		_ = b.client.Process(ctx, batch[0].cmd) // the command keeps the error
	} else {
		pipe := b.client.Pipeline()
		for _, c := range batch {
			_ = pipe.Process(ctx, c.cmd)
		}
		_, _ = pipe.Exec(ctx) // each command keeps its own error
	}
	for _, c := range batch {
		if !c.read() { // alone, since a pipeline cannot branch
			c.cmd = redis.NewStringCmd(ctx, c.args...)
			_ = b.client.Process(ctx, c.cmd)
			c.read()
		}
	}
	b.settle(ctx, batch, false)
}

// settle wakes the callers, and returns the calls whose slot has moved if they may go again.
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
