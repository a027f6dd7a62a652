package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/transport"
)

// backend is one process of a bot, as a load balancer sees it.
type backend struct {
	bot    *bot.Bot
	server *httptest.Server

	mu    sync.RWMutex // held for reading while a webhook is on its way
	ready bool
	seen  context.CancelFunc // called when the balancer saw that it is not ready
}

func newBackend(t *testing.T, store session.Store, channel bot.Channel) *backend {
	t.Helper()
	b, err := bot.New(channel, store, []*flow.Flow{counter(t, nil)}, &bot.Options{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("POST /webhook", b)
	mux.Handle("GET /readyz", b.Ready())
	return &backend{bot: b, server: httptest.NewServer(mux)} // ready when the balancer has seen it
}

// probe is a balancer's look at one backend.
func (p *backend) probe() {
	resp, err := http.Get(p.server.URL + "/readyz")
	ready := err == nil && resp.StatusCode == http.StatusOK
	if err == nil {
		_ = resp.Body.Close()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ready = ready; !ready && p.seen != nil {
		p.seen()
	}
}

// post sends a webhook once; it is false if the backend gets none, or did not take it.
func (p *backend) post(body string) (tried, taken bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if !p.ready {
		return false, false
	}
	resp, err := http.Post(p.server.URL+"/webhook", "application/json", strings.NewReader(body))
	if err != nil {
		return true, false
	}
	_ = resp.Body.Close()
	return true, resp.StatusCode == http.StatusOK
}

// end is README's order.
func (p *backend) end(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	drained, seen := context.WithCancel(ctx) // a test need not wait for as long as balancers take
	p.mu.Lock()
	p.seen = seen
	p.mu.Unlock()
	p.bot.Drain(drained, 2*time.Second)
	require.NoError(t, p.server.Config.Shutdown(ctx))
	require.NoError(t, p.bot.Shutdown(ctx))
	p.server.Close()
}

// Behind a balancer that asks Ready, a rolling restart loses no webhook, though none comes again.
func TestDrainLosesNothing(t *testing.T) {
	t.Parallel()
	const events, every = 1000, 250
	store, channel := memstore.New(), &fakeChannel{}
	backends := [2]*backend{newBackend(t, store, channel), newBackend(t, store, channel)}
	var mu sync.RWMutex // guards backends
	get := func(i int) *backend { mu.RLock(); defer mu.RUnlock(); return backends[i%2] }
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() { // the balancer
		defer close(stopped)
		for i := 0; ; i++ {
			get(i).probe()
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	restart := func(i int) {
		get(i).end(t)
		fresh := newBackend(t, store, channel)
		mu.Lock()
		defer mu.Unlock()
		backends[i%2] = fresh
	}
	var (
		under sync.Mutex
		open  atomic.Int64 // restarts
		lost  int
	)
	for n := 0; n < events || open.Load() > 0; n++ {
		if n < events && n%every == 0 {
			open.Add(1)
			go func() { defer open.Add(-1); under.Lock(); defer under.Unlock(); restart(n / every) }()
		}
		body := fmt.Sprintf(`[%s]`, said(fmt.Sprint("user-", n%50), fmt.Sprint(n), "start").Raw)
		taken := false
		for i, tried := n, false; !tried; i++ {
			tried, taken = get(i).post(body)
		}
		if !taken {
			lost++
		}
	}
	close(stop)
	<-stopped
	for i := range backends {
		get(i).end(t)
	}
	require.Zero(t, lost)
}

// Ready says no at once, and the bot goes on taking events until Shutdown.
func TestDrain(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		ctx, start := context.Background(), time.Now()
		requireProbe(r.T, r.bot, 200, "ready\n")
		done := make(chan struct{})
		go func() { defer close(done); r.bot.Drain(ctx, 5*time.Second) }()
		synctest.Wait()
		requireProbe(r.T, r.bot, 503, "bot: draining\n")
		require.NoError(r, r.bot.Check(ctx), "it would take an event")
		r.receive(said("ann", "1", "start"))
		require.Len(r, r.channel.texts(), 1)
		<-done
		require.Equal(r, 5*time.Second, time.Since(start))
		require.NoError(r, r.bot.Receive(ctx, []transport.Event{said("ann", "2", "a")}))
		gone, cancel := context.WithCancel(ctx)
		cancel()
		r.bot.Drain(gone, time.Hour)
		require.Equal(r, 5*time.Second, time.Since(start))
	})
	inBubble(t, bot.Options{}, func(r *rig) {
		start := time.Now()
		r.bot.Drain(context.Background(), time.Hour)
		require.Zero(r, time.Since(start), "nobody asks")
	})
}
