package redisstore

import (
	"context"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// Release implements session.Store. It does not wait for replicas. If a failover loses a release, the event
// is due when the lease runs out by itself, which is some seconds later than it might have been.
func (s *Store) Release(ctx context.Context, r *session.ReleaseRequest) error {
	c := s.batch.get()
	c.request = append(c.request, r.Token[:]...)
	c.u40(uint64(max(r.Delay.Milliseconds(), 0)))
	c.flag(r.Counted)
	return s.fenced(ctx, c, &s.scripts.release, r.ID, r.Token)
}

// Extend implements session.Store. It does not wait for replicas either: if the extension is lost,
// another process may take the lease, and the commit of this one is fenced.
func (s *Store) Extend(ctx context.Context, id string, t session.LeaseToken, lease time.Duration) error {
	c := s.batch.get()
	c.request = append(c.request, t[:]...)
	c.term(lease, session.DefaultLease)
	return s.fenced(ctx, c, &s.scripts.extend, id, t)
}

// fenced makes a call of a script that answers leaseHeld or leaseLost. leaseLost becomes ErrFenced. A
// zero token is refused here: in a stored value it stands for nobody, and would match a lease that is
// free.
func (s *Store) fenced(ctx context.Context, c *call, sc *script, id string, t session.LeaseToken) error {
	if err := checkID(sc.name, id); err != nil {
		return err
	}
	if t == (session.LeaseToken{}) {
		return errToken
	}
	l := s.at(id)
	c.seal(sc, l.session, l.watch, l.bounds)
	reply, err := s.batch.do(ctx, c)
	if err != nil {
		return err
	}
	s.batch.put(c)
	switch number(reply) {
	case leaseHeld:
		return nil
	case leaseLost:
		return session.ErrFenced
	default:
		return badAnswer(sc.name)
	}
}
