package main

import "time"

// lateRows have webhooks that come again long after their event, while LINE fails now and then. A reply token
// dies 20 minutes after its event, so that an old event can only be answered by a push.
func lateRows(long bool) []trial {
	return terms("late-redelivery", func(bool) trial {
		t := base("", pick(long, 30, 200), pick(long, 8, 12), pick(long, 12, 40), 2)
		t.ages = []time.Duration{0, 3 * time.Minute, 21 * time.Minute, 3 * time.Hour}
		t.lineFault, t.quiet, t.beside = 0.15, 40*time.Second, true
		return t
	})
}
