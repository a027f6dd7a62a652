package bot

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// leastBatch and mostBatch are how many sessions one round claims at most. While more is due and the rounds
	// are quick, each claims twice as many as the one before.
	leastBatch = 128
	mostBatch  = 1024
	// quickRound is how long a round may take for the next one to claim more.
	quickRound = 100 * time.Millisecond
	// claimTerm is for how long what a round claims is listed to no other process. What the round did not begin
	// in half of that, it leaves: it is listed again when the claim is over.
	claimTerm = time.Second
	// sweepSlow is how long the sweep waits for a quarter of Options.MaxTurns to be free.
	sweepSlow = 10 * time.Millisecond
	// sweepAgain is the wait after the store did not answer.
	sweepAgain = time.Second
)

// sweeper begins what is due: timers, events whose process died or whose time to be tried again has
// come, events that had to wait for room, outputs that nobody delivered. Each process has a sweeper. It claims
// what it begins, so that the sweepers of two processes do not begin the same sessions. If it comes to that all
// the same, the store gives the lease to one of them.
type sweeper struct {
	*env
	runner  *runner
	courier *courier
}

// run does one round after the other until Shutdown. Between two rounds it waits as long as Due said, or
// until the store sends a value on Wake.
//
// For example: 100,000 timers are due at once. The first round claims 128 sessions, and takes 10 ms. So the next
// one claims 256, and then 512 and 1,024. Where the turns are slow, a round takes longer, and claims fewer: what
// one process claims, no other process begins for a while.
func (s *sweeper) run() {
	wake, limit := s.store.Wake(), leastBatch
	for !s.crew.stopping() {
		began := time.Now()
		wait := s.round(limit)
		if wait <= 0 {
			if time.Since(began) < quickRound {
				limit = min(2*limit, mostBatch)
			} else {
				limit = max(limit/2, leastBatch)
			}
			continue
		}
		limit = leastBatch
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-wake:
		case <-s.crew.stop:
		}
		t.Stop()
	}
}

// round claims up to limit sessions that are due and begins them, as there is room, and returns how long to wait
// before the next round. It does not wait for the last of them to be begun. The bot is behind (Stats.Behind) from
// the first round that could not begin all that was due.
func (s *sweeper) round(limit int) time.Duration {
	end := time.Now().Add(claimTerm / 2)
	if s.awaitRoom(end) <= 0 {
		s.stats.behind.set(true)
		return 0
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.o.lease)
	ids, wait, err := s.store.Due(ctx, s.accounts.names, limit, claimTerm)
	s.stats.behind.set(err != nil || wait <= 0)
	if err != nil {
		s.outage.note()
		s.o.Logger.Warn("bot: due sessions unknown", "err", err)
		if wait = sweepAgain; len(ids) > 0 {
			wait = 0 // a part of the store told what is due there, and there may be more
		}
	}
	var beginning sync.WaitGroup
	var failed atomic.Bool
	for end := time.Now().Add(claimTerm / 2); len(ids) > 0 && !failed.Load(); {
		n := min(s.awaitRoom(end), len(ids))
		if n <= 0 {
			wait = 0
			break
		}
		for _, id := range ids[:n] {
			s.runner.occupied.Add(1)
			s.settling.begin(id)
			beginning.Go(func() {
				defer s.runner.leave()
				defer s.settling.end(id)
				crash("before-wake")
				err := s.runner.wake(ctx, id)
				crash("after-wake")
				if err != nil {
					failed.Store(true)
					s.o.Logger.Warn("bot: due session not begun", about(id, "err", err)...)
				}
			})
		}
		ids = ids[n:]
	}
	go func() {
		beginning.Wait()
		cancel()
	}()
	if failed.Load() {
		s.stats.behind.set(true)
		return sweepAgain
	}
	return wait
}

// awaitRoom returns how many sessions the sweep may begin now. It waits until a quarter of Options.MaxTurns is free,
// so that many are begun at once, which costs the store less; where turns are slow, it begins what there is room for
// every 10 ms. It returns 0 if there is none at that time, or if Shutdown begins.
func (s *sweeper) awaitRoom(end time.Time) int {
	room := func() int {
		return s.o.MaxTurns - int(s.runner.occupied.Load()+s.courier.sending.Load())
	}
	n := room()
	for n < max(s.o.MaxTurns/4, 1) && time.Now().Before(end) {
		t := time.NewTimer(sweepSlow)
		select {
		case <-s.runner.room:
			n = room()
		case <-t.C:
			if n = room(); n > 0 {
				return n
			}
		case <-s.crew.stop:
			t.Stop()
			return 0
		}
		t.Stop()
	}
	return n
}
