package memstore

import (
	"bytes"
	"context"
	"errors"
	"hash/maphash"
	"slices"
	"strconv"

	"github.com/kaiwa-go/kaiwa/session"
)

// Check implements session.Admin. Memory takes an event at any time: it returns nil.
func (s *Store) Check(context.Context) error { return nil }

// Inspect implements session.Admin. A session that was forgotten shows its revision alone. The head
// comes first in the events, though an event behind it may be older.
func (s *Store) Inspect(_ context.Context, id string) (session.Snapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := clock()
	snap := session.Snapshot{Now: timeOf(now)}
	e := s.find(id, now)
	if e == nil {
		return snap, nil
	}
	snap.Rev, snap.State, snap.Due, snap.Attempts = e.rev, bytes.Clone(e.state), timeOf(e.timer), e.attempts
	if e.token != (session.LeaseToken{}) {
		snap.LeasedUntil = timeOf(e.until)
	}
	for _, ev := range append([]session.Event{e.mail.head}, e.mail.waiting...) {
		if ev.ID != "" {
			snap.Events = append(snap.Events, session.Event{ID: ev.ID, Time: ev.Time, Accepted: ev.Accepted})
		}
	}
	for _, o := range e.out.waiting {
		snap.Outputs = append(snap.Outputs, session.Output{Seq: o.Seq, Body: bytes.Clone(o.Body)})
	}
	return snap, nil
}

// Forget implements session.Admin. It replaces the session by a tombstone with the same revision.
// If the revision began at 0 again, the outputs of the new session would get the numbers of old
// ones, and a late Ack of old outputs would drop new ones.
func (s *Store) Forget(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, rev := clock(), uint32(0)
	if e := s.find(id, now); e != nil {
		rev = e.rev
		s.remove(e)
	}
	e := s.add(id, now)
	e.rev, e.forgotten, e.expires = rev, now, now+keepTombstone.Milliseconds()
	s.settle(e)
	e.account.dead.remove(func(d session.DeadLetter) bool { return d.Session == id })
	return nil
}

// Unsend implements session.Admin.
func (s *Store) Unsend(_ context.Context, id, messageID string) error {
	if len(messageID) > session.MaxEventID {
		return session.ErrTooLarge
	}
	if messageID == "" {
		return errNoMessage
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.find(id, clock()); e != nil {
		e.mail.unsend(messageID)
	}
	s.account(session.Account(id)).dead.remove(func(d session.DeadLetter) bool {
		return d.Session == id && d.Event.MessageID == messageID
	})
	return nil
}

// errFrom is returned for a mistake of the caller.
var errFrom = errors.New("memstore: DeadLetters did not return that place")

// DeadLetters implements session.Admin. The dead letters of an account come in the order in which they
// were set aside. The place to go on from is the ID of the last one returned. Example: with letters
// shop/3, shop/4 and shop/7 and a limit of 2, the first page has the first two, and the next place is
// "shop/4". If that letter is deleted meanwhile, the next page still begins with shop/7.
func (s *Store) DeadLetters(_ context.Context, accounts []string, from string, limit int) (
	some []session.DeadLetter, next string, err error,
) {
	if limit < 1 {
		return nil, "", errLimit
	}
	first, last, ok := cutLetterID(from)
	if from != "" && !ok {
		return nil, "", errFrom
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range unique(accounts) {
		if name < first || s.accounts[name] == nil {
			continue
		}
		if name > first {
			last = 0
		}
		for _, d := range s.accounts[name].dead.kept {
			_, n, _ := cutLetterID(d.ID)
			if n <= last {
				continue
			}
			if len(some) >= limit {
				return some, letterID(name, last), nil
			}
			d.Event.Body, d.Output.Body = bytes.Clone(d.Event.Body), bytes.Clone(d.Output.Body)
			some, last = append(some, d), n
		}
	}
	return some, "", nil
}

// unique sorts accounts and drops those that are there twice.
func unique(accounts []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(accounts)))
}

// CountDeadLetters implements session.Admin.
func (s *Store) CountDeadLetters(_ context.Context, accounts []string) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range unique(accounts) {
		if a := s.accounts[name]; a != nil {
			n += len(a.dead.kept)
		}
	}
	return n, nil
}

// lettersOf returns the dead letters of the account that the ID of a dead letter names.
func (s *Store) lettersOf(letter string) *deadLetters {
	name, _, _ := cutLetterID(letter)
	return &s.account(name).dead
}

// Replay implements session.Admin. The event's id ends in the letter's number, which is never used again:
// e1 that failed as letter 3 becomes e1#r3, and is no duplicate of e1. A session that is gone is made
// anew, as by Begin. If the mailbox is full, the letter stays.
func (s *Store) Replay(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	dead := s.lettersOf(id)
	d, ok := dead.find(id)
	if !ok {
		return session.ErrNoDeadLetter
	}
	now := clock()
	e := s.find(d.Session, now)
	if e == nil {
		e = s.add(d.Session, now)
	}
	if e.mail.full() {
		return session.ErrFull
	}
	dead.remove(func(d session.DeadLetter) bool { return d.ID == id })
	_, n, _ := cutLetterID(id)
	ev := d.Replayed()
	ev.ID += "#r" + strconv.FormatUint(n, 10)
	e.enqueue(ev, maphash.String(s.seed, ev.ID), now)
	s.settle(e)
	return nil
}

// DeleteDeadLetter implements session.Admin. The session still remembers the id of the event: if it
// is delivered once more, it is a duplicate.
func (s *Store) DeleteDeadLetter(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.lettersOf(id).remove(func(d session.DeadLetter) bool { return d.ID == id }) {
		return session.ErrNoDeadLetter
	}
	return nil
}
