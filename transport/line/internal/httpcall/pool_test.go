package httpcall

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	require.NoError(t, err)
	return u
}

// answer is what a test looks at.
type answer struct {
	status    int
	requestID string
	body      []byte
	cut       bool
}

func (a *answer) ok() bool { return a.status >= 200 && a.status < 300 }

// do makes a call with a body of this size.
func (p *Pool) do(ctx context.Context, base string, size int) (*answer, error) {
	req, err := http.NewRequestWithContext(ctx, "POST", base+"/v2/bot/message/reply", strings.NewReader(strings.Repeat(" ", size)))
	if err != nil {
		return nil, err
	}
	resp, err := p.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := Body(resp)
	return &answer{resp.StatusCode, resp.Header.Get(RequestID), body, err != nil}, nil
}

// rawServer accepts connections and hands each to serve, with its number from 1.
func rawServer(t *testing.T, serve func(c net.Conn, r *bufio.Reader, n int)) (base string, accepted *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	accepted = new(atomic.Int32)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			n := int(accepted.Add(1))
			go func() {
				defer func() { _ = c.Close() }()
				serve(c, bufio.NewReader(c), n)
			}()
		}
	}()
	return "http://" + l.Addr().String(), accepted
}

// takeRequest reads one request whole.
func takeRequest(r *bufio.Reader) error {
	req, err := http.ReadRequest(r)
	if err == nil {
		_, err = io.Copy(io.Discard, req.Body)
	}
	return err
}

