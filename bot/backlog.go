package bot

import (
	"sync"
	"sync/atomic"
	"time"
)

// backlog is the sessions in which something waits for another attempt, as far as this process made
// the last one.
type backlog struct {
	size atomic.Int64 // len(open)
	mu   sync.Mutex
	open map[string]waiting
}

type waiting struct {
	since time.Time // when the wait began
	until time.Time // nothing was heard by then: another process has seen to it
}

// heardWithin is how long after the time for another attempt a session is kept of which nothing is
// heard.
const heardWithin = 30 * time.Second

// note notes that something in the session waits since then, for at least d more. It returns since when
// something in the session has waited.
func (l *backlog) note(id string, since, now time.Time, d time.Duration) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if w, ok := l.open[id]; ok && w.since.Before(since) && w.until.After(now) {
		since = w.since
	}
	if l.open == nil {
		l.open = make(map[string]waiting)
	}
	l.open[id] = waiting{since, now.Add(d + heardWithin)}
	l.size.Store(int64(len(l.open)))
	return since
}

// over notes that nothing waits in the session any more. It is cheap where nothing waits at all.
func (l *backlog) over(id string) {
	if l.size.Load() == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, id)
	l.size.Store(int64(len(l.open)))
}

// count returns how many sessions wait, and for how long the first of them has.
func (l *backlog) count(now time.Time) (n int64, oldest time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for id, w := range l.open {
		if now.After(w.until) {
			delete(l.open, id)
			continue
		}
		oldest = max(oldest, now.Sub(w.since))
	}
	l.size.Store(int64(len(l.open)))
	return l.size.Load(), oldest
}
