package memstore

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kaiwa-go/kaiwa/session"
)

// maxDead is how many dead letters a Store keeps of an account. After that, a new one replaces the oldest.
const maxDead = 1000

// deadLetters are the dead letters of all sessions of an account, the oldest first. They do not belong
// to the entries: a session that expires leaves its dead letters.
type deadLetters struct {
	kept []session.DeadLetter
	// last is the number of the newest dead letter.
	last uint64
}

// letterID is the ID of a dead letter: its account, a slash and its number, such as "shop/7".
func letterID(account string, n uint64) string { return account + "/" + strconv.FormatUint(n, 10) }

// cutLetterID is the reverse of letterID.
func cutLetterID(id string) (account string, n uint64, ok bool) {
	at := strings.LastIndexByte(id, '/')
	if at < 0 {
		return "", 0, false
	}
	n, err := strconv.ParseUint(id[at+1:], 10, 64)
	return id[:at], n, err == nil
}

func (l *deadLetters) add(d session.DeadLetter) {
	l.last++
	d.ID = letterID(session.Account(d.Session), l.last)
	l.kept = append(l.kept, d)
	if len(l.kept) > maxDead {
		l.kept = slices.Delete(l.kept, 0, 1)
	}
}

// find looks at one letter after the other, which only an operator waits for.
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
