package memstore

import (
	"bytes"
	"slices"
	"strconv"
	"sync"

	"github.com/kaiwa-go/kaiwa/session"
)

// maxLetters is how many dead letters a Store keeps. Then the oldest go.
const maxLetters = 1000

// letters are the dead letters of a store, the oldest first. Its lock may be taken under that of
// a shard, and not the other way round.
type letters struct {
	mu   sync.Mutex
	kept []*session.DeadLetter
	// last numbers the letters: the number is the ID.
	last uint64
}

func (l *letters) add(d *session.DeadLetter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.kept) >= maxLetters {
		l.kept = slices.Delete(l.kept, 0, 1)
	}
	l.last++
	d.ID = strconv.FormatUint(l.last, 10)
	l.kept = append(l.kept, d)
}

// after returns copies of up to limit letters whose numbers are above n, and says whether there
// are more.
func (l *letters) after(n uint64, limit int) (some []session.DeadLetter, more bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, d := range l.kept {
		if number(d) <= n {
			continue
		}
		if len(some) >= limit {
			return some, true
		}
		c := *d
		c.Event.Body, c.Output.Body = bytes.Clone(d.Event.Body), bytes.Clone(d.Output.Body)
		some = append(some, c)
	}
	return some, false
}

// find returns the letter, which is not written to, or nil.
func (l *letters) find(id string) *session.DeadLetter {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, d := range l.kept {
		if d.ID == id {
			return d
		}
	}
	return nil
}

// remove says whether the letter was there.
func (l *letters) remove(id string) bool {
	return l.drop(func(d *session.DeadLetter) bool { return d.ID == id })
}

func (l *letters) forget(sessionID string) {
	l.drop(func(d *session.DeadLetter) bool { return d.Session == sessionID })
}

func (l *letters) unsend(sessionID, messageID string) {
	l.drop(func(d *session.DeadLetter) bool {
		return d.Session == sessionID && d.Event.MessageID == messageID
	})
}

func (l *letters) drop(which func(*session.DeadLetter) bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := len(l.kept)
	l.kept = slices.DeleteFunc(l.kept, which)
	return len(l.kept) < before
}

func number(d *session.DeadLetter) uint64 {
	n, _ := strconv.ParseUint(d.ID, 10, 64) // add wrote it
	return n
}
