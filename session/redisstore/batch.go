package redisstore

import (
	"context"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	defaultFlushers = 2 // of each node; BenchmarkTurn compares 1, 2 and 4
	firmFlushers    = 8 // a flusher that waits for replicas does nothing else meanwhile
	maxBatch        = 256
	maxBatchBytes   = 1 << 20
)

// batcher sends calls to Redis, many of them in one write where it can. Each node of a Cluster has a queue of
// its own; without a Cluster there is one queue. A flusher is a goroutine that takes what waits in one queue
// and sends it as one pipeline. It ends when nothing waits there.
//
// Example, with two flushers: the first call finds none busy, starts one, and goes out alone. So
// does the second. While both wait for Redis, 50 calls arrive and queue up. The flusher that is
// free first sends all 50 in one pipeline, which costs Redis two system calls and not 100.
//
// Example of a Redis that hangs, with a timeout of 1.2 s: a flusher sends a batch at 0 s. At 1.2 s the
// callers of the batch have their errors, and replace starts another flusher if calls wait. The first
// flusher may hang in the client for some seconds more; when the client returns, that flusher ends.
// busy counts the two as one.
//
// Example of a Cluster of three nodes, one of which dies: the calls for its slots wait in its queue, and its
// two flushers hang. The calls for the other two nodes are in other queues, and do not wait.
type batcher struct {
	client   redis.UniversalClient
	timeout  time.Duration // of each call, and of each batch
	flushers int           // how many may be busy at once, for each node
	barrier  *barrier      // what each batch waits for behind its answers; nil for nothing
	lookout  *lookout      // for another master; nil in a Cluster

	mu     sync.Mutex
	queues map[string]*queue // by the address of the node; one, without an address, if this is no Cluster
	pool   sync.Pool
}

// queue is the calls that wait for one node. The batcher's lock guards it.
type queue struct {
	calls []*call
	busy  int // how many flushers there are now
	// away says that the last batch did not reach the node. Whoever asks all nodes does not wait for it then.
	away bool
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

// enqueue puts the call into the queue of its node, and starts its time. It returns whether the node was
// away when it was asked last.
func (b *batcher) enqueue(c *call) (away bool) {
	c.timer.Reset(b.timeout)
	return b.add(c)
}

// add puts the call into the queue of its node, and starts a flusher if there is room for one more.
func (b *batcher) add(c *call) (away bool) {
	node := b.nodeOf(c)
	b.mu.Lock()
	q := b.queueOf(node)
	c.taken = false
	q.calls = append(q.calls, c)
	start := q.busy < b.flushers
	if start {
		q.busy++
	}
	away = q.away
	b.mu.Unlock()
	if start {
		go b.flush(q)
	}
	return away
}

// nodeOf returns the address of the node that has the call's keys, as far as the client knows; empty if this
// is no Cluster. It makes no call of Redis: the client knows the slots since New.
func (b *batcher) nodeOf(c *call) string {
	cluster, ok := b.client.(*redis.ClusterClient)
	if !ok {
		return ""
	}
	node, err := cluster.MasterForKey(context.Background(), c.keys[0])
	if err != nil {
		return "" // the flusher meets the same error, and the call has it
	}
	return node.Options().Addr
}

// queueOf returns the queue of a node. A queue is kept for good: a Cluster has few addresses.
func (b *batcher) queueOf(node string) *queue {
	q := b.queues[node]
	if q == nil {
		q = &queue{}
		if b.queues == nil {
			b.queues = make(map[string]*queue)
		}
		b.queues[node] = q
	}
	return q
}

// wait returns the answer of a call that enqueue took, or an error if ctx or the timeout ends first.
// Whoever has several calls, such as Due in a Cluster, enqueues all of them and then waits for each. An answer
// that came in time counts, though the time is over when wait looks.
func (b *batcher) wait(ctx context.Context, c *call) ([]byte, error) {
	var late error
	select {
	case <-c.done:
	case <-ctx.Done():
		late = ctx.Err()
	case <-c.timer.C:
		late = context.DeadlineExceeded
	}
	c.timer.Stop()
	if late != nil {
		select {
		case <-c.done:
		default:
			return nil, b.giveUp(c, late)
		}
	}
	if c.err != nil {
		return nil, callError(c.script.name, c.err)
	}
	return c.reply, nil
}

// giveUp marks the call as one that nobody waits for. If it is still queued, take skips it; if a
// flusher has it, the flusher ends it as usual. The bytes of a call that is queued are dropped at once:
// a queue of calls that were given up must not hold much memory while Redis hangs.
func (b *batcher) giveUp(c *call, err error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	c.givenUp = true
	if !c.taken {
		c.args, c.request, c.short = nil, nil, shortCall{}
	}
	if c.refused != nil {
		err = c.refused // says more than that the time is over
	}
	return callError(c.script.name, err)
}
