package memstore

import (
	"math"
	"slices"
)

// never is the due time of what is not due at any time.
const never = math.MaxInt64

// branches is how many children a place of the queue has: with four, a session moves half as
// many places as with two, and each of them is a session that is not in the processor's cache.
const branches = 4

// queue is a heap of sessions by due time, each of which knows its place. A session that runs
// has its lease's end for due time, later than most, and so moves only a few places.
type queue []slot

// slot repeats the due time of its session, so that a comparison need not touch that.
type slot struct {
	due int64
	e   *entry
}

// set puts e in the queue with that due time, moves it, or takes it out.
func (q *queue) set(e *entry, due int64) {
	switch {
	case due == e.due && (e.queued >= 0 || due == never):
	case due == never:
		q.remove(e)
	case e.queued < 0:
		e.due = due
		*q = append(*q, slot{})
		q.up(len(*q)-1, slot{due, e})
	default:
		e.due = due
		q.fix(e.queued, slot{due, e})
	}
}

func (q *queue) remove(e *entry) {
	i, last := e.queued, len(*q)-1
	e.due, e.queued = never, -1
	if i < 0 {
		return
	}
	moved := (*q)[last]
	(*q)[last] = slot{}
	*q = (*q)[:last]
	if i < last {
		q.fix(i, moved)
	}
}

func (q queue) put(i int, s slot) {
	q[i] = s
	s.e.queued = i
}

// fix puts s at i, whose session left that place, or where it belongs above or below.
func (q queue) fix(i int, s slot) {
	if i > 0 && s.due < q[(i-1)/branches].due {
		q.up(i, s)
	} else {
		q.down(i, s)
	}
}

func (q queue) up(i int, s slot) {
	for i > 0 {
		parent := (i - 1) / branches
		if q[parent].due <= s.due {
			break
		}
		q.put(i, q[parent])
		i = parent
	}
	q.put(i, s)
}

func (q queue) down(i int, s slot) {
	for {
		from := branches*i + 1
		if from >= len(q) {
			break
		}
		child := from
		for c := from + 1; c < min(from+branches, len(q)); c++ {
			if q[c].due < q[child].due {
				child = c
			}
		}
		if s.due <= q[child].due {
			break
		}
		q.put(i, q[child])
		i = child
	}
	q.put(i, s)
}

// first appends up to limit sessions that are due to found, the most overdue first, and returns
// the due time of the one that comes after them. Only the sessions returned, and their
// children in the heap, are looked at.
func (q queue) first(found []dueID, limit int, now int64) ([]dueID, int64) {
	var front []int // places whose parents were taken, by due time
	if len(q) > 0 {
		front = append(front, 0)
	}
	for len(front) > 0 {
		s := q[front[0]]
		if s.due > now || limit == 0 {
			return found, s.due
		}
		found = append(found, dueID{s.e.id, s.due})
		limit--
		child := branches*front[0] + 1
		front = front[1:]
		for i := child; i < min(child+branches, len(q)); i++ {
			at, _ := slices.BinarySearchFunc(front, q[i].due, func(p int, due int64) int {
				return int(min(1, max(-1, q[p].due-due)))
			})
			front = slices.Insert(front, at, i)
		}
	}
	return found, never
}
