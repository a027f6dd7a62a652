package memstore

import (
	"bytes"
	"context"
	"errors"
	"hash/maphash"
	"strconv"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

var _ session.Admin = (*Store)(nil)

// errFrom is the answer to a caller's mistake.
var errFrom = errors.New("memstore: Letters did not return that place")

// Check implements session.Admin. Memory takes an event at any time: it returns nil.
func (s *Store) Check(context.Context) error { return nil }

// Inspect implements session.Admin.
func (s *Store) Inspect(_ context.Context, id string) (session.Snapshot, error) {
	now := s.now()
	snap := session.Snapshot{Now: clock(now)}
	sh := s.shard(id)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if e := sh.get(id, now); e != nil {
		e.inspect(&snap)
	}
	return snap, nil
}

func (e *entry) inspect(snap *session.Snapshot) {
	snap.Rev, snap.Due, snap.Attempts = e.rev, clock(e.timer), e.attempts
	if len(e.state) > 0 {
		snap.State = bytes.Clone(e.state)
	}
	if e.token != (session.LeaseToken{}) {
		snap.LeasedUntil = clock(e.until)
	}
	for _, ev := range append([]event{e.mail.head}, e.mail.waiting...) {
		if ev.id != "" {
			snap.Events = append(snap.Events, session.Event{
				ID: ev.id, Time: time.UnixMilli(ev.time), Accepted: clock(ev.accepted),
			})
		}
	}
	for _, o := range e.out.waiting {
		snap.Outputs = append(snap.Outputs, session.Output{Seq: o.Seq, Body: bytes.Clone(o.Body)})
	}
}

// Forget implements session.Admin. The revision goes on, so that an Ack of outputs from before
// does not drop those of the new session.
func (s *Store) Forget(_ context.Context, id string) error {
	now := s.now()
	sh := s.shard(id)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	e := sh.get(id, now)
	if e == nil {
		e = sh.add(id, now)
	}
	e.forget(now)
	sh.settle(e)
	s.letters.forget(id)
	return nil
}

// Unsend implements session.Admin.
func (s *Store) Unsend(_ context.Context, id, messageID string) error {
	if len(messageID) > session.MaxEventID {
		return session.ErrTooLarge
	}
	if messageID == "" {
		return nil
	}
	sh := s.shard(id)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if e := sh.get(id, s.now()); e != nil {
		e.mail.unsend(messageID)
	}
	s.letters.unsend(id, messageID)
	return nil
}

// Letters implements session.Admin. All letters are in one part, so that they come in the order
// in which they were set aside. The last 1,000 are kept.
func (s *Store) DeadLetters(_ context.Context, from string, limit int) ([]session.DeadLetter, string, error) {
	n := uint64(0)
	if from != "" {
		var err error
		if n, err = strconv.ParseUint(from, 10, 64); err != nil {
			return nil, "", errFrom
		}
	}
	some, more := s.letters.after(n, limit)
	switch {
	case !more:
		return some, "", nil
	case len(some) == 0: // the limit is zero
		return nil, strconv.FormatUint(n, 10), nil
	}
	return some, some[len(some)-1].ID, nil
}

// Replay implements session.Admin. The new event is accepted when the letter's was: whoever runs
// it is to know how old it is.
func (s *Store) Replay(_ context.Context, letter string) error {
	d := s.letters.find(letter)
	if d == nil {
		return session.ErrNoDeadLetter
	}
	if d.Output.Seq != 0 {
		return session.ErrOutput
	}
	now := s.now()
	sh := s.shard(d.Session)
	sh.mu.Lock()
	due, err := s.replay(sh, d, now)
	sh.mu.Unlock()
	s.alert(due)
	return err
}

// replay is Replay under the shard's lock. It returns when the session is due.
func (s *Store) replay(sh *shard, d *session.DeadLetter, now int64) (int64, error) {
	e := sh.get(d.Session, now)
	if e != nil && e.mail.full() {
		return never, session.ErrFull
	}
	if !s.letters.remove(d.ID) {
		return never, session.ErrNoDeadLetter // another call was faster
	}
	if e == nil {
		e = sh.add(d.Session, now)
	}
	again := newEvent(&d.Event, d.Event.Accepted.UnixMilli())
	again.id += "#r" + d.ID
	e.enqueue(again, maphash.String(s.seed, again.id), now)
	return sh.settle(e), nil
}

// Purge implements session.Admin.
func (s *Store) DeleteDeadLetter(_ context.Context, letter string) error {
	if !s.letters.remove(letter) {
		return session.ErrNoDeadLetter
	}
	return nil
}
