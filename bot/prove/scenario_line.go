package main

import "time"

// lineRows have LINE fail, before it accepted a call and after.
func lineRows(long bool) []trial {
	faults := base("line-faults", 50, pick(long, 20, 100), 100, 3)
	faults.lineFault, faults.quiet = 0.3, 40*time.Second

	outage := base("line-outage", 30, pick(long, 30, 60), 60, 3)
	outage.quiet = 60 * time.Second
	away := pick(long, 5*time.Second, 10*time.Second)
	outage.during = func(s *stage) {
		if !s.pause(2 * time.Second) {
			return
		}
		s.line.setFaults(0, true)
		s.pause(away)
		s.line.setFaults(0, false)
		s.note("LINE answered 503 for %s", away)
	}
	return []trial{faults, outage}
}
