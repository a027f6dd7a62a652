package bot

import (
	"encoding/binary"
	"math/rand/v2"
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

	process [4]byte // begins all lease tokens: by it the store knows this process again

	lateOutputs, lateEvents, newer backlog // sessions in which something waits: see Stats
}

// afterOutage is how long after an outage of the store other processes may still have to acknowledge what
// they sent in the outage. They try every 0.5 s, and one call may hang for more than a second.
const afterOutage = 4 * time.Second

// outage is the time at which the sweep of this process last found the store away, by this machine's
// clock.
type outage struct{ last atomic.Int64 }

func (o *outage) note() { o.last.Store(time.Now().UnixNano()) }

// recent reports whether the store was away within afterOutage.
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

// newToken draws the name of a lease.
func (e *env) newToken() session.LeaseToken {
	t := session.LeaseToken(append(e.process[:4:4], 0, 0, 0, 0))
	binary.BigEndian.PutUint32(t[4:], rand.Uint32())
	return t
}
