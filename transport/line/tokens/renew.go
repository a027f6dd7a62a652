package tokens

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/credential"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
)

const (
	// renewTimeout limits one renewal.
	renewTimeout = 3 * time.Second
	// firstRenewDelay is the wait after a renewal that failed; it doubles up to maxRenewDelay.
	firstRenewDelay = time.Second
	maxRenewDelay   = 30 * time.Second
	// maxMargin is how long before its end a token is renewed at the earliest.
	maxMargin = time.Hour
	// refusalDelay is the least time between renewals that are caused by a 401: a new token may
	// be refused like the old one.
	refusalDelay = 10 * time.Second
)

// renewer is a line.TokenSource that asks for a new token before the old one ends. It works only
// when it is asked for a token, and so needs no end of its own.
type renewer struct {
	issue func(context.Context) (token string, life time.Duration, err error)
	log   *slog.Logger

	current atomic.Pointer[issued]

	mu       sync.Mutex
	flight   *flight // the renewal under way
	failed   error   // why the last one failed
	failures int     // how many failed in a row
	resumes  time.Time
	refused  time.Time // when a token was last given up for a 401
}

// issued is a token with the time from which it is to be renewed, and its end.
type issued struct {
	token      string
	renew, end time.Time
}

// flight is one renewal. The error is set once done is closed.
type flight struct {
	done chan struct{}
	err  error
}

// Token implements line.TokenSource. A token that nears its end is renewed in the background.
func (r *renewer) Token(ctx context.Context) (string, error) {
	now := time.Now()
	t := r.current.Load()
	if t != nil && now.Before(t.renew) {
		return t.token, nil
	}
	f := r.start(now)
	if t != nil && now.Before(t.end) {
		return t.token, nil
	}
	select {
	case <-f.done:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if f.err != nil {
		return "", f.err
	}
	return r.current.Load().token, nil
}

// Refused implements line.TokenSource. Calls that were refused together cause one renewal.
func (r *renewer) Refused(token string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t, now := r.current.Load(), time.Now()
	if t == nil || t.token != token || !r.refused.IsZero() && now.Sub(r.refused) < refusalDelay {
		return
	}
	r.refused = now
	r.current.Store(&issued{token: token})
}

// start returns the renewal that is under way, or a new one. Soon after a failure it is the one
// that failed.
func (r *renewer) start(now time.Time) *flight {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.flight != nil {
		return r.flight
	}
	f := &flight{done: make(chan struct{})}
	switch t := r.current.Load(); {
	case t != nil && now.Before(t.renew): // done by another
		close(f.done)
	case now.Before(r.resumes):
		f.err = r.failed
		close(f.done)
	default:
		r.flight = f
		go r.renew(f)
	}
	return f
}

func (r *renewer) renew(f *flight) {
	ctx, cancel := context.WithTimeout(context.Background(), renewTimeout)
	defer cancel()
	start := time.Now() // the token's life began no earlier
	token, life, err := r.issue(ctx)
	if err == nil {
		err = credential.CheckToken(token)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	defer close(f.done)
	r.flight = nil
	if err != nil {
		r.failures++
		pause := httpcall.Backoff(r.failures, firstRenewDelay, maxRenewDelay)
		r.failed, f.err, r.resumes = err, err, time.Now().Add(pause)
		old := r.current.Load()
		r.log.LogAttrs(ctx, slog.LevelError, "line: channel access token not renewed",
			slog.Bool("old_is_good", old != nil && time.Now().Before(old.end)), slog.Any("error", err))
		return
	}
	r.failures, r.resumes = 0, time.Time{}
	end := start.Add(life)
	r.current.Store(&issued{token: token, renew: end.Add(-min(life/3, maxMargin)), end: end})
}

// Format prints nothing of the tokens, whatever the verb.
func (r *renewer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "line.TokenSource") }
