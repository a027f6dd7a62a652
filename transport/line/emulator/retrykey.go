package emulator

import (
	"net/http"
	"strings"
	"time"
)

// retryKeyLife is how long LINE remembers the key of an accepted call.
const retryKeyLife = 24 * time.Hour

// acceptance is what is remembered of a call under its retry key.
type acceptance struct {
	at        time.Time
	requestID string
	sent      []sentMessage // of a push
}

// acceptedUnder looks the retry key of a call up, and forgets those that are too old. A key that is
// used again counts as a retry even if the body differs: the first call is the one that counts.
// The caller holds p.mu.
func (p *Platform) acceptedUnder(c *call) (answer, bool) {
	now := p.opt.Now()
	if now.Sub(p.keysSwept) > time.Minute {
		p.keysSwept = now
		for k, a := range p.accepted {
			if now.Sub(a.at) >= retryKeyLife {
				delete(p.accepted, k)
			}
		}
	}
	a, ok := p.accepted[c.retryKey()]
	if !ok || now.Sub(a.at) >= retryKeyLife {
		return answer{}, false
	}
	return answer{
		status: http.StatusConflict,
		header: map[string]string{"x-line-accepted-request-id": a.requestID},
		body:   errorBody{Message: "The retry key is already accepted", Sent: a.sent},
	}, true
}

// remember keeps an accepted call under its retry key, if it has one. The caller holds p.mu.
func (p *Platform) remember(c *call, sent []sentMessage) {
	if key := c.retryKey(); key != "" {
		p.accepted[key] = acceptance{at: p.opt.Now(), requestID: c.id, sent: sent}
	}
}

// retryKey is the same for all spellings of a UUID.
func (c *call) retryKey() string { return strings.ToLower(c.Header.Get("X-Line-Retry-Key")) }
