package memstore

import "time"

const (
	// recentCap is how many event ids a session remembers.
	recentCap = 128
	// recentFor is how long it does.
	recentFor = 24 * time.Hour
)

// recent remembers the events that were accepted, oldest first, by a hash of 64 bits that is
// seeded for each store: 16 bytes an event, where two of 128 agree once in 10^15 sessions.
type recent struct {
	marks []mark
	// floor is the time, in milliseconds, at or before which events may have been forgotten.
	floor int64
}

type mark struct {
	hash     uint64
	accepted int64
}

// find says whether the event was accepted before.
func (r *recent) find(hash uint64) bool {
	for i := len(r.marks) - 1; i >= 0; i-- {
		if r.marks[i].hash == hash {
			return true
		}
	}
	return false
}

// stale says whether an event of that time may have been forgotten.
func (r *recent) stale(t time.Time) bool { return r.floor != 0 && t.UnixMilli() <= r.floor }

// add remembers an event, and forgets what is too old or too much.
func (r *recent) add(hash uint64, now int64) {
	r.marks = append(r.marks, mark{hash, now})
	r.trim(now)
}

// trim forgets what is too old or too much.
func (r *recent) trim(now int64) {
	n := max(0, len(r.marks)-recentCap)
	for n < len(r.marks) && r.marks[n].accepted <= now-recentFor.Milliseconds() {
		n++
	}
	if n > 0 {
		r.floor = max(r.floor, r.marks[n-1].accepted)
		r.marks = r.marks[:copy(r.marks, r.marks[n:])]
	}
}
