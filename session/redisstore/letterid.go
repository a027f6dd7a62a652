package redisstore

import (
	"strconv"
	"strings"

	"github.com/kaiwa-go/kaiwa/session"
)

// letterID names a dead letter: its stream, and its id there, which Redis makes of the time in ms and a
// number: 0, and 1 for a second letter in the same millisecond. The stream is that of an account in a partition,
// named by its index: as text, shop/63-1900000000000-0. Those of earlier builds have no account:
// 63-1900000000000-0.
type letterID struct {
	account string
	earlier bool
	part    int
	ms, no  uint64
}

// parseLetterID reads what String wrote. Nothing else is an id: no leading zeros, no spaces, and no
// partition that the store does not have.
func (s *Store) parseLetterID(text string) (id letterID, ok bool) {
	slash := strings.LastIndexByte(text, '/')
	if id.earlier = slash < 0; !id.earlier {
		id.account = text[:slash]
	}
	part, rest, _ := strings.Cut(text[slash+1:], "-")
	ms, no, _ := strings.Cut(rest, "-")
	n, err := strconv.ParseUint(part, 10, 16)
	ok = err == nil && int(n) < len(s.parts)
	id.part = int(n)
	id.ms, err = strconv.ParseUint(ms, 10, 64)
	ok = ok && err == nil
	id.no, err = strconv.ParseUint(no, 10, 64)
	ok = ok && err == nil
	// What is written back must be the same text. That refuses 063-1-0: one letter has one name.
	return id, ok && id.String() == text
}

// String returns the id as users see it.
func (l letterID) String() string {
	return l.in(l.place())
}

// in returns the id of the letter of the same stream that has this id in it.
func (l letterID) in(place string) string {
	text := strconv.Itoa(l.part) + "-" + place
	if l.earlier {
		return text
	}
	return l.account + "/" + text
}

// stream returns the key of the letter's stream.
func (s *Store) stream(l letterID) string {
	if l.earlier {
		return s.parts[l.part].dead
	}
	return s.parts[l.part].deadOf(l.account)
}

// session returns the id of a session that has letters in that stream.
func (l letterID) session(hash string) string {
	if l.earlier {
		return hash
	}
	return l.account + "/" + hash
}

// place returns the id in the stream, such as 1900000000000-0, as XRANGE takes it.
func (l letterID) place() string {
	return strconv.FormatUint(l.ms, 10) + "-" + strconv.FormatUint(l.no, 10)
}

// eventID returns the id under which the letter's event is replayed: its own id, "#r", and the numbers
// of the letter. No two letters of a stream have the same numbers, and so no two replays have the
// same id. An event e1 that fails again and again becomes e1#r19000000000000, then
// e1#r19000000000000#r19000000050000... If that is too long, the marks of earlier replays go, and
// then the end of the first id.
func (l letterID) eventID(id string) string {
	mark := "#r" + strconv.FormatUint(l.ms, 10) + strconv.FormatUint(l.no, 10)
	if len(id)+len(mark) <= session.MaxEventID {
		return id + mark
	}
	id, _, _ = strings.Cut(id, "#r")
	return id[:min(len(id), session.MaxEventID-len(mark))] + mark
}
