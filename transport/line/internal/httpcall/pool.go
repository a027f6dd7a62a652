package httpcall

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Pool keeps HTTP/1.1 connections to one host. It is an http.RoundTripper for requests of a known size that
// get small answers, such as replies and pushes, and does their work on the caller's goroutine. Of an answer
// it gives the status, LINE's request ids and Retry-After, and of a refusal the body, up to MaxAnswer.
//
// It never sends a request twice. A connection that breaks off leaves it open whether the
// request was carried out, and only the caller knows what that means.
type Pool struct {
	// Connect makes the connections. Change it before the first request.
	Connect func(ctx context.Context, network, addr string) (net.Conn, error)

	addr    string
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

// NewPool returns a pool of connections to the host of an address. The timeout limits each call, from
// connecting to the last byte: a context with a deadline would cost more.
func NewPool(base *url.URL, timeout time.Duration) *Pool {
	p := &Pool{timeout: timeout, Connect: (&net.Dialer{KeepAlive: KeepAlive}).DialContext}
	port := base.Port()
	if base.Scheme == "https" {
		p.tls = &tls.Config{
			ServerName: base.Hostname(), MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
			ClientSessionCache: tls.NewLRUClientSessionCache(8),
		}
		port = cmp.Or(port, "443")
	}
	p.addr = net.JoinHostPort(base.Hostname(), cmp.Or(port, "80"))
	return p
}

// RoundTrip implements http.RoundTripper.
func (p *Pool) RoundTrip(req *http.Request) (*http.Response, error) {
	buf := wires.Get().(*[]byte)
	wire, err := appendRequest((*buf)[:0], req)
	if *buf = wire; cap(wire) <= MaxAnswer { // do not keep the buffers of the few that are large
		defer wires.Put(buf)
	}
	if err != nil {
		return nil, err
	}
	ctx := req.Context()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	deadline := time.Now().Add(p.timeout)
	c, err := p.get(ctx, deadline)
	if err != nil {
		return nil, err
	}
	stop := c.watch(ctx, deadline)
	resp, reuse, err := c.exchange(wire)
	if stop() && reuse {
		p.put(c)
	} else {
		_ = c.Close()
	}
	switch {
	case err == nil:
		resp.Request = req
		return resp, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, context.DeadlineExceeded
	default:
		return nil, err
	}
}

var wires = sync.Pool{New: func() any { return new([]byte) }}

var errSize = errors.New("line: a request of unknown size")

// appendRequest appends a request as HTTP/1.1, and closes its body.
func appendRequest(b []byte, req *http.Request) ([]byte, error) {
	b = append(append(b, req.Method...), ' ')
	b = append(append(b, req.URL.RequestURI()...), " HTTP/1.1\r\nHost: "...)
	b = append(append(b, req.URL.Host...), "\r\n"...)
	for name, values := range req.Header {
		for _, v := range values {
			b = append(append(append(append(b, name...), ": "...), v...), "\r\n"...)
		}
	}
	b = append(b, "Content-Length: "...)
	b = append(strconv.AppendInt(b, req.ContentLength, 10), "\r\n\r\n"...)
	if req.Body == nil {
		return b, nil
	}
	defer func() { _ = req.Body.Close() }()
	if req.ContentLength < 0 {
		return b, errSize
	}
	start, n := len(b), int(req.ContentLength)
	b = slices.Grow(b, n)[:start+n]
	_, err := io.ReadFull(req.Body, b[start:])
	return b, err
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
func (p *Pool) get(ctx context.Context, deadline time.Time) (*conn, error) {
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

func (p *Pool) dial(ctx context.Context, deadline time.Time) (*conn, error) {
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	raw, err := p.Connect(ctx, "tcp", p.addr)
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

func (p *Pool) put(c *conn) {
	c.used = time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) == MaxIdle {
		_ = c.Close()
		return
	}
	p.idle = append(p.idle, c)
	if p.sweep == nil {
		p.sweep = time.AfterFunc(IdleTimeout, p.closeIdle)
	}
}

// closeIdle closes what was not used for long, and comes again while there is something left.
func (p *Pool) closeIdle() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sweep = nil
	now, n := time.Now(), 0
	for n < len(p.idle) && now.Sub(p.idle[n].used) >= IdleTimeout {
		_ = p.idle[n].Close()
		n++
	}
	p.idle = append(p.idle[:0], p.idle[n:]...)
	if len(p.idle) > 0 {
		p.sweep = time.AfterFunc(IdleTimeout-now.Sub(p.idle[0].used), p.closeIdle)
	}
}

// exchange sends a request and reads the answer. Reuse says that c may serve again.
func (c *conn) exchange(wire []byte) (resp *http.Response, reuse bool, err error) {
	_, writeErr := c.Write(wire)
	// A server that refuses a request may answer and close before it has read all of it.
	resp, reuse, err = c.readAnswer()
	if writeErr != nil && err != nil {
		err = writeErr
	}
	return resp, reuse && writeErr == nil, err
}
