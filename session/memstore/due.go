package memstore

import (
	"cmp"
	"context"
	"slices"
	"time"
)

const (
	// idleWait is what Due tells to wait when nothing will be due by itself.
	idleWait = time.Hour
	// busyWait bounds the wait behind ids that were returned: whoever took them may fail.
	busyWait = time.Second
	// sweepPerDue is how many sessions of each shard Due looks at to find old ones.
	sweepPerDue = 32
)

type dueID struct {
	id  string
	due int64
}

// Due implements session.Store. If it returns no ids, wait is the exact time until the next
// session is due, one hour at most; otherwise it is one second at most.
func (s *Store) Due(_ context.Context, limit int) ([]string, time.Duration, error) {
	limit = max(0, limit)
	// What becomes due in a shard that was passed already must not be missed: from here on,
	// everything that becomes due is told to Wake.
	s.told.Store(never)
	now, next := s.now(), int64(never)
	var found []dueID
	for i := range s.shards {
		sh := &s.shards[i]
		sh.mu.Lock()
		sh.sweep(now, sweepPerDue)
		var after int64
		found, after = sh.queue.first(found, limit, now)
		sh.mu.Unlock()
		next = min(next, after)
	}
	slices.SortFunc(found, func(a, b dueID) int { return cmp.Compare(a.due, b.due) })
	if len(found) > limit {
		next = min(next, found[limit].due)
		found = found[:limit]
	}
	ids := make([]string, len(found))
	for i := range found {
		ids[i] = found[i].id
	}
	wait := idleWait
	if len(ids) > 0 {
		wait = busyWait
	}
	wait = min(wait, until(now, next))
	s.lower(now + wait.Milliseconds())
	return ids, wait, nil
}

func until(now, then int64) time.Duration {
	if then == never {
		return idleWait
	}
	return time.Duration(max(0, then-now)) * time.Millisecond
}

// Wake implements session.Store. A value may come though the session is not due any more.
func (s *Store) Wake() <-chan struct{} { return s.wake }

// alert wakes the caller of Due if it would sleep past due. No lock may be held.
func (s *Store) alert(due int64) {
	if s.lower(due) {
		select {
		case s.wake <- struct{}{}:
		default: // a value waits there already
		}
	}
}

// lower sets told to due if that is earlier, and says whether it was.
func (s *Store) lower(due int64) bool {
	for {
		told := s.told.Load()
		if due >= told {
			return false
		}
		if s.told.CompareAndSwap(told, due) {
			return true
		}
	}
}

// Heartbeat implements session.Store: the process that has the store in its memory is alone.
func (s *Store) Heartbeat(context.Context, string, time.Duration) (int, error) { return 1, nil }
