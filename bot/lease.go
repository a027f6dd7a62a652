package bot

import (
	"context"
	"errors"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// maxHold bounds how often an action that ignores its context can have the lease extended.
const maxHold = 6

// keepLease extends the lease of a turn that takes long, until the function it returns is
// called, but not for ever: an action that hangs must not hold its session up for good.
func (t *turns) keepLease() (stop func()) {
	every := t.b.o.lease / 3
	done := make(chan struct{})
	timer := time.AfterFunc(every, func() {
		for end := time.Now().Add(maxHold * t.b.o.TurnTimeout); time.Now().Before(end); {
			if !t.extend(every) {
				return
			}
			select {
			case <-done:
				return
			case <-time.After(every):
			}
		}
	})
	return func() {
		timer.Stop()
		close(done)
	}
}

// extend returns false if the lease is lost.
func (t *turns) extend(within time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	return !errors.Is(t.b.store.Extend(ctx, t.id, t.token, t.b.o.lease), session.ErrFenced)
}

// release gives up the lease of a turn that was not committed. If that fails, the lease runs
// out by itself.
func (b *Bot) release(t *turns, delay time.Duration, counted bool) {
	ctx, cancel := context.WithTimeout(context.Background(), laneTerm)
	defer cancel()
	r := session.ReleaseRequest{ID: t.id, Token: t.token, Delay: delay, Counted: counted}
	if err := b.store.Release(ctx, &r); err != nil {
		b.o.Logger.Warn("bot: lease not released", "session", t.id, "err", err)
	}
}
