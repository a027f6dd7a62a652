package redisstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/kaiwa-go/kaiwa/session"
)

// Check implements session.Admin. It asks two things, within Options.Timeout. Would Redis take an
// event now, and make it as durable as Options ask for? In a Cluster it asks that of every partition.
// And are all masters still fit, as New demanded? An operator may have changed a setting since.
func (s *Store) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.batch.timeout)
	defer cancel()
	if err := s.tryAll(ctx); err != nil {
		return err
	}
	return inTime(ctx, "check", func() error {
		servers, err := s.survey(ctx)
		if err != nil {
			return err
		}
		s.watchReplicas(servers) // some may have come since New
		return s.demand.faults(servers)
	})
}

// tryAll calls the check script, which Redis refuses whenever it would refuse an event. A Cluster
// gets one call for each partition, all sent together. They wait for replicas as events do. If some of them
// fail, up to half, the error wraps session.ErrPartly: a node is dead, or a slot has no master. If more fail, it
// is rather this process that does not reach the Cluster.
func (s *Store) tryAll(ctx context.Context) error {
	parts := s.parts
	if !s.cluster {
		parts = parts[:1] // all are on the same server
	}
	calls := make([]*call, len(parts))
	for i := range parts {
		calls[i] = s.firm.get()
		calls[i].seal(&s.scripts.check, parts[i].watch)
	}
	var first error
	failed := 0
	s.firm.each(ctx, calls, func(_ int, _ []byte, err error) {
		if err != nil {
			failed++
		}
		if first == nil {
			first = err
		}
	})
	first = explain(first)
	if failed > 0 && failed <= len(parts)/2 && errors.Is(first, session.ErrUnavailable) {
		return fmt.Errorf("redisstore: %d of %d partitions: %w: %w", failed, len(parts), session.ErrPartly, first)
	}
	return first
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
	case "TRYAGAIN":
		return "a slot of the Cluster is on its way to another node: its sessions wait until it is there"
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
