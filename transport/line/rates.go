package line

import (
	"context"
	"net/http"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// rates keep calls below LINE's rates, so that a burst is drawn out by milliseconds where a 429
// would cost a second. Only the rates per second are here: nobody waits for the others, which
// are per minute and hour, and LINE counts better than we. LINE's algorithm is a token bucket,
// whose size it does not tell.
// https://developers.line.biz/en/reference/messaging-api/#rate-limits
type rates struct {
	reply, push, multicast, loading, menus, slow, rest *rate.Limiter
}

// newRates shares LINE's rates between so many processes. Replies and pushes have a limiter only
// if their number is given: a process alone hardly comes near their 2,000 a second, and a test
// against a stand-in for LINE shall be as fast as it can.
func newRates(processes int) *rates {
	share := func(perSecond int) *rate.Limiter {
		own := max(perSecond/max(processes, 1), 1)
		return rate.NewLimiter(rate.Limit(own), own)
	}
	r := &rates{
		multicast: share(200), loading: share(100), menus: share(10), slow: share(200), rest: share(2000),
	}
	if processes > 0 {
		r.reply, r.push = share(2000), share(2000)
	}
	return r
}

// of returns the limiter for a call of HTTPClient.
func (r *rates) of(method, path string) *rate.Limiter {
	switch {
	case strings.HasSuffix(path, "/v2/bot/message/multicast"):
		return r.multicast
	case strings.HasSuffix(path, "/v2/bot/message/push"):
		return r.push
	case strings.HasSuffix(path, "/v2/bot/message/reply"):
		return r.reply
	case strings.HasSuffix(path, "/v2/bot/chat/loading/start"):
		return r.loading
	case method == http.MethodGet && strings.HasSuffix(path, "/v2/bot/richmenu/list"):
		return r.menus
	case strings.Contains(path, "/v2/bot/membership/"), strings.Contains(path, "/v2/bot/coupon"):
		return r.slow
	default:
		return r.rest
	}
}

// pace waits until a call may be made. If that is longer than most, it does not wait and returns
// how long it would be.
func pace(ctx context.Context, l *rate.Limiter, most time.Duration) (tooLong time.Duration, err error) {
	if l == nil || l.Allow() {
		return 0, nil
	}
	r := l.Reserve()
	wait := r.Delay()
	if wait <= 0 {
		return 0, nil
	}
	if wait > most {
		r.Cancel()
		return wait, nil
	}
	if err := sleep(ctx, wait); err != nil {
		r.Cancel()
		return 0, err
	}
	return 0, nil
}

// paceError says that a call was not made, for there are too many.
type paceError struct {
	wait time.Duration
	err  error // of the context that ended
}

func (e *paceError) Error() string { return "line: too many calls wait already" }
func (e *paceError) Unwrap() error { return e.err }
