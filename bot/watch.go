package bot

import (
	"context"
	"sync"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// maxHold is how many times its limit an action may take that ignores its context.
const maxHold = 6

// watch looks after a turn that takes long. With the default options:
//
//	1 s         the user is shown that an answer is on its way
//	1.2 s ...   the lease of 3.5 s is extended, until the turn is over
//	10 s        the context of the actions ends
//	60 s        an action that still hangs loses the session to another holder (abandon)
//
// If the store answers an extension with ErrFenced, another process has the lease, and the context
// ends at that moment. One timer serves for all of this, because most turns are over long before it
// fires.
//
// The states of a watch. The flags lost, decided and abandoned say which state it is; over says that
// it is idle.
//
//	          begin             decide              done
//	  idle -----------> watching -----> decided ----------> idle
//	                     |    |           ^
//	   another process   |    |           | decide returns ErrFenced
//	   has the lease     v    |           |
//	                   lost --|-----------+
//	                     |    |
//	               60 s  v    v  60 s
//	                   abandoned      decide returns errStuck when, or if, the action returns.
//	                                  The watch and its holder are not used again.
//
//	watching    the actions run, and this process has the lease
//	lost        the actions run, their context has ended, and another process runs the same event
//	decided     the actions have returned, and the holder stores what they did. The lease is extended
//	            in this state too. A lease that is lost now is noticed by the store: Commit returns
//	            ErrFenced
//	abandoned   the actions run or hang, and another holder has the session
//
// A watch is used for one turn after the other. Its timer is not stopped at the end of a turn,
// because to stop it and to set it again costs more than all else that a watch does. A timer that was
// set for an earlier turn fires too early for the present one: tick then sets it for the rest.
type watch struct {
	extend      func() bool     // returns false if the lease is lost
	abandon     func(lost bool) // takes the session away from a turn that does not end
	showLoading func(ctx context.Context, chat transport.Source)

	mu        sync.Mutex
	timer     *time.Timer
	armed     bool            // the timer is set, for this turn or for an earlier one
	ctx       context.Context // of the turn that is watched
	cancel    context.CancelFunc
	chat      transport.Source // the one-to-one chat whose user waits; zero if nobody waits
	tell      time.Time        // when that user is shown that an answer is on its way; zero for never
	next      time.Time        // when tick has something to do
	grow      time.Time        // when the lease is extended for the first time
	ticks     time.Time        // when the timer fires
	end       time.Time        // when the context ends
	hold      time.Time        // when the lease is no longer extended, and a hanging action is abandoned
	every     time.Duration    // how often the lease is extended
	over      bool             // the turn is over
	lost      bool             // another process has the lease
	decided   bool             // the actions have returned
	abandoned bool             // the actions did not return in time, and abandon was called
}

// turnContext is the context of the actions of one turn. It has a deadline and no timer of its own:
// the watch cancels it when the deadline has passed.
type turnContext struct {
	context.Context
	end time.Time
}

func (c *turnContext) Deadline() (time.Time, bool) { return c.end, true }

// Err tells a deadline that has passed from a lease that was lost, though both are a cancellation.
func (c *turnContext) Err() error {
	err := c.Context.Err()
	if err != nil && !time.Now().Before(c.end) {
		return context.DeadlineExceeded
	}
	return err
}

// awaited notes that the user of a one-to-one chat waits for the turn. Without it nobody is shown that
// an answer is on its way.
func (w *watch) awaited(chat transport.Source) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.chat = chat
}

// begin looks after a turn until done is called, and returns the context of its actions. The context
// ends after limit. The lease is extended whenever the time every has passed. A user who waits is
// shown that an answer is on its way after patience, or never if patience is zero.
func (w *watch) begin(limit, every, patience time.Duration) context.Context {
	now, first := time.Now(), min(every, limit)
	w.mu.Lock()
	defer w.mu.Unlock()
	ctx := &turnContext{end: now.Add(limit)}
	ctx.Context, w.cancel = context.WithCancel(context.Background())
	w.ctx, w.chat, w.tell, w.grow = ctx, transport.Source{}, time.Time{}, now.Add(every)
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

// set lets the timer fire after d. The caller holds mu.
func (w *watch) set(d time.Duration) {
	w.ticks = time.Now().Add(d)
	if w.timer == nil {
		w.timer = time.AfterFunc(d, w.tick)
	} else {
		w.timer.Reset(d)
	}
}

// tick does what is due, and sets the timer for what is due next. The timer calls it.
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
	if wait := w.next.Sub(now); wait > 0 { // the timer was set for an earlier turn
		w.set(wait)
		return
	}
	if !now.Before(w.end) {
		w.cancel()
	}
	if w.tellUser(now) {
		return
	}
	// The call of the store is made with mu held, so that a turn that ends meanwhile waits for it in
	// decide: whether the lease is lost is known before the turn is committed.
	if !w.lost && !w.extend() {
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

// tellUser shows a user who waits that an answer is on its way, when it is time. It returns true if it
// has set the timer again, because it is too early for anything else.
func (w *watch) tellUser(now time.Time) bool {
	if w.tell.IsZero() || now.Before(w.tell) {
		return false
	}
	w.tell = time.Time{}
	if w.chat.Chat != transport.ChatNone && !w.decided {
		w.showLoading(w.ctx, w.chat)
	}
	if !now.Before(w.grow) {
		return false
	}
	// The lease is not extended yet: a turn that ends meanwhile would wait for the store's answer, and
	// most turns end before grow.
	w.next = w.grow
	if now.Before(w.end) && w.end.Before(w.grow) {
		w.next = w.end
	}
	w.set(w.next.Sub(now))
	return true
}

// decide is called when the actions of the turn have returned. It says whether their result may be
// committed: it returns errStuck if the session was given to another holder, and session.ErrFenced if
// another process has the lease. After decide, the turn is not abandoned any more.
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

// done ends the watch of a turn. It returns true if the session was given to another holder.
func (w *watch) done() (abandoned bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	w.cancel()
	w.ctx = nil
	return w.abandoned
}
