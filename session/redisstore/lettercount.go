package redisstore

import "context"

// CountDeadLetters implements session.Admin. It asks for the lengths of the streams, by one call, or in a
// Cluster by one for each partition, all sent together.
func (s *Store) CountDeadLetters(ctx context.Context) (int, error) {
	streams := make([]any, len(s.parts))
	for i := range s.parts {
		streams[i] = s.parts[i].dead
	}
	step := len(streams)
	if s.cluster {
		step = 1 // one script reads keys of one slot only
	}
	var calls []*call
	for at := 0; at < len(streams); at += step {
		c := s.batch.get()
		c.sealMany(&s.scripts.count, streams[at:at+step])
		s.batch.enqueue(c)
		calls = append(calls, c)
	}
	letters := 0
	for _, c := range calls {
		reply, err := s.batch.wait(ctx, c)
		if err != nil {
			return 0, err // the other calls are left to the flushers
		}
		s.batch.put(c)
		a := answer{b: reply}
		letters += int(a.num(4))
		if a.bad {
			return 0, badAnswer("count")
		}
	}
	return letters, nil
}
