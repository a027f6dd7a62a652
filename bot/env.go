package bot

import (
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// env is what the four workers of one bot share.
type env struct {
	channel Channel
	store   session.Store
	o       Options
	clock   clock
	stats   stats
	crew    crew
	outage  outage
}

// afterOutage is for how long after the store failed the last time other processes may still have to
// acknowledge what they sent meanwhile. They try every 0.5 s, and a call may hang for a while.
const afterOutage = 4 * time.Second

// outage is when this process last saw the store fail, by this machine's clock.
type outage struct{ last atomic.Int64 }

func (o *outage) note() { o.last.Store(time.Now().UnixNano()) }

func (o *outage) recent() bool { return time.Since(time.Unix(0, o.last.Load())) < afterOutage }

// clock tells the time of the store's clock, which all processes share, between two calls of the store.
// The bot judges the age of events and outputs by it, so that a process whose own clock is wrong does
// not take fresh events for old ones.
type clock struct {
	ahead atomic.Int64 // how far the store's clock is ahead of this machine's, in nanoseconds
}

// set is called with the time that each Begin brings.
func (c *clock) set(now time.Time) { c.ahead.Store(int64(time.Until(now))) }

// now returns the time of the store's clock.
func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }
