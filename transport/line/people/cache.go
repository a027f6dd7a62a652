package people

import (
	"maps"
	"sync"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// cacheKey names a user in a chat. The chat is empty for the profile of a one-to-one chat.
type cacheKey struct{ chat, user string }

type kept struct {
	profile Profile
	until   time.Time
}

// cache keeps profiles for a while.
type cache struct {
	keep time.Duration
	max  int
	now  func() time.Time

	mu      sync.Mutex
	entries map[cacheKey]kept
	drops   int // how often something was to be forgotten
}

// get returns a profile, or the point in time to give to put.
func (c *cache) get(k cacheKey) (p Profile, since int, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[k]
	if ok && !c.now().Before(e.until) {
		delete(c.entries, k)
		ok = false
	}
	return e.profile, c.drops, ok
}

// put keeps a profile, unless something was forgotten since it was asked for.
func (c *cache) put(k cacheKey, p Profile, since int) {
	if c.keep < 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if since != c.drops {
		return
	}
	if c.entries == nil {
		c.entries = map[cacheKey]kept{}
	}
	now := c.now()
	makeRoom(c.entries, c.max, func(e kept) bool { return !now.Before(e.until) })
	c.entries[k] = kept{p, now.Add(c.keep)}
}

// makeRoom makes room for one more in a map of up to so many: it drops what is over, or else any one.
func makeRoom[K comparable, V any](m map[K]V, most int, over func(V) bool) {
	if len(m) < most {
		return
	}
	maps.DeleteFunc(m, func(_ K, v V) bool { return over(v) })
	for k := range m {
		if len(m) < most {
			return
		}
		delete(m, k)
	}
}

func (c *cache) drop(k cacheKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drops++
	delete(c.entries, k)
}

func (c *cache) dropChat(chat string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drops++
	for k := range c.entries {
		if k.chat == chat {
			delete(c.entries, k)
		}
	}
}

// forget drops what an event says is over.
func (p *People) forget(e *transport.Event) {
	switch e.Kind {
	case transport.KindUnfollow:
		p.cache.drop(cacheKey{user: e.Source.UserID})
	case transport.KindLeave:
		p.cache.dropChat(e.Source.ChatID)
	case transport.KindMemberLeft:
		for _, user := range line.DetailsOf(e).Members {
			p.cache.drop(cacheKey{e.Source.ChatID, user})
		}
	}
}
