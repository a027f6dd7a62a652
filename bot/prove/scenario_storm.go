package main

import "time"

// stormRows have all go wrong at once, at the terms of users: processes die, Redis restarts, LINE fails, and
// turns take a second.
func stormRows(long bool) []trial {
	t := base("storm", pick(long, 60, 150), pick(long, 8, 16), pick(long, 20, 40), 3)
	t.real()
	t.slow, t.lineFault, t.redis, t.timers = time.Second, 0.15, redisAOF, 3
	t.allow.ambiguous, t.quiet, t.beside = true, 60*time.Second, true
	t.during = func(s *stage) {
		kills, restarts := 0, 0
		for n := 0; s.pause(2500 * time.Millisecond); n++ {
			if n%3 == 2 {
				s.redis.server.Kill()
				s.pause(time.Second)
				s.redis.server.Restart()
				restarts++
				continue
			}
			if s.fleet.signal(n, sigkill) {
				kills++
			}
		}
		s.note("%d kills, Redis away for a second %d times, LINE failed in %.0f of 100 calls", kills, restarts, 100*s.t.lineFault)
	}
	t.after = func(s *stage, r *result) { r.waits("from the webhook", s.answers(time.Time{}, 0), 0, 0) }
	return []trial{t}
}
