package memstore

import (
	"container/heap"
	"context"
	"math"
	"time"
)

// never is the due time of a session that has nothing to do.
const never = math.MaxInt64

const (
	// idleWait is the longest wait that Due tells if it returns no ids.
	idleWait = time.Hour
	// busyWait is the longest wait that Due tells if it returns ids. They stay due until Begin is
	// called for them; if the caller fails to do so, the next Due returns them again.
	busyWait = time.Second
)

// Due implements session.Store. If it returns no ids, wait is the exact time until the next
// session is due, one hour at most; otherwise it is one second at most.
//
// The heap shows only its first session. So Due takes the sessions that it returns out of the heap,
// which leaves the next one on top, reads the time of that one, and puts the others back: they stay
// due until somebody calls Begin for them.
func (s *Store) Due(_ context.Context, limit int) ([]string, time.Duration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := clock()
	s.sweep(now)
	var found []*entry
	for len(found) < limit && len(s.queue) > 0 && s.queue[0].due <= now {
		found = append(found, heap.Pop(&s.queue).(*entry))
	}
	wait := idleWait
	if len(found) > 0 {
		wait = busyWait
	}
	s.waitsUntil = now + wait.Milliseconds()
	if len(s.queue) > 0 {
		s.waitsUntil = min(s.waitsUntil, max(now, s.queue[0].due))
	}
	ids := make([]string, 0, len(found))
	for _, e := range found {
		ids = append(ids, e.id)
		heap.Push(&s.queue, e)
	}
	return ids, time.Duration(s.waitsUntil-now) * time.Millisecond, nil
}

// Heartbeat implements session.Store. The process that has the store in its memory is alone: the
// answer is 1.
func (s *Store) Heartbeat(context.Context, string, time.Duration) (int, error) { return 1, nil }

// Wake implements session.Store. The channel holds one value. If a value is in it already, a second
// session that becomes due needs none: one call of Due finds both. When the value is received,
// another caller may have handled the session by Begin with an event.
func (s *Store) Wake() <-chan struct{} { return s.wake }

// settle is called after each change of a session. It moves the session to its place in the queue,
// and wakes the caller of Due if the session is due before Due would be called again. Example: Due
// said to wait until 13:00, and a commit sets a timer for 12:30. settle wakes the caller, who asks
// again and is told to wait until 12:30. A timer for 13:30 wakes nobody.
func (s *Store) settle(e *entry) {
	e.due = e.dueAt()
	heap.Fix(&s.queue, e.place)
	if e.due >= s.waitsUntil {
		return
	}
	s.waitsUntil = e.due
	select {
	case s.wake <- struct{}{}:
	default: // a value is there already
	}
}

// queue holds all sessions as a heap: the first one is due first. Each session knows its place,
// so that it can be moved. The methods are those of container/heap.
type queue []*entry

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].due < q[j].due }

func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = i, j
}

func (q *queue) Push(e any) {
	e.(*entry).place = len(*q)
	*q = append(*q, e.(*entry))
}

func (q *queue) Pop() any {
	last := len(*q) - 1
	e := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return e
}
