package redisstore

import (
	"context"
	"slices"
)

// CountDeadLetters implements session.Admin. It asks for the lengths of the streams: of one account by one
// call, or in a Cluster by one for each partition, all sent together.
func (s *Store) CountDeadLetters(ctx context.Context, accounts []string) (letters int, err error) {
	if len(accounts) == 0 {
		return 0, nil
	}
	accounts = slices.Compact(slices.Sorted(slices.Values(accounts)))
	var calls []*call
	for at, more := (letterID{account: accounts[0]}), true; more; {
		var streams []letterID
		streams, at, more = s.streamsFrom(at, accounts)
		keys := make([]any, len(streams))
		for i, x := range streams {
			keys[i] = s.stream(x)
		}
		c := s.batch.get()
		c.sealMany(&s.scripts.count, keys)
		calls = append(calls, c)
	}
	err = s.collect(ctx, "count", calls, func(_ int, a *answer) {
		for len(a.b) > 0 {
			letters += int(a.num(4))
		}
	})
	if err != nil {
		return 0, err // those of some nodes alone would be too few
	}
	return letters, nil
}
