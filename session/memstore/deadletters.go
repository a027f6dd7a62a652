package memstore

import (
	"context"
	"slices"
	"strconv"

	"github.com/kaiwa-go/kaiwa/session"
)

// maxDead is how many dead letters a Store keeps. After that, a new one replaces the oldest.
const maxDead = 1000

// deadLetters are the dead letters of all sessions, the oldest first. They do not belong to the
// entries: a session that expires leaves its dead letters.
type deadLetters struct {
	kept []session.DeadLetter
	// last is the number of the newest dead letter. The number, in decimal, is its ID.
	last uint64
}

func (l *deadLetters) add(d session.DeadLetter) {
	l.last++
	d.ID = strconv.FormatUint(l.last, 10)
	l.kept = append(l.kept, d)
	if len(l.kept) > maxDead {
		l.kept = slices.Delete(l.kept, 0, 1)
	}
}

// find looks at one letter after the other, which only an operator waits for.
// CountDeadLetters implements session.Admin.
func (s *Store) CountDeadLetters(context.Context) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.dead.kept), nil
}

func (l *deadLetters) find(id string) (d session.DeadLetter, ok bool) {
	for _, d := range l.kept {
		if d.ID == id {
			return d, true
		}
	}
	return d, false
}

// remove deletes the letters for which the function is true. It says whether there were any.
func (l *deadLetters) remove(which func(session.DeadLetter) bool) bool {
	before := len(l.kept)
	l.kept = slices.DeleteFunc(l.kept, which)
	return len(l.kept) < before
}
