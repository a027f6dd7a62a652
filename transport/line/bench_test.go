//go:build unix

package line

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	sdk "github.com/line/line-bot-sdk-go/v8/linebot/webhook"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/webhook"
)

// cannedServer answers each request with the same bytes, at as little cost as can be.
func cannedServer(tb testing.TB, answer string) *url.URL {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serveCanned(c, answer)
		}
	}()
	return &url.URL{Scheme: "http", Host: l.Addr().String()}
}

func serveCanned(c net.Conn, answer string) {
	defer func() { _ = c.Close() }()
	r := bufio.NewReader(c)
	for {
		size := 0
		for {
			line, err := r.ReadSlice('\n')
			if err != nil {
				return
			}
			if n, ok := strings.CutPrefix(string(line), "Content-Length: "); ok {
				for _, d := range strings.TrimSpace(n) {
					size = size*10 + int(d-'0')
				}
			}
			if len(line) == 2 {
				break
			}
		}
		if _, err := r.Discard(size); err != nil {
			return
		}
		if _, err := io.WriteString(c, answer); err != nil {
			return
		}
	}
}

const cannedOK = "HTTP/1.1 200 OK\r\nDate: Mon, 02 Jan 2006 15:04:05 GMT\r\nContent-Type: application/json\r\n" +
	"X-Line-Request-Id: 5d3b7f0a-3f5e-4a8e-9a55-7f3f1f1f1f1f\r\nContent-Length: 68\r\n\r\n" +
	`{"sentMessages":[{"id":"461230966842064897","quoteToken":"IStG5h"}]}`

func BenchmarkSend(b *testing.B) {
	d := &transport.Delivery{
		ReplyToken: "nHuyWiB7yP5Zw52FIkcQobQuGDXCTA", Source: transport.Source{ChatID: "U8e742f61d673b39c7fff3cecb7536ef0"},
		Messages: []byte(`[{"type":"text","text":"How many people?"}]`),
	}
	base := cannedServer(b, cannedOK)
	for name, client := range map[string]*http.Client{"pool": nil, "net-http": httpcall.OwnClient()} {
		b.Run(name, func(b *testing.B) {
			c, err := New("secret", "token", &Options{Endpoint: base.String(), Client: client})
			require.NoError(b, err)
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			b.ReportAllocs()
			cpu := cpuTime()
			for b.Loop() {
				if _, err := c.Send(ctx, d); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(cpuTime()-cpu)/float64(b.N), "cpu-ns/op")
		})
	}
}

// cpuTime is what the process has used so far. The canned server's part is the same for both
// clients, and small.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkDecode(b *testing.B) {
	b.Run("kaiwa", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if cb, err := webhook.Body(benchBody, ""); err != nil || len(cb.Events) != 1 {
				b.Fatal(err)
			}
		}
	})
	b.Run("sdk", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var cb sdk.CallbackRequest
			if err := cb.UnmarshalJSON(benchBody); err != nil || len(cb.Events) != 1 {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	v, signature := newVerifier([]string{"secret"}), sign("secret", benchBody)
	b.ReportAllocs()
	for b.Loop() {
		if !v.verify(signature, benchBody) {
			b.Fatal("refused")
		}
	}
}

type discardWriter struct{ header http.Header }

func (w *discardWriter) Header() http.Header             { return w.header }
func (w *discardWriter) Write(p []byte) (int, error)     { return len(p), nil }
func (w *discardWriter) WriteHeader(int)                 { panic("refused") }
func (w *discardWriter) SetReadDeadline(time.Time) error { return nil }

// BenchmarkWebhook is the whole handler, without the server that runs it.
func BenchmarkWebhook(b *testing.B) {
	c, err := New("secret", "token", nil)
	require.NoError(b, err)
	h := c.Handler(func(context.Context, []transport.Event) error { return nil })
	signature := sign("secret", benchBody)
	w := &discardWriter{header: http.Header{}}
	body := strings.NewReader(string(benchBody))
	r := httptest.NewRequest(http.MethodPost, "/", body)
	r.Header.Set(signatureHeader, signature)
	b.ReportAllocs()
	for b.Loop() {
		body.Reset(string(benchBody))
		h.ServeHTTP(w, r)
	}
}
