package main

import "time"

// clockRows have one of two processes whose clock is a day and an hour wrong. It does its part as the other
// does: no timer comes early, and no event is taken for an old one.
func clockRows(long bool) (rows []trial) {
	for _, by := range []time.Duration{25 * time.Hour, -25 * time.Hour} {
		t := base("clocks/"+pick(by > 0, "25h-behind", "25h-ahead"), 40, pick(long, 10, 50), 60, 2)
		t.real()
		t.skew, t.beside, t.repair = by, true, 6*time.Second // a lease, a process that starts, and a second
		t.during = func(s *stage) {
			kills := 0
			for ; s.pause(3 * time.Second); kills++ {
				s.fleet.signal(kills, sigkill) // so that each begins anew, and takes up what the other left
			}
			s.note("the clock of one of two processes is %s wrong, %d kills", by, kills)
		}
		rows = append(rows, t)
	}
	return rows
}
