package memstore

import (
	"bytes"
	"slices"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// mailbox holds the events of a session that are accepted and not yet handled.
//
// Example: e5 and e9 wait, named after their times. A turn begins for e5, which becomes the head.
// Then e3 arrives late. The mailbox is now head e5, waiting e3 and e9. If the turn of e5 is lost, it
// begins again for e5, not for e3.
type mailbox struct {
	// head is the event for which a turn has begun; its ID is empty if there is none. It stays
	// the head until a commit names it: an older event that comes meanwhile waits behind it.
	head session.Event
	// waiting are the events behind it, ordered by time; those of one time as they came.
	waiting []session.Event
}

func (m *mailbox) hasHead() bool { return m.head.ID != "" }

func (m *mailbox) empty() bool { return !m.hasHead() && len(m.waiting) == 0 }

// full leaves the head out: it is not one of those that wait for their turn.
func (m *mailbox) full() bool { return len(m.waiting) >= session.MaxMailbox }

func (m *mailbox) has(id string) bool {
	return m.head.ID == id ||
		slices.ContainsFunc(m.waiting, func(e session.Event) bool { return e.ID == id })
}

// add puts a copy of the event at its place in the order: before the first event that is later. Its time is cut
// to the millisecond, as the contract says.
func (m *mailbox) add(e session.Event) {
	e.Time, e.Body = time.UnixMilli(e.Time.UnixMilli()), bytes.Clone(e.Body)
	i := len(m.waiting)
	for i > 0 && m.waiting[i-1].Time.After(e.Time) {
		i--
	}
	m.waiting = slices.Insert(m.waiting, i, e)
}

// begin makes the oldest event the head if there is no head yet, and says whether it did.
func (m *mailbox) begin() bool {
	if m.hasHead() || len(m.waiting) == 0 {
		return false
	}
	m.head = m.waiting[0]
	m.waiting = slices.Delete(m.waiting, 0, 1)
	return true
}

// running returns a copy of the head, or an empty event.
func (m *mailbox) running() session.Event {
	e := m.head
	e.Body = bytes.Clone(e.Body)
	return e
}

// unsend takes the bodies out of the events of a message. The events stay, so that their turns run
// and their order does not change.
func (m *mailbox) unsend(messageID string) {
	if m.head.MessageID == messageID {
		m.head.Body = nil
	}
	for i := range m.waiting {
		if m.waiting[i].MessageID == messageID {
			m.waiting[i].Body = nil
		}
	}
}
