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
	channel  Channel
	accounts accounts
	store    session.Store
	o        Options
	clock    clock
	stats    stats
	crew     crew
	outage   outage

	leftAlone rarely // the log of what belongs to other accounts

	process  [4]byte  // begins all lease tokens: by it the store knows this process again
	settling settling // what this process does now, with Options.ProcessBeforeResponse

	lateOutputs, lateEvents, newer backlog // sessions in which something waits: see Stats
	letters                        letterCount
	strangers                      strangers
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
// not take fresh events for old ones. It counts on by the monotonic clock, so that it does no harm either
// if somebody sets the machine's clock meanwhile.
type clock struct {
	began time.Time    // when the bot was made, by this machine's clock
	start atomic.Int64 // the same moment by the store's clock, in nanoseconds since 1970
	told  atomic.Int64 // when the store told its time last, in nanoseconds since began; 0 for never
}

func (c *clock) init() {
	c.began = time.Now()
	c.start.Store(c.began.UnixNano())
}

// set is called with the time that each Begin brings.
func (c *clock) set(now time.Time) {
	up := int64(time.Since(c.began))
	c.start.Store(now.UnixNano() - up)
	c.told.Store(max(up, 1))
}

// now returns the time of the store's clock; that of this machine, if the store has not told its own yet.
func (c *clock) now() time.Time { return c.at(time.Now()) }

// at returns what the store's clock says when this machine's says now. A turn reads the clock as seldom as it can:
// each reading takes some 50 ns.
func (c *clock) at(now time.Time) time.Time {
	return time.Unix(0, c.start.Load()+int64(now.Sub(c.began)))
}

// toldWithin reports whether the store told its time within the last d, up to now by this machine's clock.
func (c *clock) toldWithin(d time.Duration, now time.Time) bool {
	told := c.told.Load()
	return told != 0 && now.Sub(c.began)-time.Duration(told) < d
}

// newToken draws the name of a lease.
func (e *env) newToken() session.LeaseToken {
	var t session.LeaseToken
	copy(t[:], e.process[:])
	binary.BigEndian.PutUint32(t[4:], rand.Uint32())
	return t
}
