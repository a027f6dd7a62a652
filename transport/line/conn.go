package line

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
)

// pool keeps HTTP/1.1 connections to one host. It does what http.Transport does for a request
// of known size that is not to be repeated, on the caller's goroutine: with a third of the CPU.
//
// It never sends a request twice. A connection that breaks off leaves it open whether the
// request was carried out, and only the caller knows what that means.
type pool struct {
	addr    string
	connect func(ctx context.Context, network, addr string) (net.Conn, error)
	tls     *tls.Config // nil for http
	timeout time.Duration

	mu    sync.Mutex
	idle  []*conn // the one used last at the end
	sweep *time.Timer
}

type conn struct {
	net.Conn
	raw  net.Conn // the connection below TLS
	r    *bufio.Reader
	used time.Time
}

func newPool(base *url.URL, timeout time.Duration) *pool {
	p := &pool{timeout: timeout, connect: (&net.Dialer{KeepAlive: httpcall.KeepAlive}).DialContext}
	port := base.Port()
	if base.Scheme == "https" {
		p.tls = &tls.Config{
			ServerName: base.Hostname(), MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
			ClientSessionCache: tls.NewLRUClientSessionCache(8),
		}
		port = orDefault(port, "443")
	}
	p.addr = net.JoinHostPort(base.Hostname(), orDefault(port, "80"))
	return p
}

// do implements doer.
func (p *pool) do(ctx context.Context, r *request) (*answer, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	deadline := time.Now().Add(p.timeout)
	c, err := p.get(ctx, deadline)
	if err != nil {
		return nil, err
	}
	stop := c.watch(ctx, deadline)
	a, reuse, err := c.exchange(r)
	if stop() && reuse {
		p.put(c)
	} else {
		_ = c.Close()
	}
	switch {
	case err == nil:
		return a, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, context.DeadlineExceeded
	default:
		return nil, err
	}
}

// watch breaks off what c does at the deadline and when ctx ends. Stop is false if it had to.
func (c *conn) watch(ctx context.Context, deadline time.Time) (stop func() bool) {
	_ = c.SetDeadline(deadline)
	if ctx.Done() == nil {
		return func() bool { return true }
	}
	return context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
}

// get returns an idle connection that is still good, or a new one.
func (p *pool) get(ctx context.Context, deadline time.Time) (*conn, error) {
	for {
		p.mu.Lock()
		n := len(p.idle)
		if n == 0 {
			p.mu.Unlock()
			return p.dial(ctx, deadline)
		}
		c := p.idle[n-1]
		p.idle[n-1] = nil
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		if alive(c.raw) {
			return c, nil
		}
		_ = c.Close()
	}
}

func (p *pool) dial(ctx context.Context, deadline time.Time) (*conn, error) {
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	raw, err := p.connect(ctx, "tcp", p.addr)
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: raw, raw: raw}
	if p.tls != nil {
		secured := tls.Client(raw, p.tls)
		if err := secured.HandshakeContext(ctx); err != nil {
			_ = raw.Close()
			return nil, err
		}
		c.Conn = secured
	}
	c.r = bufio.NewReader(c.Conn)
	return c, nil
}

func (p *pool) put(c *conn) {
	c.used = time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) == httpcall.MaxIdle {
		_ = c.Close()
		return
	}
	p.idle = append(p.idle, c)
	if p.sweep == nil {
		p.sweep = time.AfterFunc(httpcall.IdleTimeout, p.closeIdle)
	}
}

// closeIdle closes what was not used for long, and comes again while there is something left.
func (p *pool) closeIdle() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sweep = nil
	now, n := time.Now(), 0
	for n < len(p.idle) && now.Sub(p.idle[n].used) >= httpcall.IdleTimeout {
		_ = p.idle[n].Close()
		n++
	}
	p.idle = append(p.idle[:0], p.idle[n:]...)
	if len(p.idle) > 0 {
		p.sweep = time.AfterFunc(httpcall.IdleTimeout-now.Sub(p.idle[0].used), p.closeIdle)
	}
}

// exchange sends a request and reads the answer. Reuse says that c may serve again.
func (c *conn) exchange(r *request) (a *answer, reuse bool, err error) {
	r.wire = r.appendWire(r.wire[:0])
	_, writeErr := c.Write(r.wire)
	// A server that refuses a request may answer and close before it has read all of it.
	a, reuse, err = c.readAnswer()
	if writeErr != nil && err != nil {
		err = writeErr
	}
	return a, reuse && writeErr == nil, err
}
