package bot

import (
	"sync"
	"sync/atomic"
	"time"
)

// maxIdle is how many goroutines may wait for work. A goroutine that ran a turn has a stack that is
// large enough for the next turn; to grow the stack of a new goroutine costs a third of a turn.
const maxIdle = 64

// crew is the goroutines of a bot, and what Shutdown waits for. There are four ways to run work in the
// background, by what happens once Shutdown has begun:
//
//	start        the work is refused
//	startOrRun   the work runs in the caller's goroutine
//	more         the work runs in the background still. The caller is work that Shutdown waits for
//	launch       like start, and the work says by busy.Done when it has ended, perhaps in another
//	             goroutine than it began in
//
// A goroutine of the crew runs one piece of work after the other:
//
//	         +------------------------ more work ------------------------+
//	         v                                                           |
//	work -> runs -> up to 64 goroutines are idle: it waits for work -----+
//	             -> 64 others are idle, or Shutdown has begun: it ends
//
// For example: 100 webhooks come at the same moment, and 100 goroutines run their turns. Then 64 of them
// wait, and 36 end.
type crew struct {
	work chan func()   // without a buffer: hands work to a goroutine that is idle
	idle atomic.Int64  // how many goroutines wait for work
	stop chan struct{} // closed when Shutdown begins

	mu      sync.Mutex     // no busy.Add by launch once closing is set: busy.Wait may have returned
	closing bool           // Shutdown has begun
	busy    sync.WaitGroup // the work that Shutdown waits for: turns, deliveries, the sweep
}

func (c *crew) init() { c.work, c.stop = make(chan func()), make(chan struct{}) }

// start runs f in the background. It returns false, and runs nothing, once Shutdown has begun.
func (c *crew) start(f func()) bool {
	return c.launch(func() {
		defer c.busy.Done()
		f()
	})
}

// startOrRun runs f in the background, or in the caller's goroutine once Shutdown has begun. It is for
// outputs that the store handed to this process: no other process may send them before the delivery
// lease ends, so the user would wait for them.
func (c *crew) startOrRun(f func()) {
	if !c.start(f) {
		f()
	}
}

// more runs f in the background, also while Shutdown waits. The caller is work that Shutdown waits
// for, so that Shutdown waits for f as well.
func (c *crew) more(f func()) {
	c.busy.Add(1)
	c.hand(func() {
		defer c.busy.Done()
		f()
	})
}

// launch is start for an f that calls busy.Done itself. A holder needs it: a turn whose action ends the
// goroutine goes on in another one, and is still the same work.
func (c *crew) launch(f func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return false
	}
	c.busy.Add(1)
	c.hand(f)
	return true
}

// hand gives f to a goroutine that is idle, or to a new one if none is.
func (c *crew) hand(f func()) {
	select {
	case c.work <- f:
	default:
		go c.loop(f)
	}
}

// loop is a goroutine of the crew: it runs f, and then the work that it is given.
func (c *crew) loop(f func()) {
	for {
		f()
		if c.idle.Add(1) > maxIdle {
			c.idle.Add(-1)
			return
		}
		select {
		case f = <-c.work:
			c.idle.Add(-1)
		case <-c.stop:
			c.idle.Add(-1)
			return
		}
	}
}

// sleep waits for d and returns true. It returns false as soon as Shutdown begins.
func (c *crew) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-c.stop:
		return false
	}
}

// stopping reports whether Shutdown has begun.
func (c *crew) stopping() bool {
	select {
	case <-c.stop:
		return true
	default:
		return false
	}
}

// close is the beginning of Shutdown: start and launch refuse from now on, and sleep returns. It may be
// called more than once.
func (c *crew) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closing {
		c.closing = true
		close(c.stop)
	}
}
