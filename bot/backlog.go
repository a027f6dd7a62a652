package bot

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// backlog is the sessions in which something waits for another attempt, as far as this process made the
// last attempt. It is for Stats alone: what waits is in the store.
//
// For example: LINE is away. The output of a session fails at 12:00:00, and is to be tried again at
// 12:00:08. The session is in the backlog then, since 12:00:00. If this process makes the next attempt,
// the backlog hears of it: the session stays, or is over. If another process makes it, nothing is heard,
// and the session is dropped at 12:00:38.
type backlog struct {
	size atomic.Int64 // len(open), to be read without the lock
	mu   sync.Mutex
	open map[string]waiting
}

// waiting is a session in the backlog.
type waiting struct {
	since time.Time // when the wait began
	until time.Time // when the session is dropped, if nothing is heard of it before
}

// heardWithin is how long a session stays in the backlog after the time of its next attempt, if nothing is
// heard of it.
const heardWithin = 30 * time.Second

// note says that something in the session has waited since a time, and will be tried again after d. It
// returns since when something in the session has waited, which is earlier if the session was noted before.
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

// over says that nothing waits in the session any more. It takes no lock if no session waits at all, as is
// so most of the time.
func (l *backlog) over(id string) {
	if l.size.Load() == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, id)
	l.size.Store(int64(len(l.open)))
}

// tally is how many sessions wait, and how long the first of them has waited.
type tally struct {
	n      int64
	oldest time.Duration
}

// count returns what waits, by account.
func (l *backlog) count(now time.Time) map[string]tally {
	all := make(map[string]tally)
	l.mu.Lock()
	defer l.mu.Unlock()
	for id, w := range l.open {
		if now.After(w.until) {
			delete(l.open, id)
			continue
		}
		t := all[session.Account(id)]
		all[session.Account(id)] = tally{t.n + 1, max(t.oldest, now.Sub(w.since))}
	}
	l.size.Store(int64(len(l.open)))
	return all
}
