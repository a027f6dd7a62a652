package bot

import (
	"context"
	"sync/atomic"
)

// letterCount is how many dead letters the store had when it was asked last. Each heartbeat asks, so that
// neither Stats nor a turn has to.
type letterCount struct{ atomic.Int64 }

// ask leaves the number as it is if the store does not tell.
func (l *letterCount) ask(e *env) {
	ctx, cancel := context.WithTimeout(context.Background(), heartbeatEvery)
	defer cancel()
	n, err := e.store.CountDeadLetters(ctx, e.accounts.names)
	if err != nil {
		e.o.Logger.Warn("bot: dead letters not counted", "err", err)
		return
	}
	l.Store(int64(n))
}
