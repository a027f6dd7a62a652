package redisstore

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"
)

const (
	dueWait = 250 * time.Millisecond // less or more by a fifth, so that processes drift apart
	dueMore = 25 * time.Millisecond  // when there is more than was asked for
)

// Due implements session.Store. It asks all partitions: by one call, or in a Cluster by one for
// each, sent together.
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
	if len(found) >= limit {
		found, wait = found[:limit], dueMore
	}
	ids := make([]string, len(found))
	for i := range found {
		ids[i] = found[i].id
	}
	return ids, wait, nil
}

func (s *Store) dueCall(watches []any, limit int) *call {
	c := s.batch.get()
	c.sealMany(&s.scripts.due, watches, limit)
	return c
}

// collect sends the calls and joins the answers. All were sent when the first error returns; the
// rest of them is left to the flushers.
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
