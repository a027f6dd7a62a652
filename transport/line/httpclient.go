package line

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
)

const (
	// DefaultDataEndpoint is where LINE keeps what users send, and the images of rich menus.
	DefaultDataEndpoint = "https://api-data.line.me"

	// quietTimeout is how long the API may say nothing in the middle of a call.
	quietTimeout = 30 * time.Second
	maxAttempts  = 3
	// repeatDelay is the wait before the second attempt; it doubles, and has a random part.
	repeatDelay = 200 * time.Millisecond
	// patience is the longest wait before another attempt. An answer that asks for more is
	// left to the caller.
	patience = 10 * time.Second
)

var errForeign = errors.New("line: not an address of the API")

// HTTPClient returns the client for the parts of the API that Channel has no method for. Package
// transport/line/sdk puts LINE's SDK on top of it. Its requests may go to Endpoint and
// DataEndpoint only, carry the current channel access token, and follow no redirects. They are
// broken off if LINE says nothing for 30 s.
//
// A request is made again, up to twice, where this can do nothing twice: after a 401, with
// another token; after a 429, when it is time, unless the wait is above 10 s or the messages of
// the month are used up; after a 5xx or no answer at all, if it is a GET or carries an
// X-Line-Retry-Key. If LINE then says that an attempt before had been accepted (409), the answer
// is a 200 with the request id of that attempt. A request whose body can be read just once
// (GetBody is nil) is made once.
//
// The client may be used by several goroutines. It is not to be changed.
func (c *Channel) HTTPClient() *http.Client { return c.http }

// Endpoint returns the address of the API, without a slash at its end.
func (c *Channel) Endpoint() string { return c.base.String() }

// DataEndpoint returns the address of the part of the API that holds content.
func (c *Channel) DataEndpoint() string { return c.data.String() }

// caller is the http.RoundTripper of HTTPClient.
type caller struct {
	base      http.RoundTripper
	api       *api
	endpoints [2]*url.URL
	rates     *rates
	quiet     time.Duration
	log       *slog.Logger
	now       func() time.Time
}

func newCaller(c *Channel, client *http.Client) *caller {
	if client == nil || client.Transport == nil {
		client = httpcall.OwnClient()
	}
	return &caller{
		base: client.Transport, api: c.api, endpoints: [2]*url.URL{c.base, c.data},
		rates: c.rates, quiet: quietTimeout, log: c.log, now: c.now,
	}
}

func (t *caller) client() *http.Client { return httpcall.NoRedirects(&http.Client{Transport: t}) }

// RoundTrip implements http.RoundTripper.
func (t *caller) RoundTrip(req *http.Request) (*http.Response, error) {
	if !t.ours(req.URL) {
		closeBody(req)
		return nil, errForeign
	}
	// LINE says what becomes of calls for which the wait would be too long.
	if _, err := pace(req.Context(), t.rates.of(req.Method, req.URL.Path), patience); err != nil {
		closeBody(req)
		return nil, err
	}
	inDoubt := false // an attempt may have been accepted
	for n := 1; ; n++ {
		resp, err := t.authorized(req, n > 1)
		t.note(req, resp, err)
		if inDoubt && resp != nil && resp.StatusCode == http.StatusConflict {
			accepted(resp)
		}
		wait, unknown := t.next(req, resp, err, n)
		if wait <= 0 {
			return resp, err
		}
		inDoubt = inDoubt || unknown
		if resp != nil {
			_ = resp.Body.Close()
		}
		if err := httpcall.Pause(req.Context(), wait); err != nil {
			return nil, err
		}
	}
}

func (t *caller) ours(u *url.URL) bool {
	for _, e := range t.endpoints {
		if u.Scheme == e.Scheme && u.Host == e.Host && (u.Path == e.Path || strings.HasPrefix(u.Path, e.Path+"/")) {
			return true
		}
	}
	return false
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}

// next returns how long to wait before another attempt, or zero if this was the last, and
// whether the one that failed may have been accepted.
func (t *caller) next(req *http.Request, resp *http.Response, err error, n int) (wait time.Duration, unknown bool) {
	if n == maxAttempts || req.Context().Err() != nil || !repeatable(req) {
		return 0, false
	}
	backOff := httpcall.Backoff(n, repeatDelay, patience) + rand.N(repeatDelay)
	var noToken *tokenError
	switch {
	case errors.As(err, &noToken):
		return 0, false
	case err == nil && resp.StatusCode == http.StatusTooManyRequests:
		if ErrorOf(resp).MonthlyLimit() {
			return 0, false
		}
		wait = retryAfter(resp.Header.Get("Retry-After"), t.now(), rateDelay)
	case err != nil || resp.StatusCode >= 500 || resp.StatusCode == http.StatusRequestTimeout:
		if req.Method != http.MethodGet && req.Header.Get(httpcall.RetryKey) == "" {
			return 0, false
		}
		wait, unknown = backOff, true
		if err == nil {
			wait = retryAfter(resp.Header.Get("Retry-After"), t.now(), backOff)
		}
	}
	if wait > patience {
		return 0, false
	}
	return wait, unknown
}

func repeatable(req *http.Request) bool {
	return req.Body == nil || req.Body == http.NoBody || req.GetBody != nil
}

// accepted makes the answer of a repeated request a success.
func accepted(resp *http.Response) {
	resp.StatusCode, resp.Status = http.StatusOK, "200 OK"
	if id := resp.Header.Get("X-Line-Accepted-Request-Id"); id != "" {
		resp.Header.Set("X-Line-Request-Id", id)
	}
}

func (t *caller) note(req *http.Request, resp *http.Response, err error) {
	ctx := req.Context()
	if !t.log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	attrs := []slog.Attr{slog.String("call", req.Method)} // the path may name a user
	if err == nil {
		attrs = append(attrs, slog.Int("status", resp.StatusCode),
			slog.String("request", resp.Header.Get("X-Line-Request-Id")))
	} else {
		attrs = append(attrs, slog.Any("error", err))
	}
	t.log.LogAttrs(ctx, slog.LevelDebug, "line: API call", attrs...)
}
