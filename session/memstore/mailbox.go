package memstore

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// event is an event that waits.
type event struct {
	id       string
	message  string
	time     int64
	accepted int64
	body     []byte
}

func newEvent(e *session.Event, accepted int64) event {
	return event{
		id: e.ID, message: e.MessageID, time: e.Time.UnixMilli(), accepted: accepted,
		body: bytes.Clone(e.Body),
	}
}

// fewEvents is the room that an empty mailbox may keep, so that not every turn allocates it.
const fewEvents = 2

// mailbox holds the events of a session that are not done.
type mailbox struct {
	// head is the event that a turn was begun for; its id is empty if there is none. It stays
	// the head until it is done, though an older one may come.
	head event
	// waiting are those behind it, by time and id.
	waiting []event
}

func (m *mailbox) begun() bool { return m.head.id != "" }

func (m *mailbox) empty() bool { return !m.begun() && len(m.waiting) == 0 }

func (m *mailbox) full() bool { return len(m.waiting) >= session.MaxMailbox }

func (m *mailbox) has(id string) bool {
	return m.head.id == id ||
		slices.ContainsFunc(m.waiting, func(e event) bool { return e.id == id })
}

func (m *mailbox) add(e event) {
	i, _ := slices.BinarySearchFunc(m.waiting, e, func(a, b event) int {
		return cmp.Or(cmp.Compare(a.time, b.time), cmp.Compare(a.id, b.id))
	})
	m.waiting = slices.Insert(m.waiting, i, e)
}

// begin makes the oldest event the head, if there is no head yet, and says whether it did.
func (m *mailbox) begin() bool {
	if m.begun() || len(m.waiting) == 0 {
		return false
	}
	m.head = m.waiting[0]
	m.waiting = slices.Delete(m.waiting, 0, 1)
	if len(m.waiting) == 0 && cap(m.waiting) > fewEvents {
		m.waiting = nil
	}
	return true
}

// running returns a copy of the head, or an empty event.
func (m *mailbox) running() session.Event {
	if !m.begun() {
		return session.Event{}
	}
	return session.Event{
		ID: m.head.id, Time: time.UnixMilli(m.head.time), Accepted: clock(m.head.accepted),
		MessageID: m.head.message, Body: bytes.Clone(m.head.body),
	}
}

// unsend drops what the events of the message brought.
func (m *mailbox) unsend(message string) {
	if m.head.message == message {
		m.head.body = nil
	}
	for i := range m.waiting {
		if m.waiting[i].message == message {
			m.waiting[i].body = nil
		}
	}
}
