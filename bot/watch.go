package bot

import (
	"context"
	"sync"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// maxHold is how many times its limit an action may take that ignores its context.
const maxHold = 6

// watch looks after a turn that takes long. With the default options:
//
//	1 s          the user is shown that an answer is on its way
//	1 s ...      the lease of 3 s is extended, every second until the turn is over
//	10 s         the context of the actions ends
//	60 s         the session is taken away from an action that hangs still (abandon)
//
// If another process has taken the lease, the context ends at once. One timer serves for all that,
// as most turns are over long before.
//
// The states of a watch, and what leads from one to the next:
//
//	idle ----begin----> watching ----decide----> decided ----done----> idle
//	                        |    the actions have    |    the turn is over
//	                        |    returned            |
//	                        +-- extend says that the lease is another's --> lost: decide says so
//	                        |
//	                        +-- 60 s, and not decided --> abandoned: another holder has the session
//
// A watch is used for one turn after the other, and its timer is left running: to stop it and
// to set it anew would cost more than the rest.
type watch struct {
	extend      func() bool     // returns false if the lease is lost
	abandon     func(lost bool) // takes the session away from a turn that does not end
	showLoading func(ctx context.Context, chat string)

	mu        sync.Mutex
	timer     *time.Timer
	armed     bool            // the timer is set; it stays so when the turn it was set for is over
	ctx       context.Context // of the turn that is watched
	cancel    context.CancelFunc
	chat      string        // where somebody waits; empty if nobody does, or was told
	tell      time.Time     // when that user is told that the answer takes a while; zero for never
	next      time.Time     // when there is something to do
	grow      time.Time     // when the lease is first extended
	ticks     time.Time     // what the timer is set to
	end       time.Time     // of the context
	hold      time.Time     // until when the lease is extended
	every     time.Duration // how often the lease is extended
	over      bool          // the turn is over
	lost      bool          // the lease is another's
	decided   bool          // the actions have returned
	abandoned bool          // the actions did not return, and abandon was called
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

// awaited notes that the user of a one-to-one chat waits for the turn.
func (w *watch) awaited(chat string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.chat = chat
}

// begin looks after a turn until done is called, and returns the context of its actions. The context
// ends after limit; the lease is extended every so often; a user who waits is told after patience,
// unless patience is zero.
func (w *watch) begin(limit, every, patience time.Duration) context.Context {
	now, first := time.Now(), min(every, limit)
	w.mu.Lock()
	defer w.mu.Unlock()
	ctx := &turnContext{end: now.Add(limit)}
	ctx.Context, w.cancel = context.WithCancel(context.Background())
	w.ctx, w.chat, w.tell, w.grow = ctx, "", time.Time{}, now.Add(every)
	if patience > 0 {
		w.tell = now.Add(patience)
		first = min(first, patience)
	}
	w.next, w.end, w.hold = now.Add(first), ctx.end, now.Add(maxHold*limit)
	w.every, w.over, w.lost, w.decided, w.abandoned = every, false, false, false, false
	if !w.armed || w.ticks.After(now.Add(first)) {
		w.armed = true
		w.set(first)
	}
	return ctx
}

// set is called with mu held.
func (w *watch) set(d time.Duration) {
	w.ticks = time.Now().Add(d)
	if w.timer == nil {
		w.timer = time.AfterFunc(d, w.tick)
	} else {
		w.timer.Reset(d)
	}
}

func (w *watch) tick() {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	if w.over || w.abandoned {
		w.armed = false
		return
	}
	if now.After(w.hold) {
		w.armed = false
		if !w.decided {
			w.abandoned = true
			w.abandon(w.lost)
		}
		return
	}
	if wait := w.next.Sub(now); wait > 0 { // it was set for a turn before
		w.set(wait)
		return
	}
	if !now.Before(w.end) {
		w.cancel()
	}
	if w.tellUser(now) {
		return
	}
	if !w.lost && !w.extend() { // the end of the turn waits for it
		w.lost = true
		w.cancel()
	}
	wait := w.every
	if !w.tell.IsZero() {
		wait = min(wait, w.tell.Sub(now))
	}
	if left := w.end.Sub(now); left > 0 {
		wait = min(wait, left)
	}
	w.next = now.Add(wait)
	w.set(wait)
}

// tellUser tells the user who waits that the answer takes a while, when it is time. It returns true
// if it is too early for anything else.
func (w *watch) tellUser(now time.Time) bool {
	if w.tell.IsZero() || now.Before(w.tell) {
		return false
	}
	w.tell = time.Time{}
	if w.chat != "" && !w.decided {
		w.showLoading(w.ctx, w.chat)
	}
	if !now.Before(w.grow) {
		return false
	}
	w.next = w.grow // to extend before would make the end of the turn wait
	if now.Before(w.end) && w.end.Before(w.grow) {
		w.next = w.end
	}
	w.set(w.next.Sub(now))
	return true
}

// decide is called when the user code of the turn has returned. It returns errStuck if the session
// was taken away from it, and session.ErrFenced if the lease was lost.
func (w *watch) decide() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.decided = true
	switch {
	case w.abandoned:
		return errStuck
	case w.lost:
		return session.ErrFenced
	default:
		return nil
	}
}

// done ends the watch, and returns whether the session was taken away from the turn.
func (w *watch) done() (abandoned bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	w.cancel()
	w.ctx = nil
	return w.abandoned
}
