package memstore

import (
	"math"
	"slices"
)

// never is the due time of what is not due at any time.
const never = math.MaxInt64

// queue is a binary heap of sessions by due time, each of which knows its place. A session
// that runs has its lease's end for due time, later than most, and so moves only a few places.
type queue []*entry

// set puts e in the queue with that due time, moves it, or takes it out.
func (q *queue) set(e *entry, due int64) {
	switch {
	case due == e.due && (e.queued >= 0 || due == never):
	case due == never:
		q.remove(e)
	case e.queued < 0:
		e.due, e.queued = due, len(*q)
		*q = append(*q, e)
		q.up(e.queued)
	default:
		e.due = due
		q.fix(e.queued)
	}
}

func (q *queue) remove(e *entry) {
	i, last := e.queued, len(*q)-1
	e.due, e.queued = never, -1
	if i < 0 {
		return
	}
	moved := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	if i < last {
		(*q)[i], moved.queued = moved, i
		q.fix(i)
	}
}

func (q queue) fix(i int) {
	if !q.down(i) {
		q.up(i)
	}
}

func (q queue) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if q[parent].due <= q[i].due {
			return
		}
		q.swap(i, parent)
		i = parent
	}
}

func (q queue) down(i int) (moved bool) {
	for {
		child := 2*i + 1
		if child >= len(q) {
			return moved
		}
		if child+1 < len(q) && q[child+1].due < q[child].due {
			child++
		}
		if q[i].due <= q[child].due {
			return moved
		}
		q.swap(i, child)
		i, moved = child, true
	}
}

func (q queue) swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].queued, q[j].queued = i, j
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
		e := q[front[0]]
		if e.due > now || limit == 0 {
			return found, e.due
		}
		found = append(found, dueID{e.id, e.due})
		limit--
		child := 2*front[0] + 1
		front = front[1:]
		for i := child; i < min(child+2, len(q)); i++ {
			at, _ := slices.BinarySearchFunc(front, q[i].due, func(p int, due int64) int {
				return int(min(1, max(-1, q[p].due-due)))
			})
			front = slices.Insert(front, at, i)
		}
	}
	return found, never
}
