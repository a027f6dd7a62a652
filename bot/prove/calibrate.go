package main

import (
	"context"
	"sync"
	"time"
)

// calibrateFor is for how long the machine's maximum is measured.
const calibrateFor = 5 * time.Second

// calibrate sends events as fast as they are taken, and sets the row's rate to half of how fast they
// were answered; the rate that the row has is the most. The events are checked as all others are.
func (s *stage) calibrate(ctx context.Context, seed uint64) {
	load := base("calibrate", 100, 200, 1e9, 0)
	load.defaults()
	load.dup, load.timers = 0, -1 // a timer fires when all else is done
	began := time.Now()
	users := plan(&load, ^seed, began)
	var all sync.WaitGroup
	for u, events := range users {
		all.Go(func() {
			for i, e := range events {
				if time.Since(began) > calibrateFor && i > 0 {
					users[u] = events[:i]
					return
				}
				s.sender.deliver(ctx, e)
			}
		})
	}
	all.Wait()
	s.users = users
	taken := s.count().accepted
	s.drain(ctx)
	_, last := s.line.counts()
	most := float64(taken) / last.Sub(began).Seconds()
	s.sender.mu.Lock()
	s.sender.posts, s.sender.refused = postCounts{}, nil
	s.sender.mu.Unlock()
	s.t.halve(most)
	s.note("%d events a second are answered at most, the load was %d", int(most), s.t.rate)
}

// halve sets the rate to half of the maximum, and the events to what that makes in the time.
func (t *trial) halve(most float64) {
	t.rate = max(min(int(most/2), t.rate), 1)
	t.events = max(int(t.lasts.Seconds()*float64(t.rate))/t.users, 1)
}
