package redisstore

import (
	"bytes"
	"context"

	"github.com/kaiwa-go/kaiwa/session"
)

// Inspect implements session.Admin. It waits for no replicas: what it shows may be lost in a failover.
// One script reads the session and its mailbox, so that the two belong together.
// Describe, which is for operators, reads them in two commands.
func (s *Store) Inspect(ctx context.Context, id string) (session.Snapshot, error) {
	if err := checkID("inspect", id); err != nil {
		return session.Snapshot{}, err
	}
	c := s.batch.get()
	l := s.at(id)
	c.seal(&s.scripts.inspect, l.session, l.watch, l.mailbox)
	reply, err := s.batch.do(ctx, c)
	if err != nil {
		return session.Snapshot{}, err
	}
	s.batch.put(c)
	snap, ok := parseSnapshot(reply)
	if !ok {
		return session.Snapshot{}, badAnswer("inspect")
	}
	return snap, nil
}

// parseSnapshot reads the answer of the inspect script, field by field in the order of its bytes: see
// answer. The events have no bodies.
func parseSnapshot(b []byte) (session.Snapshot, bool) {
	a := answer{b: b}
	snap := session.Snapshot{Now: a.time(), Rev: uint32(a.num(4)), Due: a.time(), LeasedUntil: a.time()}
	snap.Attempts = int(a.num(1))
	if state := a.take(int(a.num(3))); len(state) > 0 {
		snap.State = bytes.Clone(state)
	}
	for range a.num(1) {
		snap.Events = append(snap.Events, session.Event{Time: a.time(), Accepted: a.time(), ID: a.text()})
	}
	snap.Outputs = a.outputs()
	return snap, !a.bad
}
