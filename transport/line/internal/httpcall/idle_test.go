package httpcall

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func tlsServer(t *testing.T) (*httptest.Server, *Pool) {
	t.Helper()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(200)
	}))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	p := NewPool(mustURL(t, srv.URL), time.Minute)
	p.tls.RootCAs = x509.NewCertPool()
	p.tls.RootCAs.AddCert(srv.Certificate())
	return srv, p
}

func TestConnTLS(t *testing.T) {
	srv, p := tlsServer(t)
	for range 3 {
		a, err := p.do(t.Context(), srv.URL, 10)
		require.NoError(t, err)
		require.True(t, a.ok())
		require.Len(t, p.idle, 1)
		require.True(t, alive(p.idle[0].raw), "the connection serves again")
	}
}

func TestConnTLSRefusals(t *testing.T) {
	srv, p := tlsServer(t)
	p.tls.ServerName = "api.line.me" // the certificate is for other names
	_, err := p.do(t.Context(), srv.URL, 10)
	var wrongHost x509.HostnameError
	require.ErrorAs(t, err, &wrongHost)

	p = NewPool(mustURL(t, srv.URL), time.Minute) // without the root
	_, err = p.do(t.Context(), srv.URL, 10)
	var unknown x509.UnknownAuthorityError
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, "127.0.0.1", p.tls.ServerName)
	require.Empty(t, p.idle)
}

func TestNewPool(t *testing.T) {
	p := NewPool(mustURL(t, "https://api.line.me"), time.Minute)
	require.Equal(t, "api.line.me:443", p.addr)
	require.EqualValues(t, tls.VersionTLS12, p.tls.MinVersion)
	require.Equal(t, "[::1]:8080", NewPool(mustURL(t, "http://[::1]:8080/line"), time.Minute).addr)
}

func TestConnDialFails(t *testing.T) {
	p := NewPool(mustURL(t, "http://127.0.0.1:1"), time.Minute)
	_, err := p.do(t.Context(), "http://127.0.0.1:1", 10)
	require.ErrorContains(t, err, "connect")
	ctx, cancel := context.WithTimeout(t.Context(), -1)
	defer cancel()
	_, err = p.do(ctx, "http://127.0.0.1:1", 10)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestPoolClosesIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &Pool{}
		var ends []net.Conn
		put := func() {
			a, b := net.Pipe()
			ends = append(ends, b)
			p.put(&conn{Conn: a, raw: a})
		}
		idle := func() int {
			synctest.Wait()
			p.mu.Lock()
			defer p.mu.Unlock()
			return len(p.idle)
		}
		put()
		<-time.After(20 * time.Second)
		put()
		<-time.After(10 * time.Second)
		require.Equal(t, 1, idle(), "the first was idle for 30 s")
		_, err := ends[0].Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF, "and was closed")
		<-time.After(20 * time.Second)
		require.Zero(t, idle())
		require.Nil(t, p.sweep, "no timer is left")
		for range MaxIdle + 1 {
			put()
		}
		require.Equal(t, MaxIdle, idle())
		_, err = ends[len(ends)-1].Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF, "the one too many was closed")
		<-time.After(time.Minute)
		require.Zero(t, idle())
	})
}

func TestPoolTakesTheFreshest(t *testing.T) {
	base, _ := rawServer(t, func(_ net.Conn, r *bufio.Reader, _ int) { _, _ = r.ReadByte() })
	p := NewPool(mustURL(t, base), time.Minute)
	deadline := time.Now().Add(time.Minute)
	first, err := p.dial(t.Context(), deadline)
	require.NoError(t, err)
	second, err := p.dial(t.Context(), deadline)
	require.NoError(t, err)
	p.put(first)
	p.put(second)
	got, err := p.get(t.Context(), deadline)
	require.NoError(t, err)
	require.Same(t, second, got)
	_ = first.Close()
	_ = second.Close()
	p.sweep.Stop()
}
