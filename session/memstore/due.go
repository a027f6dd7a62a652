package memstore

import (
	"container/heap"
	"context"
	"math"
	"slices"
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
// session of these accounts is due, one hour at most; otherwise it is one second at most.
//
// A heap shows only its first session. So Due takes the sessions that it returns out of the heaps,
// which leaves the next one on top, reads the time of that one, and puts the others back: they stay
// due until somebody calls Begin for them. A session that is claimed goes back with the end of the claim as its
// time, until a call for it has settle compute its time anew.
func (s *Store) Due(_ context.Context, accounts []string, limit int, claim time.Duration) ([]string, time.Duration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := clock()
	s.sweep(now)
	var asked []*account
	for _, name := range unique(accounts) {
		asked = append(asked, s.account(name))
	}
	var found []*entry
	next := earliest(asked)
	for len(found) < limit && next.due <= now {
		heap.Remove(&next.account.queue, next.place)
		found = append(found, next)
		next = earliest(asked)
	}
	wait := idleWait
	if len(found) > 0 {
		wait = busyWait
	}
	until := min(now+wait.Milliseconds(), max(now, next.due))
	claimed := now + claim.Milliseconds()
	if claim > 0 && len(found) > 0 {
		until = min(until, claimed)
	}
	for _, a := range asked {
		a.waitsUntil = max(a.waitsUntil, until)
	}
	ids := make([]string, 0, len(found))
	for _, e := range found {
		ids = append(ids, e.id)
		if claim > 0 {
			e.due = claimed
		}
		heap.Push(&e.account.queue, e)
	}
	return ids, time.Duration(until-now) * time.Millisecond, nil
}

// nothing is a session that is never due.
var nothing = &entry{due: never}

// earliest returns the session of these accounts that is due first, or nothing.
func earliest(accounts []*account) *entry {
	first := nothing
	for _, a := range accounts {
		if len(a.queue) > 0 && a.queue[0].due < first.due {
			first = a.queue[0]
		}
	}
	return first
}

// Heartbeat implements session.Store. The process that has the store in its memory is alone: the
// answers are 1.
func (s *Store) Heartbeat(_ context.Context, _ string, accounts []string, _ time.Duration) ([]int, error) {
	return slices.Repeat([]int{1}, len(accounts)), nil
}

// Wake implements session.Store. The channel holds one value. If a value is in it already, a second
// session that becomes due needs none: one call of Due finds both. When the value is received,
// another caller may have handled the session.
func (s *Store) Wake() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	wake := make(chan struct{}, 1)
	s.wakes = append(s.wakes, wake)
	return wake
}

// settle is called after each change of a session. It moves the session to its place in the queue,
// and wakes the callers of Due if the session is due before all of them would call Due again. Example:
// Due said to wait until 13:00, and a commit sets a timer for 12:30. settle wakes the caller, who asks
// again and is told to wait until 12:30. A timer for 13:30 wakes nobody. A caller that serves other
// accounts is woken too, and finds nothing.
func (s *Store) settle(e *entry) {
	e.due = e.dueAt()
	heap.Fix(&e.account.queue, e.place)
	if e.due >= e.account.waitsUntil {
		return
	}
	e.account.waitsUntil = e.due
	for _, wake := range s.wakes {
		select {
		case wake <- struct{}{}:
		default: // a value is there already
		}
	}
}

// queue holds all sessions of an account as a heap: the first one is due first. Each session knows its place,
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
