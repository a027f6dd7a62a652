package redisstore

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"
)

// How long Due tells to wait. Other processes make sessions due at any time, and nobody tells this
// process: so the wait is short, and there is no Wake. With 250 ms, more or less a fifth, a timer fires
// up to 300 ms late, and ten processes ask Redis about 40 times a second.
const (
	dueWait = 250 * time.Millisecond // more or less by up to a fifth, so that processes do not ask in step
	dueMore = 25 * time.Millisecond  // if there were as many as was asked for, and so perhaps more
)

// Due implements session.Store. It asks the watch indexes of all partitions: by one call, or in a
// Cluster by one call for each partition, since their slots are on several nodes. All calls go out
// together. Each partition may list up to limit sessions, so that the most overdue of all are among
// them; the joined list is sorted and cut.
func (s *Store) Due(ctx context.Context, limit int) ([]string, time.Duration, error) {
	wait := dueWait*4/5 + rand.N(dueWait*2/5)
	if limit <= 0 {
		return nil, wait, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, wait, callError("due", err)
	}
	var calls []*call
	if s.cluster {
		for i := range s.watches {
			calls = append(calls, s.dueCall(s.watches[i:i+1], limit))
		}
	} else {
		calls = append(calls, s.dueCall(s.watches, limit))
	}
	found, err := s.collect(ctx, calls)
	if err != nil {
		return nil, wait, err
	}
	slices.SortStableFunc(found, func(a, b dueSession) int { return a.since.Compare(b.since) })
	// There may be more than was asked for: ask again soon.
	if len(found) >= limit {
		found, wait = found[:limit], dueMore
	}
	ids := make([]string, len(found))
	for i := range found {
		ids[i] = found[i].id
	}
	return ids, wait, nil
}

// dueCall asks some watch indexes for up to limit sessions each.
func (s *Store) dueCall(watches []any, limit int) *call {
	c := s.batch.get()
	c.sealMany(&s.scripts.due, watches, limit)
	return c
}

// collect sends the calls and joins their answers, in no order. It returns the first error at once: the calls that
// are still under way are left to the flushers, and are not put back into the pool.
func (s *Store) collect(ctx context.Context, calls []*call) ([]dueSession, error) {
	for _, c := range calls {
		s.batch.enqueue(c)
	}
	var found []dueSession
	for _, c := range calls {
		reply, err := s.batch.wait(ctx, c)
		if err != nil {
			return nil, err
		}
		s.batch.put(c)
		ok := false
		if found, ok = parseDue(found, reply); !ok {
			return nil, badAnswer("due")
		}
	}
	return found, nil
}