// TestConnAnswers reads answers of all sorts, and looks whether the connection serves again.
func TestConnAnswers(t *testing.T) {
	const okHead = "HTTP/1.1 200 OK\r\n"
	const badHead = "HTTP/1.1 400 Bad Request\r\nx-line-REQUEST-id:  r1 \r\n"
	long := strings.Repeat("x", MaxAnswer)
	tests := []struct {
		name, raw string
		status    int // zero for an error
		body      string
		cut       bool
		reuse     bool
	}{
		{"length", okHead + "Content-Length: 2\r\n\r\n{}", 200, "", false, true},
		{"no body", okHead + "Content-Length: 0\r\n\r\n", 200, "", false, true},
		{"bare line ends", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", 200, "", false, true},
		{"no reason", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 200, "", false, true},
		{"204", "HTTP/1.1 204 No Content\r\n\r\n", 204, "", false, true},
		{"refusal", badHead + "Content-Length: 4\r\n\r\n{..}", 400, "{..}", false, true},
		{"refusal of 64 KiB", badHead + "Content-Length: 65536\r\n\r\n" + long, 400, long, false, true},
		{"refusal of more", badHead + "Content-Length: 65537\r\n\r\n" + long + "x", 400, long, false, false},
		{"large success", okHead + "Content-Length: 65537\r\n\r\n" + long + "x", 200, "", false, false},
		{"chunked", badHead + "Transfer-Encoding: Chunked\r\n\r\n2\r\n{.\r\n2;x=y\r\n.}\r\n0\r\n\r\n", 400, "{..}", false, true},
		{"chunked success", okHead + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 200, "", false, true},
		{"chunked with trailer", badHead + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nContent-Length: 9\r\n\r\n", 400, "x", false, true},
		{"chunked, endless", badHead + "Transfer-Encoding: chunked\r\n\r\n20000\r\n" + long + long + "\r\n0\r\n\r\n", 400, long, false, false},
		{"chunked, cut", badHead + "Transfer-Encoding: chunked\r\n\r\n9\r\n{", 400, "{", true, false},
		{"chunked, nonsense", badHead + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400, "", true, false},
		{"chunked and length", badHead + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n1\r\nx\r\n0\r\n\r\n", 400, "x", false, false},
		{"other encoding", badHead + "Transfer-Encoding: gzip\r\n\r\n", 400, "", true, false},
		{"two lengths", okHead + "Content-Length: 3\r\nContent-Length: 2\r\n\r\n{}", 200, "", true, false},
		{"same length twice", okHead + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 200, "", false, true},
		{"negative length", okHead + "Content-Length: -2\r\n\r\n{}", 200, "", true, false},
		{"cut body", badHead + "Content-Length: 9\r\n\r\n{", 400, "{", true, false},
		{"cut success", okHead + "Content-Length: 9\r\n\r\n{", 200, "", true, false},
		{"cut header", okHead + "Content-Len", 200, "", true, false},
		{"close", okHead + "Connection: close\r\nContent-Length: 2\r\n\r\n{}", 200, "", false, false},
		{"keep-alive", okHead + "Connection: Keep-Alive\r\nContent-Length: 2\r\n\r\n{}", 200, "", false, true},
		{"HTTP/1.0", "HTTP/1.0 400 Bad Request\r\n\r\n{..}", 400, "{..}", false, false},
		{"up to the end", badHead + "\r\n{..}", 400, "{..}", false, false},
		{"100 Continue", "HTTP/1.1 100 Continue\r\n\r\n" + okHead + "Content-Length: 2\r\n\r\n{}", 200, "", false, true},
		{"103 with fields", "HTTP/1.1 103 Early Hints\r\nX-Line-Request-Id: no\r\nContent-Length: 7\r\n\r\n" + badHead + "Content-Length: 0\r\n\r\n", 400, "", false, true},
		{"only 100s", strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 9), 0, "", false, false},
		{"101", "HTTP/1.1 101 Switching Protocols\r\n\r\n" + okHead + "Content-Length: 0\r\n\r\n", 0, "", false, false},
		{"more than was asked for", okHead + "Content-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n", 200, "", false, false},
		{"nothing", "", 0, "", false, false},
		{"not HTTP", "SSH-2.0-OpenSSH_9.2\r\n", 0, "", false, false},
		{"HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", 0, "", false, false},
		{"bad status", "HTTP/1.1 2x0 OK\r\n\r\n", 0, "", false, false},
		{"long status", "HTTP/1.1 2000 OK\r\n\r\n", 0, "", false, false},
		{"low status", "HTTP/1.1 099 OK\r\n\r\n", 0, "", false, false},
		{"field without a colon", okHead + "hello\r\n\r\n", 200, "", true, false},
		{"long line", badHead + "X: " + long + "\r\n\r\n", 400, "", true, false},
		{"long header", badHead + strings.Repeat("X: "+long[:1000]+"\r\n", 70) + "\r\n", 400, "", true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			base, accepted := rawServer(t, func(c net.Conn, r *bufio.Reader, n int) {
				for takeRequest(r) == nil {
					if _, err := io.WriteString(c, tt.raw); err != nil || !tt.reuse {
						return
					}
				}
			})
			p := NewPool(mustURL(t, base), time.Minute)
			for range 2 {
				a, err := p.do(t.Context(), base, 10)
				if tt.status == 0 {
					require.Error(t, err)
					continue
				}
				require.NoError(t, err)
				require.Equal(t, tt.status, a.status)
				require.Equal(t, tt.body, string(a.body))
				require.Equal(t, tt.cut, a.cut)
				if strings.HasPrefix(tt.raw, badHead) {
					require.Equal(t, "r1", a.requestID)
				}
			}
			require.Equal(t, tt.reuse, accepted.Load() == 1)
			require.Len(t, p.idle, int(2-accepted.Load()))
		})
	}
}

// TestConnFindsDeadConnections has the server close each connection after its answer, without
// a word: the next call must see that before it writes.
func TestConnFindsDeadConnections(t *testing.T) {
	closed := make(chan struct{})
	base, accepted := rawServer(t, func(c net.Conn, r *bufio.Reader, _ int) {
		if takeRequest(r) == nil {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
		_ = c.Close()
		closed <- struct{}{}
	})
	p := NewPool(mustURL(t, base), time.Minute)
	for range 5 {
		a, err := p.do(t.Context(), base, 10)
		require.NoError(t, err)
		require.True(t, a.ok())
		<-closed
		require.Len(t, p.idle, 1)
		require.Eventually(t, func() bool { return !alive(p.idle[0].raw) }, time.Second, time.Millisecond)
	}
	require.EqualValues(t, 5, accepted.Load())
}

// TestConnDoesNotRepeat breaks a connection off after the second request came in: it may have
// been carried out, so it must not be sent again.
func TestConnDoesNotRepeat(t *testing.T) {
	var requests atomic.Int32
	base, _ := rawServer(t, func(c net.Conn, r *bufio.Reader, _ int) {
		for takeRequest(r) == nil {
			if requests.Add(1) == 2 {
				return
			}
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
	})
	p := NewPool(mustURL(t, base), time.Minute)
	_, err := p.do(t.Context(), base, 10)
	require.NoError(t, err)
	_, err = p.do(t.Context(), base, 10)
	require.ErrorIs(t, err, io.EOF)
	require.EqualValues(t, 2, requests.Load())
}

// TestConnEarlyRefusal refuses a large request before it has come in.
func TestConnEarlyRefusal(t *testing.T) {
	base, _ := rawServer(t, func(c net.Conn, r *bufio.Reader, _ int) {
		_, _ = http.ReadRequest(r)
		_, _ = io.WriteString(c, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		_ = c.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, r)
	})
	p := NewPool(mustURL(t, base), time.Minute)
	a, err := p.do(t.Context(), base, 4<<20)
	require.NoError(t, err)
	require.Equal(t, 413, a.status)
}

// TestConnWriteFails hangs up on a large request.
func TestConnWriteFails(t *testing.T) {
	base, _ := rawServer(t, func(c net.Conn, r *bufio.Reader, _ int) {
		_, _ = r.ReadByte()
		_ = c.(*net.TCPConn).SetLinger(0)
	})
	p := NewPool(mustURL(t, base), time.Minute)
	_, err := p.do(context.Background(), base, 16<<20)
	require.Error(t, err)
	require.Empty(t, p.idle)
}

// lateCancel is a connection whose context ends while its answer is read.
type lateCancel struct {
	net.Conn
	cancel func()
}

func (c *lateCancel) Write(b []byte) (int, error) { return len(b), nil }
func (c *lateCancel) SetDeadline(time.Time) error { return nil }
func (c *lateCancel) Read(b []byte) (int, error) {
	c.cancel()
	return copy(b, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), nil
}

// TestConnEndedLate gets an answer in the moment in which its context ends: the answer counts,
// but the connection has a deadline in the past, or soon will, and must not serve again.
func TestConnEndedLate(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	pipe, _ := net.Pipe()
	c := &lateCancel{Conn: pipe, cancel: cancel}
	p := NewPool(mustURL(t, "http://127.0.0.1:1"), time.Minute)
	p.idle = []*conn{{Conn: c, raw: c, r: bufio.NewReader(c)}}
	a, err := p.do(ctx, "http://127.0.0.1:1", 10)
	require.NoError(t, err)
	require.True(t, a.ok())
	require.Empty(t, p.idle)
}

func TestAlive(t *testing.T) {
	pipe, _ := net.Pipe()
	require.True(t, alive(pipe), "what cannot be asked is taken for alive")
	release := make(chan struct{})
	base, _ := rawServer(t, func(c net.Conn, _ *bufio.Reader, _ int) { <-release })
	c, err := net.Dial("tcp", mustURL(t, base).Host)
	require.NoError(t, err)
	require.True(t, alive(c))
	require.True(t, alive(c), "asking changes nothing")
	close(release)
	require.Eventually(t, func() bool { return !alive(c) }, time.Second, time.Millisecond)
	_ = c.Close()
	require.False(t, alive(c))
}

func TestConnDeadline(t *testing.T) {
	tests := map[string]string{"silent": "", "half a status": "HTTP/1.1 2", "half a header": "HTTP/1.1 200 OK\r\nX"}
	for name, raw := range tests {
		t.Run(name, func(t *testing.T) {
			base, _ := rawServer(t, func(c net.Conn, r *bufio.Reader, _ int) {
				_ = takeRequest(r)
				_, _ = io.WriteString(c, raw)
				_, _ = io.Copy(io.Discard, r) // until the client gives up
			})
			p := NewPool(mustURL(t, base), 30*time.Millisecond)
			a, err := p.do(t.Context(), base, 10)
			if strings.Contains(raw, "200") {
				require.NoError(t, err, "the server has decided")
				require.True(t, a.cut)
			} else {
				require.ErrorIs(t, err, context.DeadlineExceeded)
			}
			require.Empty(t, p.idle)
		})
	}
}
