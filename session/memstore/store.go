package memstore

import (
	"bytes"
	"container/heap"
	"context"
	"errors"
	"hash/maphash"
	"sync"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// Store is a session.Store in memory. Its zero value is not usable: see New.
//
// Each session is in two places: in sessions, to be found by its id, and in the queue of its account,
// to be found when it is due. Both hold the same *entry. A method locks mu, finds the entry, changes it, and
// calls settle, which moves the entry to its new place in the queue.
type Store struct {
	seed maphash.Seed // for the hashes of event ids

	mu       sync.Mutex // for all that follows
	sessions map[string]*entry
	accounts map[string]*account
	wakes    []chan struct{} // that Wake returned
	// nextSweep is when expired sessions are deleted next.
	nextSweep int64
}

// account is what the store keeps of one account, besides its sessions.
type account struct {
	queue queue // its sessions, by due time
	dead  deadLetters
	// waitsUntil is the time until which callers of Due for this account sleep; zero before the first Due.
	// It is the latest of their times. A session that becomes due before that wakes them: see settle.
	waitsUntil int64
}

var _ session.Store = (*Store)(nil)

// New returns an empty store.
func New() *Store {
	return &Store{
		seed: maphash.MakeSeed(), sessions: map[string]*entry{}, accounts: map[string]*account{},
	}
}

// errZeroToken is returned for a mistake of the caller. It does not wrap session.ErrUnavailable,
// because the same call would fail again.
var (
	errZeroToken = errors.New("memstore: the zero token cannot hold a lease")
	errLimit     = errors.New("memstore: a page of less than one dead letter")
	errNoMessage = errors.New("memstore: a message without an id")
)

// Begin implements session.Store. It never waits, so it ignores the context, as all methods do.
func (s *Store) Begin(_ context.Context, r *session.BeginRequest) (b session.BeginResult, err error) {
	if len(r.Event.ID) > session.MaxEventID || len(r.Event.MessageID) > session.MaxEventID ||
		len(r.Event.Body) > session.MaxEvent {
		return b, session.ErrTooLarge
	}
	if r.Token == (session.LeaseToken{}) && !r.Hold {
		return b, errZeroToken
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := clock()
	e := s.find(r.ID, now)
	if e == nil {
		if r.Event.ID == "" { // only an event makes a session
			return session.BeginResult{Status: session.Idle, Now: timeOf(now)}, nil
		}
		e = s.add(r.ID, now)
	}
	b, err = e.begin(r, maphash.String(s.seed, r.Event.ID), now)
	s.settle(e)
	return b, err
}

// Commit implements session.Store.
func (s *Store) Commit(_ context.Context, r *session.CommitRequest) (c session.CommitResult, err error) {
	size := 0
	for _, o := range r.Outputs {
		size += len(o)
	}
	if len(r.State) > session.MaxState || size > session.MaxOutput {
		return c, session.ErrTooLarge
	}
	if d := r.DeadTimer; d != nil && (len(d.Event.ID) > session.MaxEventID || len(d.Event.Body) > session.MaxEvent) {
		return c, session.ErrTooLarge
	}
	if r.Token == (session.LeaseToken{}) {
		return c, session.ErrFenced // in an entry, the zero token means that nobody holds the lease
	}
	err = session.ErrFenced
	s.change(r.ID, func(e *entry, now int64) { c, err = e.commit(r, now) })
	return c, err
}

// Release implements session.Store. The head stays, and notBefore keeps every turn of the session
// waiting for the delay. An attempt that does not count is taken off again, because take counted
// it when the turn began.
func (s *Store) Release(_ context.Context, r *session.ReleaseRequest) error {
	return s.withLease(r.ID, r.Token, func(e *entry, now int64) {
		e.token = session.LeaseToken{}
		e.notBefore = now + max(0, r.Delay.Milliseconds())
		if !r.Counted {
			e.attempts--
		}
	})
}

// Extend implements session.Store. The new end counts from now: an extension by 3 s when 2 s are
// left leaves 3 s, not 5 s.
func (s *Store) Extend(_ context.Context, id string, t session.LeaseToken, lease time.Duration) error {
	return s.withLease(id, t, func(e *entry, now int64) { e.until = leaseEnd(now, lease) })
}

// withLease calls do for the session if t holds its lease. A lease that ran out still belongs to t,
// until another caller takes it.
func (s *Store) withLease(id string, t session.LeaseToken, do func(e *entry, now int64)) error {
	err := session.ErrFenced
	s.change(id, func(e *entry, now int64) {
		if e.token == t && t != (session.LeaseToken{}) {
			err = nil
			do(e, now)
		}
	})
	return err
}

// Ack implements session.Store. No session, no outputs: that is not an error.
func (s *Store) Ack(_ context.Context, r *session.AckRequest) (a session.AckResult, err error) {
	if r.Token == (session.LeaseToken{}) {
		return a, errZeroToken
	}
	s.change(r.ID, func(e *entry, now int64) {
		e.out.ack(r.Done)
		if len(e.out.waiting) == 0 {
			return
		}
		switch own := e.out.lease.token.Process() == r.Token.Process(); {
		case own:
			a.Retried = e.out.lease.retried
		case e.out.lease.until <= now:
			a.Retried = true
		default:
			return
		}
		lease := deliveryLease{until: deliveryEnd(now, r.DeliveryLease), token: r.Token, retried: a.Retried}
		if r.Leave {
			a, e.out.lease = session.AckResult{}, deliveryLease{until: lease.until}
		} else {
			a.Outputs = e.out.handOut(lease)
		}
	})
	return a, nil
}

// Discard implements session.Store. If the output does not wait any more, there is no dead letter.
func (s *Store) Discard(_ context.Context, id string, seq session.Seq, why string, body []byte) error {
	s.change(id, func(e *entry, now int64) {
		if n := e.out.upTo(seq); n > 0 && e.out.waiting[n-1].Seq == seq {
			out := e.out.waiting[n-1]
			if body != nil {
				out.Body = bytes.Clone(body)
			}
			e.account.dead.add(session.DeadLetter{Session: id, Output: out, Why: why, Time: timeOf(now)})
		}
		e.out.ack(seq)
	})
	return nil
}

// change locks the store and calls do for the session. If there is no such session, change does
// nothing: the caller's results keep the values that they had before.
func (s *Store) change(id string, do func(e *entry, now int64)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := clock()
	if e := s.find(id, now); e != nil {
		do(e, now)
		s.settle(e)
	}
}

// The methods below are called with the lock held.

// find returns the session, or nil. A session whose time is over does not exist, even if no sweep
// has deleted it yet.
func (s *Store) find(id string, now int64) *entry {
	e := s.sessions[id]
	if e != nil && e.expires <= now {
		s.remove(e)
		return nil
	}
	return e
}

// add makes a new session that is never due and already expired. The caller must change it, set
// expires, and call settle. A sweep comes first, so that a bot that never calls Due, as in a test,
// does not keep dead sessions either.
func (s *Store) add(id string, now int64) *entry {
	s.sweep(now)
	e := &entry{id: id, account: s.account(session.Account(id)), due: never}
	s.sessions[id] = e
	heap.Push(&e.account.queue, e)
	return e
}

// account returns what is kept of an account, which is new if there is nothing yet.
func (s *Store) account(name string) *account {
	if s.accounts[name] == nil {
		s.accounts[name] = &account{}
	}
	return s.accounts[name]
}

// remove deletes the session from the map and from the queue. Its dead letters stay.
func (s *Store) remove(e *entry) {
	delete(s.sessions, e.id)
	heap.Remove(&e.account.queue, e.place)
}

// sweepEvery is how often expired sessions are deleted. Each session lives for 24 hours at least,
// so an hour's expired ones are few: where 24,000 sessions begin in a day, about 1,000.
const sweepEvery = time.Hour

// sweep deletes all expired sessions, if the last sweep was an hour ago.
func (s *Store) sweep(now int64) {
	if now < s.nextSweep {
		return
	}
	s.nextSweep = now + sweepEvery.Milliseconds()
	for _, e := range s.sessions {
		if e.expires <= now {
			s.remove(e)
		}
	}
}
