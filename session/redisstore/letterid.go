package redisstore

import (
	"strconv"
	"strings"

	"github.com/kaiwa-go/kaiwa/session"
)

// letterID names a dead letter: its partition, and its id in that stream.
type letterID struct {
	part   int
	ms, no uint64
}

// parseLetterID reads what String wrote; nothing else is an id.
func (s *Store) parseLetterID(text string) (id letterID, ok bool) {
	part, rest, _ := strings.Cut(text, "-")
	ms, no, _ := strings.Cut(rest, "-")
	n, err := strconv.ParseUint(part, 10, 16)
	ok = err == nil && int(n) < len(s.parts)
	id.part = int(n)
	id.ms, err = strconv.ParseUint(ms, 10, 64)
	ok = ok && err == nil
	id.no, err = strconv.ParseUint(no, 10, 64)
	ok = ok && err == nil
	return id, ok && id.String() == text
}

func (l letterID) String() string { return strconv.Itoa(l.part) + "-" + l.place() }

// place is the id in the stream.
func (l letterID) place() string {
	return strconv.FormatUint(l.ms, 10) + "-" + strconv.FormatUint(l.no, 10)
}

// eventID returns the id of the event that the letter of the event id is replayed as. The number
// is the letter's own, so that no two replays in a partition have one id. What would be too long
// loses the marks of earlier replays, and more if it must.
func (l letterID) eventID(id string) string {
	mark := "#r" + strconv.FormatUint(l.ms, 10) + strconv.FormatUint(l.no, 10)
	if len(id)+len(mark) <= session.MaxEventID {
		return id + mark
	}
	id, _, _ = strings.Cut(id, "#r")
	return id[:min(len(id), session.MaxEventID-len(mark))] + mark
}
