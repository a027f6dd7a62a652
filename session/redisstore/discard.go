package redisstore

import (
	"context"

	"github.com/kaiwa-go/kaiwa/session"
)

// Discard implements session.Store.
func (s *Store) Discard(ctx context.Context, id string, seq session.Seq, why string) error {
	if err := checkID("discard", id); err != nil {
		return err
	}
	c := s.firm.get()
	c.u40(uint64(seq))
	c.cut()
	c.request = append(c.request, why[:min(len(why), maxReason)]...)
	p := s.part(id)
	c.seal(&s.scripts.discard, p.prefix+id, p.watch, p.dead)
	if _, err := s.firm.do(ctx, c); err != nil {
		return err
	}
	s.firm.put(c)
	return nil
}
