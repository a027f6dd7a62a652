package bot_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/session/redisstore"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
	"github.com/kaiwa-go/kaiwa/transport"
)

// wire is a way to Redis that can be cut.
type wire struct {
	net.Listener
	to   string
	mode atomic.Int32 // of the ways below

	mu    sync.Mutex
	conns []net.Conn
}

const (
	wireOpen int32 = iota
	wireHole       // takes everything and answers nothing
	wireSlow       // each answer takes a second and a half
	wireAbsent
)

func newWire(t *testing.T, to string) *wire {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w := &wire{Listener: ln, to: to}
	t.Cleanup(func() { _ = ln.Close(); w.cut() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go w.serve(c)
		}
	}()
	return w
}

func (w *wire) serve(c net.Conn) {
	up, err := net.Dial("tcp", w.to)
	if err != nil || w.mode.Load() == wireAbsent {
		_ = c.Close()
		return
	}
	w.mu.Lock()
	w.conns = append(w.conns, c, up)
	w.mu.Unlock()
	go func() { _, _ = io.Copy(up, c) }()
	buf := make([]byte, 64<<10)
	for {
		n, err := up.Read(buf)
		if err != nil {
			_ = c.Close()
			return
		}
		switch w.mode.Load() {
		case wireHole:
			continue
		case wireSlow:
			time.Sleep(1500 * time.Millisecond)
		}
		_, _ = c.Write(buf[:n])
	}
}

// cut breaks all connections.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.conns {
		_ = c.Close()
	}
	w.conns = nil
}

// Whatever is wrong with Redis, webhooks are answered in time, no goroutines pile up, the probe
// says what it is, and all is well again afterwards.
func TestRedisOutages(t *testing.T) {
	server := redistest.StartServer(t, nil)
	direct := server.Client()
	for _, test := range []struct {
		name       string
		begin, end func(w *wire)
	}{
		{"absent", func(w *wire) { w.mode.Store(wireAbsent); w.cut() }, func(w *wire) { w.mode.Store(wireOpen) }},
		{"black hole", func(w *wire) { w.mode.Store(wireHole) }, func(w *wire) { w.mode.Store(wireOpen); w.cut() }},
		{"slow", func(w *wire) { w.mode.Store(wireSlow) }, func(w *wire) { w.mode.Store(wireOpen); w.cut() }},
		{
			"full",
			func(*wire) { require.NoError(t, direct.ConfigSet(context.Background(), "maxmemory", "1mb").Err()) },
			func(*wire) { require.NoError(t, direct.ConfigSet(context.Background(), "maxmemory", "0").Err()) },
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWire(t, server.Addr())
			client := redis.NewClient(&redis.Options{Addr: w.Addr().String(), ContextTimeoutEnabled: true})
			t.Cleanup(func() { _ = client.Close() })
			store, err := redisstore.New(t.Context(), client, &redisstore.Options{
				Namespace: redistest.Namespace(t, direct), Logger: slog.New(slog.DiscardHandler),
			})
			require.NoError(t, err)
			channel := &fakeChannel{}
			b, err := bot.New(channel, store, []*flow.Flow{counter(t, nil)}, &bot.Options{
				Logger: slog.New(slog.DiscardHandler), MaxWebhooks: 100,
			})
			require.NoError(t, err)
			probe := func() int {
				rec := httptest.NewRecorder()
				b.Ready().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", nil))
				return rec.Code
			}
			receive := func(user, id, words string) error {
				ctx, cancel := context.WithTimeout(t.Context(), 1800*time.Millisecond) // as line's handler does
				defer cancel()
				return b.Receive(ctx, []transport.Event{said(user, id, words)})
			}
			require.NoError(t, receive("ann", "0", "start"))
			require.Equal(t, http.StatusOK, probe())
			before := runtime.NumGoroutine()

			test.begin(w)
			var wg sync.WaitGroup
			for i := range 300 {
				wg.Add(1)
				go func() {
					defer wg.Done()
					start := time.Now()
					if err := receive(fmt.Sprint("user-", i), fmt.Sprint(i), "start"); err == nil {
						t.Error("an event was taken")
					}
					if took := time.Since(start); took > 1900*time.Millisecond {
						t.Errorf("an answer took %v", took)
					}
				}()
			}
			require.Equal(t, http.StatusServiceUnavailable, probe())
			wg.Wait()
			require.Less(t, runtime.NumGoroutine(), before+150)

			test.end(w)
			require.Eventually(t, func() bool { return receive("ann", "1", "a") == nil }, 3*time.Second, 50*time.Millisecond)
			require.Eventually(t, func() bool { return probe() == http.StatusOK }, 3*time.Second, 50*time.Millisecond)
			require.Eventually(t, func() bool {
				channel.mu.Lock()
				defer channel.mu.Unlock()
				n := 0
				for _, s := range channel.sent {
					if s.Chat == "ann" {
						n++
					}
				}
				return n == 2
			}, 12*time.Second, 20*time.Millisecond)
			require.NoError(t, b.Shutdown(context.Background()))
		})
	}
}

// saysNo is a store that is not fit, or is behind.
type saysNo struct {
	session.Store
	err error
}

func (s *saysNo) Check(context.Context) error { return s.err }

func TestReady(t *testing.T) {
	secret := fmt.Errorf("redisstore: %w: dial tcp 10.1.2.3:6379", session.ErrUnavailable)
	for _, test := range []struct {
		name string
		err  error
		code int
		want string
	}{
		{"well", nil, 200, "ready\n"},
		{"away in part", fmt.Errorf("redisstore: 21 of 64 partitions: %w: %w", session.ErrPartly, secret), 200,
			"ready in part; session: store unavailable for a part of the sessions\n"},
		{"away", secret, 503, "session: store unavailable\n"},
		{"not fit", io.ErrUnexpectedEOF, 503, "bot: the store is not fit\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &saysNo{memstore.New(), test.err}
				b, err := bot.New(&fakeChannel{}, store, []*flow.Flow{counter(t, nil)}, nil)
				require.NoError(t, err)
				requireProbe(t, b, test.code, test.want)
				require.NoError(t, b.Shutdown(context.Background()))
				requireProbe(t, b, 503, "bot: shut down\n")
			})
		})
	}
	t.Run("on hold", func(t *testing.T) {
		inBubble(t, bot.Options{}, func(r *rig) {
			r.channel.fail = func(int, *transport.Delivery) error {
				return &transport.SendError{Disposition: transport.Hold, Err: io.EOF}
			}
			r.say("ann", "start")
			r.pass(10 * time.Second)
			requireProbe(r.T, r.bot, 200, "ready; the channel has been on hold for 10s; outputs of 1 sessions wait, the oldest for 10s\n")
		})
	})
	t.Run("behind", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			act := func(context.Context, *flow.Turn[count]) error { time.Sleep(20 * time.Second); return nil }
			bubbleInside(t, bot.Options{MaxTurns: 1, LoadingAfter: -1}, act, func(r *rig) {
				r.say("ann", "start")
				r.say("bob", "start")
				r.say("ann", "a")
				r.say("bob", "b")
				r.pass(10 * time.Second)
				require.Greater(r, r.bot.Stats().Behind, 9*time.Second)
				r.pass(time.Minute)
				require.Zero(r, r.bot.Stats().Behind)
			})
		})
	})
}

func requireProbe(t *testing.T, b *bot.Bot, code int, want string) {
	t.Helper()
	rec := httptest.NewRecorder()
	b.Ready().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	require.Equal(t, code, rec.Code)
	require.Equal(t, want, rec.Body.String())
}
