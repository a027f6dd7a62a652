package campaign

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/transport/line"
)

// Client makes calls to the Messaging API, with the access token of the account. The client of
// LINE's SDK is one, *messaging_api.MessagingApiAPI: make it with sdk.Client, of the context that
// the campaign has, as the SDK puts that in place of the request's. It may repeat a request by itself.
type Client interface {
	// Do sends a request.
	Do(*http.Request) (*http.Response, error)
	// Url returns the address of a path of the API.
	Url(path string) string
}

const (
	attemptTimeout = 30 * time.Second
	maxAnswer      = 64 << 10

	firstDelay    = 500 * time.Millisecond
	maxDelay      = 30 * time.Second
	firstRate     = time.Second // after a 429
	maxRate       = time.Minute // at which LINE lets one more broadcast pass
	maxRetryAfter = 5 * time.Minute
)

// answer is what matters of a response.
type answer struct {
	status     int
	request    string // LINE's id of the call
	accepted   string // of the call that was accepted under the same retry key
	retryAfter string
	body       []byte
	refusal    *line.APIError // nil if it is a success
	// repeated says that the client made more than one attempt, which it does not tell apart.
	repeated bool
}

func (a *answer) ok() bool { return a.status >= 200 && a.status < 300 }

// passing reports whether the same call may succeed later.
func (a *answer) passing() bool {
	return a.status >= 500 || a.status == http.StatusRequestTimeout ||
		a.status == http.StatusTooManyRequests && !a.refusal.MonthlyLimit()
}

// acted reports whether LINE may have done what a call asked for that was not a success.
func (a *answer) acted() bool {
	return a.status >= 500 || a.status == http.StatusRequestTimeout || a.repeated
}

// do makes one attempt. The key may be empty.
func do(ctx context.Context, c Client, method, address, key string, body []byte) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("campaign: the client's address: %w", err)
	}
	var repeated atomic.Bool
	if method == http.MethodPost {
		req.GetBody = func() (io.ReadCloser, error) {
			repeated.Store(true)
			return io.NopCloser(bytes.NewReader(body)), nil
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Line-Retry-Key", key)
	}
	res, err := c.Do(req)
	if err != nil {
		return nil, fmt.Errorf("campaign: call: %w", err)
	}
	defer res.Body.Close()
	a := &answer{
		status:     res.StatusCode,
		request:    res.Header.Get("X-Line-Request-Id"),
		accepted:   res.Header.Get("X-Line-Accepted-Request-Id"),
		retryAfter: res.Header.Get("Retry-After"),
	}
	a.body, err = io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	a.repeated = repeated.Load()
	if err != nil && !(method == http.MethodPost && (a.ok() || a.status == http.StatusConflict)) {
		return nil, fmt.Errorf("campaign: answer: %w", err) // a send's status alone says that LINE has it
	}
	res.Body = io.NopCloser(bytes.NewReader(a.body))
	a.refusal = line.ErrorOf(res)
	return a, nil
}

// delay is how long to wait after the nth failure in a row, counted from 0. The answer is nil
// if there was none.
func delay(n int, a *answer) time.Duration {
	first, most := firstDelay, maxDelay
	if a != nil && a.status == http.StatusTooManyRequests {
		first, most = firstRate, maxRate
	}
	d := min(first<<min(n, 10), most)
	d = d/2 + rand.N(d/2+1) // so that several processes do not come back together
	if a != nil {
		if s, err := strconv.ParseUint(a.retryAfter, 10, 32); err == nil {
			return max(d, min(time.Duration(s)*time.Second, maxRetryAfter))
		}
	}
	return d
}

// pause waits, or returns why the context ended.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
