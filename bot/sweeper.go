package bot

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// sweepBatch is how many sessions one round begins at most.
	sweepBatch = 128
	// sweepFull is the wait while Options.MaxTurns turns run.
	sweepFull = 100 * time.Millisecond
	// sweepAgain is the wait after the store did not answer.
	sweepAgain = time.Second
)

// sweeper begins what is due: timers, events whose process died or whose time to be tried again has
// come, events that had to wait for room, outputs that nobody delivered. Each process has a sweeper. If
// two of them begin the same session at once, the store gives the lease to one of them.
type sweeper struct {
	*env
	runner  *runner
	courier *courier
}

// run does one round after the other until Shutdown. Between two rounds it waits as long as Due said, or
// until the store sends a value on Wake.
func (s *sweeper) run() {
	wake := s.store.Wake()
	for !s.crew.stopping() {
		wait := s.round()
		if wait <= 0 {
			continue
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-wake:
		case <-s.crew.stop:
		}
		t.Stop()
	}
}

// round begins what is due, as far as there is room, and returns how long to wait before the next round.
// The bot is behind (Stats.Behind) from the first round that could not begin all that was due.
func (s *sweeper) round() time.Duration {
	ctx, cancel := context.WithTimeout(context.Background(), s.o.lease)
	defer cancel()
	room := s.o.MaxTurns - int(s.runner.running.Load()+s.courier.sending.Load())
	if room <= 0 {
		s.stats.behind.set(true)
		return sweepFull
	}
	limit := min(room, sweepBatch)
	ids, wait, err := s.store.Due(ctx, s.accounts.names, limit)
	s.stats.behind.set(err != nil || len(ids) == limit)
	if err != nil {
		s.outage.note()
		s.o.Logger.Warn("bot: due sessions unknown", "err", err)
		wait = sweepAgain // what a part of the store told is begun now
	}
	var (
		wg     sync.WaitGroup
		failed atomic.Bool
	)
	for _, id := range ids {
		wg.Go(func() {
			crash("before-wake")
			err := s.runner.wake(ctx, id)
			crash("after-wake")
			if err != nil {
				failed.Store(true)
				s.o.Logger.Warn("bot: due session not begun", about(id, "err", err)...)
			}
		})
	}
	wg.Wait()
	switch {
	case failed.Load():
		s.stats.behind.set(true)
		return sweepAgain
	case len(ids) > 0:
		return 0 // there may be more
	default:
		return wait
	}
}
