package redisstore

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// Begin implements session.Store.
func (s *Store) Begin(ctx context.Context, r *session.BeginRequest) (session.Begun, error) {
	if err := checkBegin(r); err != nil {
		return session.Begun{}, err
	}
	c := s.firm.get()
	packBegin(c, r)
	p := s.part(r.ID)
	c.seal(&s.scripts.begin, p.prefix+r.ID, p.watch, p.prefix+"q:"+r.ID)
	start := time.Now()
	reply, err := s.firm.do(ctx, c)
	if errors.Is(err, errUnmet) {
		s.giveBack(ctx, r, c.reply, start.Add(s.firm.timeout))
	}
	if err != nil {
		return session.Begun{}, err
	}
	s.firm.put(c)
	if len(reply) > 0 && reply[0] == statusFull {
		return session.Begun{}, session.ErrFull
	}
	begun, ok := parseBegun(reply, &r.Event)
	if !ok {
		return session.Begun{}, badAnswer("begin")
	}
	return begun, nil
}

// giveBack releases, best effort and before the end, the lease that a Begin may have taken whose
// wait was not over in time: its caller is told nothing of it, and runs no turn. The event is due
// at once, for whoever comes.
func (s *Store) giveBack(ctx context.Context, r *session.BeginRequest, reply []byte, end time.Time) {
	if len(reply) == 0 || session.Status(reply[0]) != session.Run {
		return
	}
	ctx, cancel := context.WithDeadline(ctx, end)
	defer cancel()
	_ = s.Release(ctx, &session.ReleaseRequest{ID: r.ID, Token: r.Token})
}

func packBegin(c *call, r *session.BeginRequest) {
	c.request = append(c.request, r.Token[:]...)
	c.flag(r.Redelivered)
	c.flag(r.Hold)
	c.term(r.Lease, session.DefaultLease)
	c.term(r.Lane, session.DefaultDeliveryLease)
	c.u40(uint64(r.Done))
	c.time(r.Event.Time)
	hash := sha256.Sum256([]byte(r.Event.ID))
	c.request = append(c.request, hash[:8]...)
	c.cut()
	if r.Event.ID != "" {
		c.u8(len(r.Event.ID))
		c.request = append(c.request, r.Event.ID...)
		c.u8(len(r.Event.MessageID))
		c.request = append(c.request, r.Event.MessageID...)
		c.request = append(c.request, r.Event.Body...)
	}
}

var errToken = errors.New("redisstore: the zero token is not valid")

func checkBegin(r *session.BeginRequest) error {
	if err := checkID("begin", r.ID); err != nil {
		return err
	}
	if r.Token == (session.Token{}) {
		return errToken
	}
	if len(r.Event.ID) > session.MaxEventID || len(r.Event.MessageID) > session.MaxEventID ||
		len(r.Event.Body) > session.MaxEvent {
		return session.ErrTooLarge
	}
	return nil
}

// checkID keeps ids that Key.ID did not make from meeting the other keys of a partition.
func checkID(op, id string) error {
	if len(id) != session.IDLen {
		return fmt.Errorf("redisstore: %s: id of %d bytes, not %d", op, len(id), session.IDLen)
	}
	return nil
}
