package main

import (
	"math"
	"time"
)

const (
	// soakGoroutines and soakHeap are how much more the last third of a soak may have than the
	// first: connections come and go, and the collector is never at the same point.
	soakGoroutines = 20
	soakHeap       = 1.25

	// soakMost bounds the events a second, as all that is sent and seen is held until the end.
	soakMost = 3000
)

// soak kills a process every 20 s under a steady load of half of what the machine takes, and holds
// the processes that are left against how they were in the beginning. In the end Redis has no keys
// but those of the sessions, as in every row.
func soak(long bool) trial {
	t := base("soak", 100, 0, pick(long, 150, soakMost), 3)
	t.lasts = pick(long, 30*time.Second, 10*time.Minute)
	every := pick(long, 5*time.Second, 20*time.Second)
	t.during = func(s *stage) {
		var seen []stats
		kills := 0
		for s.pause(every) {
			seen = append(seen, s.fleet.stats())
			if s.fleet.signal(s.rng.IntN(s.t.procs), sigkill) {
				kills++
			}
		}
		s.steady(seen, kills)
	}
	return t
}

// steady fails if the last third of the samples is above the first.
func (s *stage) steady(seen []stats, kills int) {
	if len(seen) < 3 {
		s.fail("only %d samples", len(seen))
		return
	}
	third := len(seen) / 3
	g0, h0 := mean(seen[:third])
	g1, h1 := mean(seen[len(seen)-third:])
	s.note("%d kills; goroutines %.0f then %.0f, heap %.0f KiB then %.0f KiB, mean of the first and the last third",
		kills, g0, g1, h0/1024, h1/1024)
	if g1 > g0+soakGoroutines {
		s.fail("goroutines grow: %.0f, then %.0f", g0, g1)
	}
	if h1 > math.Max(h0, 4<<20)*soakHeap {
		s.fail("the heap grows: %.0f KiB, then %.0f KiB", h0/1024, h1/1024)
	}
}

func mean(seen []stats) (goroutines, heap float64) {
	for _, s := range seen {
		goroutines += float64(s.Goroutines) / float64(len(seen))
		heap += float64(s.HeapBytes) / float64(len(seen))
	}
	return goroutines, heap
}
