package redisstore

import (
	"context"
	"strconv"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// Processes implements session.Census. The heartbeat script notes that the process lives, and counts.
func (s *Store) Processes(ctx context.Context, self session.Token, term time.Duration) (int, error) {
	c := s.batch.get()
	c.request = append(c.request, self[:]...)
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
