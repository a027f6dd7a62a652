package bot

import (
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// env is what the workers of one bot share.
type env struct {
	channel Channel
	store   session.Store
	o       Options
	clock   clock
	stats   stats
	crew    crew
}

// clock is the store's clock, which all processes share. It tells the age of events and outputs.
type clock struct {
	ahead atomic.Int64 // of this machine's clock, in nanoseconds
}

func (c *clock) set(now time.Time) { c.ahead.Store(int64(time.Until(now))) }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }
