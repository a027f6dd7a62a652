package redisstore

import (
	"context"

	"github.com/kaiwa-go/kaiwa/session"
)

// Ack implements session.Store. Like Begin, it waits for replicas and disks, since it hands out
// outputs: an output whose commit could still be lost must not be sent.
func (s *Store) Ack(ctx context.Context, r *session.AckRequest) (session.AckResult, error) {
	if err := checkID("ack", r.ID); err != nil {
		return session.AckResult{}, err
	}
	if r.Token == (session.LeaseToken{}) {
		return session.AckResult{}, errToken
	}
	c := s.firm.get()
	c.u40(uint64(r.Done))
	c.term(r.DeliveryLease, session.DefaultDeliveryLease)
	c.request = append(c.request, r.Token[:]...)
	c.flag(r.Leave)
	l := s.at(r.ID)
	c.seal(&s.scripts.ack, l.session, l.watch, l.bounds)
	if r.Done > 0 && !l.earlier {
		c.sealShort(&s.scripts.shortAck, []string{l.session, l.watch}, c.request[:5])
	}
	reply, err := s.firm.do(ctx, c)
	if err != nil {
		return session.AckResult{}, err
	}
	short := c.short.script != nil
	s.firm.put(c)
	if short {
		return session.AckResult{}, nil // all were delivered
	}
	a := answer{b: reply}
	var res session.AckResult
	if len(reply) > 0 {
		res.Retried = a.num(1) == 1
		res.Outputs = a.outputs()
	}
	if a.bad {
		return session.AckResult{}, badAnswer("ack")
	}
	return res, nil
}

// Discard implements session.Store. It waits for replicas and disks, so that the dead letter is kept. A
// reason of more than maxReason bytes is cut. The script's answer says nothing: whether the output was
// still there makes no difference to the caller.
func (s *Store) Discard(ctx context.Context, id string, seq session.Seq, why string, body []byte) error {
	if err := checkID("discard", id); err != nil {
		return err
	}
	c := s.firm.get()
	c.u40(uint64(seq))
	c.cut()
	c.request = append(c.request, why[:min(len(why), maxReason)]...)
	c.cut()
	c.request = append(c.request, body...)
	l := s.at(id)
	c.seal(&s.scripts.discard, l.session, l.watch, l.dead, l.bounds)
	if _, err := s.firm.do(ctx, c); err != nil {
		return err
	}
	s.firm.put(c)
	return nil
}
