package main

import "time"

// hangRows have LINE take what it is sent, and tell nobody: it gives no answer, or answers 500. The bots look
// once more 45 s after the webhook. If LINE gives answers again by then, they learn what became of a reply, and
// it is sent once. This moment is 5 s before the end of a token's window whatever that is, so that these rows
// cannot be made shorter.
func hangRows(long bool) (rows []trial) {
	rows = append(rows, hangRow("500-for-44s", long, apiFault{after: true, status: 500}, 44*time.Second))
	if long {
		rows = append(rows,
			hangRow("33s", long, apiFault{after: true, hang: true}, 33*time.Second),
			hangRow("41s", long, apiFault{after: true, hang: true}, 41*time.Second))
	}
	return rows
}

// hangRow has LINE fail in one way for a time. Within the first second all events are sent.
func hangRow(name string, long bool, f apiFault, d time.Duration) trial {
	t := base("answer-hangs/"+name, pick(long, 40, 200), 1, pick(long, 45, 220), 2)
	t.real()
	t.quiet, t.beside = d+20*time.Second, true
	t.during = func(s *stage) {
		s.line.setFaults(0, f)
		s.rest(d)
		s.line.setFaults(0, apiFault{})
		s.note("LINE took all and told nothing for %s", d)
	}
	return t
}
