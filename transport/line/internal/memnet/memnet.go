// Package memnet is a network in memory for tests. HTTP over it works in a bubble of
// testing/synctest, where a connection of the operating system would stop the clock.
package memnet

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"testing"
)

// Net is a network of servers with names.
type Net struct {
	t         testing.TB
	mu        sync.Mutex
	listeners map[string]*listener // by name and port
}

// New returns a network without servers.
func New(t testing.TB) *Net { return &Net{t: t, listeners: map[string]*listener{}} }

// Serve starts a server and returns its address, which is http:// and the name. The server ends
// with the test.
func (n *Net) Serve(name string, h http.Handler) string {
	l := &listener{name: name, conns: make(chan net.Conn), done: make(chan struct{})}
	n.mu.Lock()
	n.listeners[name+":80"] = l
	n.mu.Unlock()
	s := &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = s.Serve(l) }()
	n.t.Cleanup(func() { _ = s.Close() })
	return "http://" + name
}

// Client returns a client that reaches the servers. Its connections end with the test.
func (n *Net) Client() *http.Client {
	t := &http.Transport{DialContext: n.Dial}
	n.t.Cleanup(t.CloseIdleConnections)
	return &http.Client{Transport: t}
}

// Dial connects to a server.
func (n *Net) Dial(ctx context.Context, _, addr string) (net.Conn, error) {
	n.mu.Lock()
	l := n.listeners[addr]
	n.mu.Unlock()
	if l == nil {
		return nil, fmt.Errorf("memnet: nobody listens at %s", addr)
	}
	ours, theirs := net.Pipe()
	select {
	case l.conns <- theirs:
		return ours, nil
	case <-l.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

type listener struct {
	name  string
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *listener) Addr() net.Addr  { return l }
func (l *listener) Network() string { return "memory" }
func (l *listener) String() string  { return l.name }
