package bot

import (
	"sync"
	"sync/atomic"
	"time"
)

// maxIdle is how many goroutines wait for more work. A goroutine that ran a turn has a stack that is
// large enough for the next; to grow a new one costs a third of a turn.
const maxIdle = 64

// crew is the goroutines of a bot, and what Shutdown waits for.
type crew struct {
	work chan func()   // hands work to a goroutine that is idle
	idle atomic.Int64  // goroutines that wait for work
	stop chan struct{} // closed when Shutdown begins

	mu      sync.Mutex // guards closing, and busy.Add against busy.Wait
	closing bool
	busy    sync.WaitGroup // turns, deliveries and the sweep
}

func (c *crew) init() { c.work, c.stop = make(chan func()), make(chan struct{}) }

// start runs f in the background. It returns false, and runs nothing, once Shutdown has begun.
func (c *crew) start(f func()) bool {
	return c.launch(func() {
		defer c.busy.Done()
		f()
	})
}

// startOrRun runs f in the background, or in the caller's goroutine once Shutdown has begun. It is
// for outputs that the store handed to this process: no other process may send them before the
// delivery lease ends.
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

// launch is start for an f that calls busy.Done itself.
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

func (c *crew) hand(f func()) {
	select {
	case c.work <- f:
	default:
		go c.loop(f)
	}
}

// loop runs f, and then what is handed to it.
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

// sleep waits. It returns false at once when Shutdown begins.
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

// close lets start and launch refuse from now on. It may be called again.
func (c *crew) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closing {
		c.closing = true
		close(c.stop)
	}
}
