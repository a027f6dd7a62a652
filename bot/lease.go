package bot

import (
	"context"
	"errors"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// extend returns false if the lease is lost.
func (t *turns) extend() bool {
	b := t.b
	ctx, cancel := context.WithTimeout(context.Background(), b.o.lease/3)
	defer cancel()
	return !errors.Is(b.store.Extend(ctx, t.id, t.token, b.o.lease), session.ErrFenced)
}

// release gives up the lease of a turn that was not committed. If that fails, the lease runs
// out by itself.
func (t *turns) release(delay time.Duration, counted bool) {
	ctx, cancel := context.WithTimeout(context.Background(), t.b.o.lane)
	defer cancel()
	r := session.ReleaseRequest{ID: t.id, Token: t.token, Delay: delay, Counted: counted}
	if err := t.b.store.Release(ctx, &r); err != nil {
		t.b.o.Logger.Warn("bot: lease not released", "session", t.id, "err", err)
	}
}
