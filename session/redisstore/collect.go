package redisstore

import (
	"context"
	"time"
)

// awayWait is how long a call that goes to all nodes waits for those that did not answer the last time. Without
// it, the sessions of all nodes would wait for Options.Timeout at each look while one node is dead.
const awayWait = 200 * time.Millisecond

// collect sends the calls of a method, and has each of their answers read. read gets the place of the call and its
// answer, which it reads to the end; if something is wrong with it, it sets a.bad. If some calls fail, the others are
// read all the same, and collect returns the first error. A call that failed is left to the flushers, and is not
// put back into the pool.
func (s *Store) collect(ctx context.Context, method string, calls []*call, read func(i int, a *answer)) error {
	var first error
	s.batch.each(ctx, calls, func(i int, reply []byte, err error) {
		if err == nil {
			a := answer{b: reply}
			if read(i, &a); a.bad || len(a.b) > 0 {
				err = badAnswer(method)
			}
		}
		if first == nil {
			first = err
		}
	})
	return first
}

// each sends the calls, to several nodes perhaps, and gives each answer or error to f, in the order of the calls.
func (b *batcher) each(ctx context.Context, calls []*call, f func(i int, reply []byte, err error)) {
	brief, cancel := context.WithTimeout(ctx, awayWait)
	defer cancel()
	away := make([]bool, len(calls))
	for i, c := range calls {
		away[i] = b.enqueue(c)
	}
	for i, c := range calls {
		until := ctx
		if away[i] {
			until = brief
		}
		reply, err := b.wait(until, c)
		f(i, reply, err)
		if err == nil {
			b.put(c)
		}
	}
}
