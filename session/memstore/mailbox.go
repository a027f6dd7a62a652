package memstore

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// letter is an event that waits.
type letter struct {
	id       string
	time     int64
	accepted int64
	body     []byte
}

func newLetter(e *session.Event, now int64) *letter {
	return &letter{id: e.ID, time: e.Time.UnixMilli(), accepted: now, body: bytes.Clone(e.Body)}
}

// event returns a copy.
func (l *letter) event() session.Event {
	return session.Event{
		ID: l.id, Time: time.UnixMilli(l.time), Accepted: clock(l.accepted), Body: bytes.Clone(l.body),
	}
}

// fewLetters is the room that an empty mailbox may keep, so that not every turn allocates it.
const fewLetters = 2

// mailbox holds the events of a session that are not done.
type mailbox struct {
	// head is the event that a turn was begun for. It stays the head until it is done, though
	// an older one may come.
	head *letter
	// waiting are those behind it, by time and id.
	waiting []*letter
}

func (m *mailbox) empty() bool { return m.head == nil && len(m.waiting) == 0 }

func (m *mailbox) full() bool { return len(m.waiting) >= session.MaxMailbox }

func (m *mailbox) has(id string) bool {
	return m.head != nil && m.head.id == id ||
		slices.ContainsFunc(m.waiting, func(l *letter) bool { return l.id == id })
}

func (m *mailbox) add(l *letter) {
	i, _ := slices.BinarySearchFunc(m.waiting, l, func(a, b *letter) int {
		return cmp.Or(cmp.Compare(a.time, b.time), cmp.Compare(a.id, b.id))
	})
	m.waiting = slices.Insert(m.waiting, i, l)
}

// begin makes the oldest event the head, if there is no head yet, and says whether it did.
func (m *mailbox) begin() bool {
	if m.head != nil || len(m.waiting) == 0 {
		return false
	}
	m.head = m.waiting[0]
	m.waiting = slices.Delete(m.waiting, 0, 1)
	if len(m.waiting) == 0 && cap(m.waiting) > fewLetters {
		m.waiting = nil
	}
	return true
}

// running returns the head, or an empty event.
func (m *mailbox) running() session.Event {
	if m.head == nil {
		return session.Event{}
	}
	return m.head.event()
}
