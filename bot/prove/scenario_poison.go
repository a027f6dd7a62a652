package main

import (
	"slices"
	"time"
)

// poisonRow has a few users send an event that panics, fails for ever or kills its process, while
// all others go on. Just these events are to become dead letters.
func poisonRow(long bool) trial {
	t := base("poison", 30, pick(long, 30, 100), 80, 3)
	t.poison, t.attempts, t.quiet, t.beside = 6, 3, 20*time.Second, true
	t.slow = 5 * time.Millisecond
	return t
}

// poisoned are the ids of the events that cannot be handled, in order.
func (s *stage) poisoned() (ids []string) {
	for _, events := range s.users {
		for _, e := range events {
			if isPoison(e.kind) {
				ids = append(ids, e.id)
			}
		}
	}
	slices.Sort(ids)
	return ids
}
