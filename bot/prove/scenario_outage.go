package main

import "time"

// outageRows have Redis die when replies were sent and not yet acknowledged, and come back with all its data
// when nobody can ask LINE about their tokens any more.
func outageRows(long bool) (rows []trial) {
	rows = []trial{outageRow("short", long, 4*time.Second, 6*time.Second)}
	real := outageRow("real", long, 0, 56*time.Second)
	real.real()
	return append(rows, real)
}

// outageRow has Redis be away for a time. With a window of reply tokens the terms are short.
func outageRow(name string, long bool, window, away time.Duration) trial {
	t := base("outage-window/"+name, pick(long, 60, 120), 1, 300, 2)
	t.window, t.redis, t.quiet, t.beside = window, redisAOF, 20*time.Second, true
	t.during = func(s *stage) {
		s.line.setFaults(0, apiFault{after: true, slow: s.t.timeout * 3 / 4}) // so that nothing is acknowledged yet
		want := s.t.users * s.t.events
		err := await(s.life, 30*time.Second, func() bool { calls, _ := s.line.counts(); return calls.replies >= want })
		s.redis.server.Kill()
		if err != nil {
			s.fail("LINE got no %d replies: %v", want, err)
		}
		s.rest(away)
		s.line.setFaults(0, apiFault{})
		s.redis.server.Restart()
		s.note("Redis away for %s, after LINE took %d replies that were not acknowledged", away, want)
	}
	return t
}
