package memstore

import (
	"slices"
	"time"
)

const (
	// recentCap is how many event ids a session remembers.
	recentCap = 255
	// recentFor is how long a session remembers them.
	recentFor = 24 * time.Hour
)

// recent remembers the ids of the events that were accepted, the oldest first. To be small it
// keeps a hash of 64 bits of each id. One new event in 10^17 has the hash of an old one by chance,
// and is lost.
type recent struct {
	marks []mark
	// floor is when the youngest event was accepted that is not remembered any more; zero if all
	// are. Example: the floor is 12:00. A redelivery of an event that happened at 11:59 is
	// refused, because the event may have been accepted at 11:59 and not be remembered any more. A
	// redelivery of an event that happened at 12:01 is not refused: it would have been accepted
	// after 12:01, and all that was accepted after 12:00 is remembered.
	floor int64
}

// mark stands for one accepted event.
type mark struct {
	hash     uint64
	accepted int64
}

func (r *recent) has(hash uint64) bool {
	return slices.ContainsFunc(r.marks, func(m mark) bool { return m.hash == hash })
}

// mayHaveForgotten says whether an event of that time may have been accepted without being
// remembered.
func (r *recent) mayHaveForgotten(t time.Time) bool { return r.floor != 0 && t.UnixMilli() <= r.floor }

// add remembers an event, and forgets those that are too old or too many. n counts those to
// forget. The loop ends at the new event at the latest, which is not old.
func (r *recent) add(hash uint64, now int64) {
	r.marks = append(r.marks, mark{hash, now})
	n := max(0, len(r.marks)-recentCap)
	for r.marks[n].accepted <= now-recentFor.Milliseconds() {
		n++
	}
	if n > 0 {
		r.floor = max(r.floor, r.marks[n-1].accepted)
		r.marks = slices.Delete(r.marks, 0, n)
	}
}
