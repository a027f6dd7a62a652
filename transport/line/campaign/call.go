package campaign

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
)

const (
	attemptTimeout = 30 * time.Second

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
}

func (a *answer) ok() bool { return a.status >= 200 && a.status < 300 }

// passing reports whether the same call may succeed later.
func (a *answer) passing() bool {
	return a.status >= 500 || a.status == http.StatusRequestTimeout ||
		a.status == http.StatusTooManyRequests && !a.refusal.MonthlyLimit()
}

// acted reports whether LINE may have done what a call asked for that was not a success.
func (a *answer) acted() bool {
	return a.status >= 500 || a.status == http.StatusRequestTimeout
}

// do makes one attempt at a send, or calls for an answer, which the channel may repeat. The key may
// be empty. An answer beside an error is LINE's to the channel, which it refused an access token: the
// call was not made.
func do(ctx context.Context, ch *line.Channel, method, path, key string, body []byte) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, ch.Endpoint()+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("campaign: the channel's address: %w", err)
	}
	req.Header.Set("User-Agent", httpcall.UserAgent)
	if method == http.MethodPost {
		req.GetBody = nil // so that no attempt is made but those that are counted here
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set(httpcall.RetryKey, key)
	}
	res, err := ch.HTTPClient().Do(req)
	if err != nil {
		return refusedToken(err), fmt.Errorf("campaign: call: %w", httpcall.WithoutURL(err))
	}
	a := &answer{
		status:     res.StatusCode,
		request:    res.Header.Get(httpcall.RequestID),
		accepted:   res.Header.Get(httpcall.AcceptedRequestID),
		retryAfter: res.Header.Get(httpcall.RetryAfter),
	}
	a.body, err = httpcall.Body(res)
	if err != nil && !(method == http.MethodPost && (a.ok() || a.status == http.StatusConflict)) {
		return nil, fmt.Errorf("campaign: answer: %w", err) // a send's status alone says that LINE has it
	}
	res.Body = io.NopCloser(bytes.NewReader(a.body))
	a.refusal = line.ErrorOf(res)
	return a, nil
}

// refusedToken returns nil if the error does not say that there was no token to make the call with.
func refusedToken(err error) *answer {
	var refusal *line.APIError
	if !errors.As(err, &refusal) {
		return nil
	}
	return &answer{status: refusal.Status, refusal: refusal}
}

// delay is how long to wait after the nth failure in a row, counted from 0. The answer is nil
// if there was none.
func delay(n int, a *answer) time.Duration {
	first, most := firstDelay, maxDelay
	if a != nil && a.status == http.StatusTooManyRequests {
		first, most = firstRate, maxRate
	}
	d := httpcall.Backoff(n+1, first, most)
	d = d/2 + rand.N(d/2+1) // so that several processes do not come back together
	if a != nil {
		if s, err := strconv.ParseUint(a.retryAfter, 10, 32); err == nil {
			return max(d, min(time.Duration(s)*time.Second, maxRetryAfter))
		}
	}
	return d
}
