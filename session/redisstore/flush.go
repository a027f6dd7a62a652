package redisstore

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// flush is a flusher: it sends what waits in a queue until nothing does, or until another took its place. It
// uses one slice for all its batches, and clears it so that calls which are done are not kept.
func (b *batcher) flush(q *queue) {
	var batch []*call
	for {
		batch = b.take(q, batch[:0])
		if len(batch) == 0 || !b.send(q, batch) {
			return
		}
		clear(batch)
	}
}

// replace takes the place of a flusher whose batch has not ended within the timeout. The client may
// wait for Redis for many seconds more; calls that arrive now must not wait behind it.
func (b *batcher) replace(q *queue) {
	b.mu.Lock()
	q.away = true
	// If nothing waits, no other flusher is needed. One fewer is busy then.
	start := len(q.calls) > 0
	if !start {
		q.busy--
	}
	b.mu.Unlock()
	if start {
		b.flush(q)
	}
}

// take moves the next batch out of the queue. If nothing waits, the batch is empty and the flusher
// counts as ended, under the same lock: a call that arrives next starts another.
func (b *batcher) take(q *queue, batch []*call) []*call {
	b.mu.Lock()
	defer b.mu.Unlock()
	n, size := 0, 0
	for n < len(q.calls) && len(batch) < maxBatch && size < maxBatchBytes {
		c := q.calls[n]
		n++
		if !c.givenUp {
			c.taken = true
			size += len(c.request)
			batch = append(batch, c)
		}
	}
	// What is left moves to the front of the same array, and the end is cleared: the array would otherwise keep
	// calls that are done.
	rest := copy(q.calls, q.calls[n:])
	clear(q.calls[rest:])
	q.calls = q.calls[:rest]
	if len(batch) == 0 {
		q.busy--
	}
	return batch
}

// send makes the calls and wakes their callers. It returns false if the timeout passed first: then
// replace has run, or runs, and this flusher must end.
func (b *batcher) send(q *queue, batch []*call) bool {
	ctx, cancel := context.WithTimeout(context.Background(), b.timeout)
	defer cancel()
	// inTime stops the timer. It returns false if the timer has started replace already.
	inTime := context.AfterFunc(ctx, func() { b.replace(q) })
	if to, err := b.server(ctx, batch[0]); err == nil {
		b.exchange(ctx, to, batch)
	} else {
		for _, c := range batch {
			c.err = err
		}
	}
	ok := inTime()
	b.settle(ctx, q, batch)
	return ok
}

// exchange makes the calls: a single command as it is, several as a pipeline. Behind them go the barrier, if there is
// one, and ROLE where another server may become the master. A call has succeeded if its own answer and the barrier
// are good. What parcel.read returns goes again, with a barrier of its own.
func (b *batcher) exchange(ctx context.Context, to redis.UniversalClient, calls []*call) {
	_, cluster := b.client.(*redis.ClusterClient)
	for left := parcels(ctx, calls, !cluster); len(left) > 0; {
		pipe := to.Pipeline()
		for _, p := range left {
			_ = pipe.Process(ctx, p.cmd)
		}
		var touch, wait *redis.Cmd
		if b.barrier != nil {
			touch, wait = b.barrier.behind(ctx, pipe, calls[0].keys[0])
		}
		role := b.askRole(ctx)
		if role != nil {
			_ = pipe.Process(ctx, role)
		}
		if pipe.Len() == 1 {
			_ = to.Process(ctx, left[0].cmd) // the command keeps the error
		} else {
			_, _ = pipe.Exec(ctx) // each command keeps its own error
		}
		var again []*parcel
		for _, p := range left {
			next := p.read(ctx)
			again = append(again, next...)
			for _, c := range p.calls {
				if goesAgain := c.reply == nil && len(next) > 0; b.barrier != nil && c.err == nil && !goesAgain {
					c.err = b.barrier.verdict(touch, wait)
				}
			}
		}
		b.distrust(ctx, role, left)
		left = again
	}
}

// askRole returns a ROLE to be sent behind a batch; nil if no master is watched.
func (b *batcher) askRole(ctx context.Context) *redis.Cmd {
	if b.lookout == nil || !b.lookout.on.Load() {
		return nil
	}
	return redis.NewCmd(ctx, "role")
}

// distrust fails the calls that succeeded, if ROLE says that the master may be none any more. A call that goes again
// has another answer then, and another ROLE behind it.
func (b *batcher) distrust(ctx context.Context, role *redis.Cmd, batch []*parcel) {
	if role == nil {
		return
	}
	err := b.lookout.look(ctx, role)
	if err == nil {
		return
	}
	for _, p := range batch {
		for _, c := range p.calls {
			if c.err == nil {
				c.err = err
			}
		}
	}
}

// retryPause is how long a call rests before it goes again.
const retryPause = 100 * time.Millisecond

// settle wakes the callers. It does not wake those whose call a Cluster refused for a moment (see
// passesSoon), or a master took that was demoted: such a call goes again after a pause, to whatever node has the
// slot or is the master by then, for as long as its caller waits. If a slot has moved or a node does not answer,
// settle also has the client ask where the slots are now.
func (b *batcher) settle(ctx context.Context, q *queue, calls []*call) {
	cluster, _ := b.client.(*redis.ClusterClient)
	var again []*call
	away, reload := false, false
	for _, c := range calls {
		away = away || isNetwork(c.err)
		if cluster != nil && passesSoon(c.err) || c.err == errDemoted {
			again = append(again, c)
			reload = true
			continue
		}
		c.done <- struct{}{}
	}
	b.mu.Lock()
	q.away = away
	for _, c := range again {
		c.refused, c.reply, c.err = c.err, nil, nil
	}
	b.mu.Unlock()
	if cluster != nil && (away || reload) {
		cluster.ReloadState(ctx) // go-redis alone would notice a dead master after a minute
	}
	if len(again) > 0 {
		time.AfterFunc(retryPause, func() {
			for _, c := range again {
				b.add(c)
			}
		})
	}
}
