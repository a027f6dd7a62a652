package redisstore

import (
	"context"
	"slices"
	"time"
)

// Wake implements session.Store. It is nil: Redis is asked again, a few times a second.
func (s *Store) Wake() <-chan struct{} { return nil }

// Heartbeat implements session.Store. The heartbeat script notes that the process lives, and counts. It
// goes through batch, not firm: a heartbeat that a failover loses is made again soon. The processes of an
// account are in one key, and the keys of all accounts in one slot.
func (s *Store) Heartbeat(ctx context.Context, process string, accounts []string, term time.Duration) ([]int, error) {
	if len(accounts) == 0 {
		return nil, nil
	}
	keys := make([]any, len(accounts))
	for i, name := range accounts {
		keys[i] = s.processes + name
	}
	c := s.batch.get()
	c.sealMany(&s.scripts.heartbeat, keys, process, max(term.Milliseconds(), 1))
	reply, err := s.batch.do(ctx, c)
	if err != nil {
		return nil, err
	}
	s.batch.put(c)
	a := answer{b: reply}
	counts := make([]int, len(accounts))
	for i := range counts {
		counts[i] = int(a.num(4))
	}
	s.peers.Store(int64(slices.Max(counts)))
	if a.bad || len(a.b) > 0 {
		return nil, badAnswer("heartbeat")
	}
	return counts, nil
}
