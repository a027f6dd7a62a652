package main

import (
	"syscall"
	"time"
)

const sigkill = syscall.SIGKILL

// stopRow freezes random processes for longer than their lease: what they do when they wake must
// not show.
func stopRow(long bool) trial {
	t := base("stop", 40, pick(long, 40, 800), 100, 4)
	t.slow, t.allow.late, t.dup = 40*time.Millisecond, true, 0.1
	t.during = func(s *stage) {
		stops := 0
		for s.pause(300 * time.Millisecond) {
			n := s.rng.IntN(s.t.procs)
			if !s.fleet.signal(n, syscall.SIGSTOP) {
				continue
			}
			stops++
			s.pause(s.t.lease * 3 / 2)
			s.fleet.signal(n, syscall.SIGCONT)
		}
		if want := pick(long, 1, 50); stops < want {
			s.fail("%d stops, not %d", stops, want)
		}
		s.note("%d stops of %s", stops, s.t.lease*3/2)
	}
	return t
}

// restartsRow restarts the processes in turn, in an orderly way, as a host does that has no balancer: whose
// webhook meets a closed port is redelivered.
func restartsRow(long bool) trial {
	t := base("restarts", 40, pick(long, 30, 300), 150, 3)
	t.slow, t.repair = 10*time.Millisecond, 1500*time.Millisecond
	t.during = restarts
	return t
}

// restarts ends a process every half second, in an orderly way, if the one before is back.
func restarts(s *stage) {
	n := 0
	for s.pause(500 * time.Millisecond) {
		if s.fleet.serving() == s.t.procs && s.fleet.signal(n, syscall.SIGTERM) {
			n++
		}
	}
	s.note("%d restarts", n)
}
