package line

import (
	"context"
	"net/http"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
)

// rates keep calls below LINE's rates, so that a burst is drawn out by milliseconds where a 429
// would cost a second. Only the rates per second are here: nobody waits for the others, which
// are per minute and hour, and LINE counts better than we. LINE's algorithm is a token bucket,
// whose size it does not tell.
// https://developers.line.biz/en/reference/messaging-api/#rate-limits
type rates struct {
	reply, push, multicast, loading, menus, slow, rest *rate.Limiter

	fixed bool // the number of processes is
}

func newRates(processes int) *rates {
	r := &rates{fixed: processes != 0}
	for _, l := range r.all() {
		*l.limiter = rate.NewLimiter(r.part(&l, processes))
	}
	return r
}

// limit is one of LINE's rates, in calls a second.
type limit struct {
	limiter   **rate.Limiter
	perSecond int
}

func (r *rates) all() [7]limit {
	return [...]limit{
		{&r.reply, 2000}, {&r.push, 2000}, {&r.multicast, 200}, {&r.loading, 100}, {&r.menus, 10},
		{&r.slow, 200}, {&r.rest, 2000},
	}
}

// part is one process's part of a limit. Replies and pushes of one that is alone are not held up,
// unless it was said to be: it hardly comes near 2,000 a second, and a test against a stand-in for
// LINE shall be as fast as it can.
func (r *rates) part(l *limit, processes int) (perSecond rate.Limit, burst int) {
	burst = max(l.perSecond/max(processes, 1), 1)
	alone := processes <= 1 && !r.fixed && (l.limiter == &r.reply || l.limiter == &r.push)
	if processes < 0 || alone {
		return rate.Inf, burst
	}
	return rate.Limit(burst), burst
}

// SetProcesses says how many processes call LINE for the account now, this one among them: LINE
// limits the calls of all together. The channel keeps to its share of LINE's rates of calls per
// second, if Options.Processes is zero. A bot calls it with what its store counts.
func (c *Channel) SetProcesses(account string, processes int) {
	if c.rates.fixed || account != c.name {
		return
	}
	for _, l := range c.rates.all() {
		perSecond, burst := c.rates.part(&l, max(processes, 1))
		(*l.limiter).SetBurst(burst)
		(*l.limiter).SetLimit(perSecond)
	}
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
	if l.Allow() {
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
	if err := httpcall.Pause(ctx, wait); err != nil {
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
