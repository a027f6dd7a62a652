package bot

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

const (
	// maxUnderWay is how many bytes of events wait for the store at once. With a webhook limit
	// alone, a store that does not answer would let webhooks of a megabyte each pile up.
	maxUnderWay = 64 << 20
	// eventCost is what an event costs besides its own bytes: a goroutine and a call.
	eventCost = 4 << 10
)

// gate bounds what waits for the store.
type gate struct {
	webhooks int64 // how many may
	in, size atomic.Int64
}

// enter is false if there is no room. In both cases leave must follow. A webhook that is alone
// is let in whatever its size: it would not be smaller when it comes again.
func (g *gate) enter(size int64) bool {
	n := g.in.Add(1)
	return g.size.Add(size) <= maxUnderWay && n <= g.webhooks || n == 1
}

func (g *gate) leave(size int64) {
	g.size.Add(-size)
	g.in.Add(-1)
}

// weigh returns what the events cost while they are under way.
func weigh(events []transport.Event) int64 {
	size := int64(len(events)) * eventCost
	for i := range events {
		size += int64(len(events[i].Raw))
	}
	return size
}

const (
	minBurst  = 20
	groupRate = 10 // how many users' rates a group has
)

// rates bounds how many events of one user, or of one group, come as far as the store. Each
// has a time up to which its events are paid for (GCRA), and may be ahead of the clock by the
// burst. Entries that are behind the clock say nothing and are forgotten, by the generation.
type rates struct {
	each, burst time.Duration // each is zero for no bound
	seed        maphash.Seed
	began       time.Time

	mu         sync.Mutex
	paid, prev map[uint64]time.Duration
	turned     time.Duration // when paid became prev
}

func (r *rates) limit(perSecond int) {
	if perSecond < 0 {
		return
	}
	r.each = max(time.Second/time.Duration(perSecond), 1)
	r.burst = max(2*time.Second, minBurst*r.each)
	r.seed, r.began = maphash.MakeSeed(), time.Now()
	r.paid, r.prev = make(map[uint64]time.Duration), make(map[uint64]time.Duration)
}

// take reports whether an event of the source may come in now.
func (r *rates) take(s *transport.Source, now time.Time) bool {
	if r.each == 0 {
		return true
	}
	t := now.Sub(r.began)
	r.mu.Lock()
	defer r.mu.Unlock()
	if t-r.turned >= r.burst { // what is not in paid is behind the clock by now
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

func (r *rates) key(channel, id string, kind byte) uint64 {
	var h maphash.Hash
	h.SetSeed(r.seed)
	_, _ = h.WriteString(channel)
	_ = h.WriteByte(kind)
	_, _ = h.WriteString(id)
	return h.Sum64()
}

// pay is called with mu held.
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

// logEvery is how often the log says that events are left out.
const logEvery = 10 * time.Second

// rarely keeps a flood of events from becoming a flood of log lines.
type rarely struct {
	count atomic.Int64
	next  atomic.Int64 // Unix nanoseconds
}

// note counts, and returns how many there were since the last line if it is time for one.
func (r *rarely) note(now time.Time) (n int64) {
	r.count.Add(1)
	at := r.next.Load()
	if now.UnixNano() < at || !r.next.CompareAndSwap(at, now.Add(logEvery).UnixNano()) {
		return 0
	}
	return r.count.Swap(0)
}
