package redisstore

import (
	"context"
	"encoding/binary"
	"math/rand/v2"

	"github.com/kaiwa-go/kaiwa/session"
)

// Ack implements session.Store. Like Begin, it waits for replicas and disks, since it hands out
// outputs: an output whose commit could still be lost must not be sent.
func (s *Store) Ack(ctx context.Context, r *session.AckRequest) ([]session.Output, error) {
	if err := checkID("ack", r.ID); err != nil {
		return nil, err
	}
	c := s.firm.get()
	c.u40(uint64(r.Done))
	c.term(r.DeliveryLease, session.DefaultDeliveryLease)
	c.flag(r.Late)
	c.request = binary.BigEndian.AppendUint64(c.request, rand.Uint64())
	l := s.at(r.ID)
	c.seal(&s.scripts.ack, l.session, l.watch, l.bounds)
	reply, err := s.firm.do(ctx, c)
	if err != nil {
		return nil, err
	}
	s.firm.put(c)
	a := answer{b: reply}
	outs := a.outputs()
	if a.bad {
		return nil, badAnswer("ack")
	}
	return outs, nil
}

// Discard implements session.Store. It waits for replicas and disks, so that the dead letter is kept. A
// reason of more than maxReason bytes is cut. The script's answer says nothing: whether the output was
// still there makes no difference to the caller.
func (s *Store) Discard(ctx context.Context, id string, seq session.Seq, why string) error {
	if err := checkID("discard", id); err != nil {
		return err
	}
	c := s.firm.get()
	c.u40(uint64(seq))
	c.cut()
	c.request = append(c.request, why[:min(len(why), maxReason)]...)
	l := s.at(id)
	c.seal(&s.scripts.discard, l.session, l.watch, l.dead, l.bounds)
	if _, err := s.firm.do(ctx, c); err != nil {
		return err
	}
	s.firm.put(c)
	return nil
}
