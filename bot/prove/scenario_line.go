package main

import "time"

// lineRows have LINE fail, before it accepted a call and after.
func lineRows(long bool) []trial {
	// With three calls of ten failing, a user's outputs wait for each other. A user sends so
	// seldom that no reply waits for longer than its token lives.
	faults := base("line-faults", pick(long, 50, 400), pick(long, 20, 12), pick(long, 50, 80), 3)
	faults.lineFault, faults.quiet = 0.3, 40*time.Second

	rows := []trial{faults}
	for _, row := range []struct {
		name  string
		fault apiFault
	}{
		{"line-outage", apiFault{status: 503}},
		{"line-401", apiFault{status: 401, text: "Authentication failed due to the following reason: invalid token"}},
		{"line-monthly", apiFault{status: 429, text: "You have reached your monthly limit.", pushOnly: true}},
	} {
		row.fault.before = true
		t := base(row.name, 30, pick(long, 30, 60), 60, 3)
		t.quiet = 60 * time.Second
		t.during = func(s *stage) { s.refuse(row.fault, pick(long, 5*time.Second, 10*time.Second)) }
		rows = append(rows, t)
	}
	return rows
}

// hiccups has LINE refuse all calls for longer than the first retries take, again and again.
func hiccups(s *stage) {
	n := 0
	for ; s.pause(time.Second); n++ {
		s.line.setFaults(0, apiFault{before: true, status: 503})
		s.pause(1200 * time.Millisecond)
		s.line.setFaults(s.t.lineFault, apiFault{})
	}
	s.note("LINE answered 503 %d times for 1.2s", n)
}

// refuse has LINE refuse all calls in one way for a time. All outputs are to go out after it.
func (s *stage) refuse(f apiFault, d time.Duration) {
	if !s.pause(2 * time.Second) {
		return
	}
	s.line.setFaults(0, f)
	s.pause(d)
	s.line.setFaults(0, apiFault{})
	s.note("LINE answered %d for %s", f.status, d)
}
