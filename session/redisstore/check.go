package redisstore

import (
	"context"
	"errors"
	"fmt"
)

// Check implements session.Admin. It asks two things, within Options.Timeout. Would Redis take an
// event now, and make it as durable as Options ask for? In a Cluster it asks that of every partition.
// And are all masters still fit, as New demanded? An operator may have changed a setting since.
func (s *Store) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.batch.timeout)
	defer cancel()
	if err := s.tryAll(ctx); err != nil {
		return explain(err)
	}
	return inTime(ctx, "check", func() error {
		servers, err := s.survey(ctx)
		if err != nil {
			return err
		}
		return s.demand.faults(servers)
	})
}

// tryAll calls the check script, which Redis refuses whenever it would refuse an event. A Cluster
// gets one call for each partition, all sent together. They wait for replicas as events do. It
// returns the first error: one slot without a master is enough, because some events would be refused.
func (s *Store) tryAll(ctx context.Context) error {
	parts := s.parts
	if !s.cluster {
		parts = parts[:1] // all are on the same server
	}
	calls := make([]*call, len(parts))
	for i := range parts {
		calls[i] = s.firm.get()
		calls[i].seal(&s.scripts.check, parts[i].watch)
		s.firm.enqueue(calls[i])
	}
	for _, c := range calls {
		if _, err := s.firm.wait(ctx, c); err != nil {
			return err
		}
		s.firm.put(c)
	}
	return nil
}

// inTime runs f, and returns when ctx ends though f still runs: by default the client ignores contexts
// and waits for as long as its own timeouts say. f goes on alone then, and its result is dropped.
func inTime(ctx context.Context, op string, f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return callError(op, ctx.Err())
	}
}

// explain adds to an error of Redis what it means for an operator.
func explain(err error) error {
	// callError has kept the first word of what Redis answered.
	var class answerClass
	if errors.As(err, &class) {
		if m := meaning(class); m != "" {
			return fmt.Errorf("%w: %s", err, m)
		}
	}
	return err
}

// meaning returns what an operator should know of an error of Redis; empty if there is nothing to add.
func meaning(c answerClass) string {
	switch c {
	case "OOM":
		return "maxmemory is reached: no event is taken until there is room"
	case "READONLY":
		return "it is a replica, not a master"
	case "LOADING":
		return "it is still loading its data"
	case "CLUSTERDOWN":
		return "some slots of the Cluster have no master"
	case "NOREPLICAS":
		return "it has fewer replicas than min-replicas-to-write"
	case "MISCONF":
		return "it cannot write to its disk"
	case "BUSY":
		return "a script has been running for too long"
	default:
		return ""
	}
}
