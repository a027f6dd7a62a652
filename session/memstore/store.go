package memstore

import (
	"context"
	"errors"
	"hash/maphash"
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// shardCount bounds how often two sessions share a lock. It is a power of two.
const shardCount = 64

// errToken is the answer to a caller's mistake, which no retry repairs.
var errToken = errors.New("memstore: the zero token cannot hold a lease")

// Store is a session.Store in memory. Its zero value is not usable: see New.
type Store struct {
	seed   maphash.Seed
	shards [shardCount]shard

	// told is the time, in milliseconds, until which the caller of Due waits; zero if nobody
	// asked yet, and never while Due works.
	told atomic.Int64
	wake chan struct{}

	letters letters
}

var _ session.Store = (*Store)(nil)

// New returns an empty store.
func New() *Store {
	s := &Store{seed: maphash.MakeSeed(), wake: make(chan struct{}, 1)}
	for i := range s.shards {
		s.shards[i].sessions = make(map[string]*entry)
	}
	return s
}

// Begin implements session.Store. The context is not looked at: nothing here waits.
func (s *Store) Begin(_ context.Context, r *session.BeginRequest) (session.BeginResult, error) {
	if len(r.Event.ID) > session.MaxEventID || len(r.Event.MessageID) > session.MaxEventID ||
		len(r.Event.Body) > session.MaxEvent {
		return session.BeginResult{}, session.ErrTooLarge
	}
	if r.Token == (session.LeaseToken{}) && !r.Hold {
		return session.BeginResult{}, errToken
	}
	now, mark := s.now(), uint64(0)
	if r.Event.ID != "" {
		mark = maphash.String(s.seed, r.Event.ID)
	}
	sh := s.shard(r.ID)
	sh.mu.Lock()
	e := sh.get(r.ID, now)
	if e == nil {
		if r.Event.ID == "" {
			sh.mu.Unlock()
			return session.BeginResult{Status: session.Idle, Now: clock(now)}, nil
		}
		e = sh.add(r.ID, now)
	}
	b, err := e.begin(r, mark, now)
	due := sh.settle(e)
	sh.mu.Unlock()
	s.alert(due)
	return b, err
}

// Commit implements session.Store.
func (s *Store) Commit(_ context.Context, r *session.CommitRequest) (session.CommitResult, error) {
	if tooLarge(r) {
		return session.CommitResult{}, session.ErrTooLarge
	}
	now := s.now()
	sh := s.shard(r.ID)
	sh.mu.Lock()
	e := sh.get(r.ID, now)
	if e == nil {
		sh.mu.Unlock()
		return session.CommitResult{}, session.ErrFenced
	}
	c, letter, err := e.commit(r, now)
	due := sh.settle(e)
	if letter != nil {
		s.letters.add(letter) // under the lock, so that a Forget finds it
	}
	sh.mu.Unlock()
	s.alert(due)
	return c, err
}

func tooLarge(r *session.CommitRequest) bool {
	sum := 0
	for _, o := range r.Outputs {
		sum += len(o)
	}
	return len(r.State) > session.MaxState || sum > session.MaxOutput
}

// Release implements session.Store.
func (s *Store) Release(_ context.Context, r *session.ReleaseRequest) error {
	return s.held(r.ID, r.Token, func(e *entry, now int64) {
		e.token = session.LeaseToken{}
		e.notBefore = now + max(0, r.Delay.Milliseconds())
		if !r.Counted {
			e.attempts--
		}
	})
}

// Extend implements session.Store.
func (s *Store) Extend(_ context.Context, id string, t session.LeaseToken, lease time.Duration) error {
	return s.held(id, t, func(e *entry, now int64) { e.until = now + term(lease, defaultLease) })
}

// held calls do for the session whose lease is t's. A lease that ran out is t's until
// somebody else takes it.
func (s *Store) held(id string, t session.LeaseToken, do func(e *entry, now int64)) error {
	now := s.now()
	sh := s.shard(id)
	sh.mu.Lock()
	e := sh.get(id, now)
	if e == nil || e.token != t || t == (session.LeaseToken{}) {
		sh.mu.Unlock()
		return session.ErrFenced
	}
	do(e, now)
	due := sh.settle(e)
	sh.mu.Unlock()
	s.alert(due)
	return nil
}

// Ack implements session.Store.
func (s *Store) Ack(_ context.Context, id string, done session.Seq, lane time.Duration) (
	[]session.Output, error,
) {
	now := s.now()
	sh := s.shard(id)
	sh.mu.Lock()
	e := sh.get(id, now)
	if e == nil {
		sh.mu.Unlock()
		return nil, nil
	}
	e.out.ack(done)
	outs := e.out.grant(session.LeaseToken{}, now+term(lane, defaultLane), false)
	due := sh.settle(e)
	sh.mu.Unlock()
	s.alert(due)
	return outs, nil
}

// Discard implements session.Store.
func (s *Store) Discard(_ context.Context, id string, seq session.Seq, why string) error {
	now := s.now()
	sh := s.shard(id)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	e := sh.get(id, now)
	if e == nil {
		return nil
	}
	if o, ok := e.out.find(seq); ok {
		s.letters.add(&session.DeadLetter{Session: id, Output: o, Why: why, Time: clock(now)})
	}
	e.out.ack(seq)
	sh.settle(e)
	return nil
}

func (s *Store) now() int64 { return time.Now().UnixMilli() }

func (s *Store) shard(id string) *shard {
	return &s.shards[maphash.String(s.seed, id)&(shardCount-1)]
}

// clock turns milliseconds into a time; zero stays zero.
func clock(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

const (
	defaultLease = 10 * time.Second
	defaultLane  = 4 * time.Second
)

func term(d, otherwise time.Duration) int64 {
	if d <= 0 {
		d = otherwise
	}
	return max(1, d.Milliseconds())
}
