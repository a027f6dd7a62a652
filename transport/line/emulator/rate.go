package emulator

import (
	"net/http"
	"time"
)

// rate is how often an endpoint may be called.
type rate struct {
	calls int
	per   time.Duration
}

// usual is LINE's limit where its reference names no other.
var usual = rate{2000, time.Second}

// bucket is a token bucket, which is LINE's way to limit: it holds the calls of one period, and
// fills up evenly.
type bucket struct {
	calls  float64
	filled time.Time
}

// limited counts a call of an endpoint. It refuses the call if there were too many.
func (p *Platform) limited(e *endpoint) *answer {
	if p.opt.NoRateLimits {
		return nil
	}
	limit := e.rate
	if limit.calls == 0 {
		limit = usual
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now, most := p.opt.Now(), float64(limit.calls)
	b := p.buckets[e]
	if b == nil {
		b = &bucket{calls: most, filled: now}
		p.buckets[e] = b
	}
	refill := most * float64(now.Sub(b.filled)) / float64(limit.per)
	b.calls, b.filled = min(most, b.calls+max(refill, 0)), now
	if b.calls < 1 {
		return new(refuse(http.StatusTooManyRequests, statusMessage(http.StatusTooManyRequests)))
	}
	b.calls--
	return nil
}
