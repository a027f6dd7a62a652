package main

import (
	"syscall"
	"time"
)

// rollingRows are a deployment that goes on without an end: one process after the other ends in README's
// order, behind a balancer that asks for readiness, and nothing is redelivered.
func rollingRows(long bool) (rows []trial) {
	for _, router := range []string{"ServeMux", routerChi} {
		t := base("rolling/"+router, 50, pick(long, 20, 100), 100, 3)
		t.real()
		t.dup, t.redeliver, t.router, t.drain = 0, false, router, 6*probeEvery
		t.slow, t.repair, t.beside = 10*time.Millisecond, 1500*time.Millisecond, true
		t.during = func(s *stage) {
			restarts := 0
			for s.pause(probeEvery) {
				if s.balancer.serving() == s.t.procs && s.fleet.serving() == s.t.procs && s.fleet.signal(restarts, syscall.SIGTERM) {
					restarts++
				}
			}
			s.note("%d restarts behind a balancer", restarts)
			if restarts < 3 {
				s.fail("%d restarts, not 3", restarts)
			}
		}
		t.after = func(s *stage, _ *result) {
			if n := s.count().absent; n > 0 {
				s.fail("%d of the webhooks lost, as they come but once", n)
			}
		}
		rows = append(rows, t)
	}
	return rows
}
