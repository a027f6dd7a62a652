package bot

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

const (
	// maxUnderWay is how many bytes of events may wait for the store at once. A bound on the number of
	// webhooks is not enough: 1,024 webhooks of 1 MiB each are a gigabyte, if the store does not
	// answer.
	maxUnderWay = 64 << 20
	// eventCost is what an event costs besides its own bytes: about a goroutine and a call of the
	// store.
	eventCost = 4 << 10
)

// gate bounds how many webhooks wait for the store at once, and how large they are together. For
// example, with 64 MiB: webhooks of two events of 1 KiB each weigh 10 KiB, so that the number of 1,024
// webhooks is reached first. Webhooks of 100 events of 10 KiB each weigh 1.4 MiB, and the 47th of these
// is refused.
type gate struct {
	webhooks int64        // how many may wait
	in, size atomic.Int64 // how many wait, and what they weigh together
}

// enter returns false if there is no room for one more. In both cases the caller calls leave
// afterwards. A webhook that is alone is let in whatever it weighs: it would weigh the same when it
// comes again.
func (g *gate) enter(size int64) bool {
	n := g.in.Add(1)
	return g.size.Add(size) <= maxUnderWay && n <= g.webhooks || n == 1
}

func (g *gate) leave(size int64) {
	g.size.Add(-size)
	g.in.Add(-1)
}

// weigh returns how many bytes of memory the events of a webhook cost while they wait.
func weigh(events []transport.Event) int64 {
	size := int64(len(events)) * eventCost
	for i := range events {
		size += int64(len(events[i].Raw))
	}
	return size
}

const (
	minBurst  = 20 // events of one user that may come at once, however low the rate is
	groupRate = 10 // a group may have as many events as this many users
)

// rates bounds how many events of one user, and of one group, come as far as the store. The rule is the
// "generic cell rate algorithm" (GCRA): each user has a time up to which their events are paid for, and
// each event moves it on. An event that would move it too far ahead of the clock is left out.
//
// In numbers, with 100 events a second: an event costs 10 ms, and the time may be 2 s ahead. A user who
// was quiet sends 201 events at once. The 200th moves the user's time to 2 s ahead of the clock; the
// 201st is left out. 10 ms later the time is 1.99 s ahead, and one more event is let in. For a group an
// event costs 1 ms, so that 2,000 come in at once.
//
// A time that is behind the clock says nothing, so it is forgotten: every 2 s, paid becomes prev, and
// the old prev is thrown away. What stands there is older than 2 s, and was at most 2 s ahead.
type rates struct {
	each, burst time.Duration // what an event costs, and how far ahead is allowed; each is zero for no bound
	seed        maphash.Seed
	began       time.Time // the times below count from here

	mu         sync.Mutex
	paid, prev map[uint64]time.Duration // up to when events are paid for, of each user and group
	turned     time.Duration            // when paid became prev
}

// limit sets the bound. It is called once, before the first event.
func (r *rates) limit(perSecond int) {
	if perSecond < 0 {
		return
	}
	r.each = max(time.Second/time.Duration(perSecond), 1)
	r.burst = max(2*time.Second, minBurst*r.each)
	r.seed, r.began = maphash.MakeSeed(), time.Now()
	r.paid, r.prev = make(map[uint64]time.Duration), make(map[uint64]time.Duration)
}

// take reports whether an event of the source may come in now. In a group, the user and the group pay
// for it.
func (r *rates) take(s *transport.Source, now time.Time) bool {
	if r.each == 0 {
		return true
	}
	t := now.Sub(r.began)
	r.mu.Lock()
	defer r.mu.Unlock()
	if t-r.turned >= r.burst { // what stands in prev is behind the clock by now
		clear(r.prev)
		r.paid, r.prev, r.turned = r.prev, r.paid, t
	}
	if s.UserID != "" && !r.pay(r.key(s.Channel, s.UserID, 'u'), r.each, t) {
		return false
	}
	if s.Chat == transport.ChatUser && s.UserID != "" {
		return true
	}
	return r.pay(r.key(s.Channel, s.ChatID, 'c'), r.each/groupRate, t)
}

// key returns a hash of a user ('u') or a chat ('c'). With a seed of its own in each process, nobody
// outside can choose ids that fall on the same key.
func (r *rates) key(channel, id string, kind byte) uint64 {
	var h maphash.Hash
	h.SetSeed(r.seed)
	_, _ = h.WriteString(channel)
	_ = h.WriteByte(kind)
	_, _ = h.WriteString(id)
	return h.Sum64()
}

// pay moves the time of the key on by what an event costs, or returns false if that is too far ahead.
// The caller holds mu.
func (r *rates) pay(key uint64, each, t time.Duration) bool {
	paid, ok := r.paid[key]
	if !ok {
		paid = r.prev[key]
	}
	paid = max(paid, t) + each
	if paid > t+r.burst {
		return false
	}
	r.paid[key] = paid
	return true
}

// logEvery is the least time between two lines of the log that say that events were left out.
const logEvery = 10 * time.Second

// rarely keeps a flood of events from becoming a flood of log lines.
type rarely struct {
	count atomic.Int64 // events since the last line
	next  atomic.Int64 // when the next line may come, in Unix nanoseconds
}

// note counts an event. If it is time for a line of the log, it returns how many events there were since
// the last line, otherwise 0.
func (r *rarely) note(now time.Time) (n int64) {
	r.count.Add(1)
	at := r.next.Load()
	if now.UnixNano() < at || !r.next.CompareAndSwap(at, now.Add(logEvery).UnixNano()) {
		return 0
	}
	return r.count.Swap(0)
}
