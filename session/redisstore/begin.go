package redisstore

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// Begin implements session.Store. It waits for replicas and disks, if Options ask for it, since an
// event that Begin accepted must not be lost, and outputs that it hands out must not be taken back.
//
// How a Begin of a new event may end:
//
//	Redis answered, and the replicas were in time    the answer
//	Redis answered, and the mailbox is full          ErrFull; nothing was written
//	Redis answered, and the replicas were late       ErrUnavailable; the master has the event
//	no answer within Options.Timeout                 ErrUnavailable; nobody knows
//
// In the last two cases LINE is told no and delivers the event again, which is then new or a duplicate.
func (s *Store) Begin(ctx context.Context, r *session.BeginRequest) (session.BeginResult, error) {
	if err := checkBegin(r); err != nil {
		return session.BeginResult{}, err
	}
	c := s.firm.get()
	packBegin(c, r)
	l := s.at(r.ID)
	c.seal(&s.scripts.begin, l.session, l.watch, l.mailbox, l.bounds)
	c.shortBegin(&s.scripts.shortBegin, &l, r)
	tail := tailBytes + len(c.short.argv[1])
	start := time.Now()
	reply, err := s.firm.do(ctx, c)
	// The master has run the script, and its answer is in c.reply, though the call has failed.
	if errors.Is(err, errUnmet) {
		if c.short.script != nil || len(c.reply) > 0 && session.Status(c.reply[0]) == session.Run {
			s.giveBack(ctx, r, start.Add(s.firm.timeout))
		}
	}
	if err != nil {
		return session.BeginResult{}, err
	}
	short := c.short.script != nil
	s.firm.put(c)
	// reply still has the bytes of the answer: the client made them for this call alone.
	if short {
		begun, ok := parseShortBegun(reply, r, tail)
		if !ok {
			return session.BeginResult{}, badAnswer("begin")
		}
		return begun, nil
	}
	if len(reply) > 0 && reply[0] == statusFull {
		return session.BeginResult{}, session.ErrFull
	}
	begun, ok := parseBegun(reply, &r.Event)
	if !ok {
		return session.BeginResult{}, badAnswer("begin")
	}
	return begun, nil
}

// giveBack releases the lease that a Begin took on the master, where the replicas were too slow: the
// caller gets an error, knows of no lease, and runs no turn. Without giveBack the event would wait
// until the lease runs out, 3.5 s; with it, the event is due at once. giveBack ignores errors, since
// the lease also runs out by itself, and it gives up at the time "end": so Begin as a whole takes no
// longer than Options.Timeout.
func (s *Store) giveBack(ctx context.Context, r *session.BeginRequest, end time.Time) {
	ctx, cancel := context.WithDeadline(ctx, end)
	defer cancel()
	_ = s.Release(ctx, &session.ReleaseRequest{ID: r.ID, Token: r.Token})
}

// packBegin writes the arguments of the begin script, in the order that lua/begin.lua names: first the
// request with its numbers, then the event, which is empty if the call brings none.
func packBegin(c *call, r *session.BeginRequest) {
	c.request = append(c.request, r.Token[:]...)
	c.flag(r.Redelivered)
	c.flag(r.Hold)
	c.term(r.Lease, session.DefaultLease)
	c.term(r.DeliveryLease, session.DefaultDeliveryLease)
	c.u40(uint64(r.Done))
	hash := eventHash(r.Event.ID)
	c.request = append(c.request, hash[:]...)
	c.time(r.Event.Time)
	c.cut()
	if r.Event.ID != "" {
		c.u8(len(r.Event.ID))
		c.request = append(c.request, r.Event.ID...)
		c.u8(len(r.Event.MessageID))
		c.request = append(c.request, r.Event.MessageID...)
		c.request = append(c.request, r.Event.Body...)
	}
}

// Where the terms of the leases begin in the request of packBegin, and where the event's time does: see shortBegin.
const (
	beginTerms = 10
	beginTime  = 31
)

// eventHash is by what a session remembers an event: the first 8 bytes of a SHA-256 of its id. With
// 255 events remembered, one new event in 7*10^16 has the hash of an old one by chance, and is taken
// for a duplicate.
func eventHash(id string) [8]byte {
	sum := sha256.Sum256([]byte(id))
	return [8]byte(sum[:8])
}

// errToken is returned for a mistake of the caller. The scripts write the zero token where nobody
// holds a lease.
var errToken = errors.New("redisstore: the zero token is not valid")

// checkBegin refuses what must not be sent, so that nothing is half done.
func checkBegin(r *session.BeginRequest) error {
	if err := checkID("begin", r.ID); err != nil {
		return err
	}
	if r.Token == (session.LeaseToken{}) {
		return errToken
	}
	if len(r.Event.ID) > session.MaxEventID || len(r.Event.MessageID) > session.MaxEventID ||
		len(r.Event.Body) > session.MaxEvent {
		return session.ErrTooLarge
	}
	return nil
}
