package bot

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// maxHold bounds how often an action that ignores its context can have the lease extended.
const maxHold = 6

// watch looks after a turn that takes long: it ends the context of the actions in time, and
// extends the lease until the turn is over, though not for ever: an action that hangs must not
// hold its session up for good. One timer serves for both, as most turns are over long before.
//
// A watch is used for one turn after the other. A timer that fires late, into the next turn,
// only extends a lease early.
type watch struct {
	extend func() bool // false if the lease is lost

	mu     sync.Mutex
	timer  *time.Timer
	cancel context.CancelFunc
	end    time.Time     // of the context
	hold   time.Time     // until when the lease is extended
	every  time.Duration // how often
	over   bool
}

// turnContext is the context of the actions of one turn. The watch sees to its deadline.
type turnContext struct {
	context.Context
	end time.Time
}

func (c *turnContext) Deadline() (time.Time, bool) { return c.end, true }

func (c *turnContext) Err() error {
	err := c.Context.Err()
	if err != nil && !time.Now().Before(c.end) {
		return context.DeadlineExceeded
	}
	return err
}

// begin looks after a turn until done is called, and returns the context of its actions.
func (w *watch) begin(limit, every time.Duration) context.Context {
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	ctx := &turnContext{end: now.Add(limit)}
	ctx.Context, w.cancel = context.WithCancel(context.Background())
	w.end, w.hold, w.every, w.over = ctx.end, now.Add(maxHold*limit), every, false
	if first := min(every, limit); w.timer == nil {
		w.timer = time.AfterFunc(first, w.tick)
	} else {
		w.timer.Reset(first)
	}
	return ctx
}

func (w *watch) tick() {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	if w.over || now.After(w.hold) {
		return
	}
	if !now.Before(w.end) {
		w.cancel()
	}
	w.mu.Unlock()
	kept := w.extend()
	w.mu.Lock()
	if kept && !w.over {
		wait := w.every
		if left := w.end.Sub(now); left > 0 {
			wait = min(wait, left)
		}
		w.timer.Reset(wait)
	}
}

// done ends the watch.
func (w *watch) done() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	w.timer.Stop()
	w.cancel()
}

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
