package redisstore

import (
	"context"
	"strconv"
	"time"
)

// Wake implements session.Store. It is nil: Redis is asked again, a few times a second.
func (s *Store) Wake() <-chan struct{} { return nil }

// Heartbeat implements session.Store. The heartbeat script notes that the process lives, and counts. It
// goes through batch, not firm: a heartbeat that a failover loses is made again soon. All processes are in one
// key, whatever their sessions, so that the count is one of the whole namespace.
func (s *Store) Heartbeat(ctx context.Context, process string, term time.Duration) (int, error) {
	c := s.batch.get()
	c.request = append(c.request, process...)
	c.cut()
	c.request = strconv.AppendInt(c.request, max(term.Milliseconds(), 1), 10)
	c.seal(&s.scripts.heartbeat, s.processes)
	reply, err := s.batch.do(ctx, c)
	if err != nil {
		return 0, err
	}
	s.batch.put(c)
	a := answer{b: reply}
	n := a.num(4)
	if a.bad {
		return 0, badAnswer("heartbeat")
	}
	return int(n), nil
}
