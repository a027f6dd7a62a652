package bot

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

const (
	// sweepBatch is how many due sessions one round looks after.
	sweepBatch = 128
	// sweepShare says which share of the turns is not for new events: else those that wait
	// would wait for as long as new ones come.
	sweepShare = 8
)

// sweep looks after what is due: timers, events whose process died, outputs that nobody
// delivered. Any number of processes may do it at once.
func (b *Bot) sweep() {
	wake := b.store.Wake()
	for !b.stopping() {
		wait := b.sweepOnce()
		if wait <= 0 {
			continue
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-wake:
		case <-b.stop:
		}
		t.Stop()
	}
}

// sweepOnce begins what is due and returns how long to wait before the next round.
func (b *Bot) sweepOnce() time.Duration {
	ctx, cancel := context.WithTimeout(context.Background(), b.o.lease)
	defer cancel()
	room := b.o.MaxTurns - int(b.running.Load()+b.sending.Load())
	if room <= 0 {
		b.stats.behind.set(true)
		return 100 * time.Millisecond
	}
	limit := min(room, sweepBatch)
	ids, wait, err := b.store.Due(ctx, limit)
	b.stats.behind.set(err != nil || len(ids) == limit)
	if err != nil {
		b.o.Logger.Warn("bot: due sessions unknown", "err", err)
		return time.Second
	}
	var (
		wg     sync.WaitGroup
		failed atomic.Bool
	)
	for _, id := range ids {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if err := b.wake(ctx, id); err != nil {
				failed.Store(true)
				b.o.Logger.Warn("bot: due session not begun", "session", id, "err", err)
			}
		}()
	}
	wg.Wait()
	switch {
	case failed.Load():
		b.stats.behind.set(true)
		return time.Second
	case len(ids) > 0:
		return 0 // there may be more
	default:
		return wait
	}
}

// wake begins what is due in one session.
func (b *Bot) wake(ctx context.Context, id string) error {
	r := session.BeginRequest{ID: id, Token: newToken(), Lease: b.o.lease, DeliveryLease: b.o.lane}
	crash("before-wake")
	begun, err := b.begin(ctx, &r)
	crash("after-wake")
	if err == nil && begun.Status == session.Run {
		b.startTurns(id, r.Token, &begun, nil)
	}
	return err
}
