package main

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"sync"
	"time"
)

// probeEvery is how often the balancer asks each bot for its readiness.
const probeEvery = 50 * time.Millisecond

// balancer is a reverse proxy before the bots. It knows of a bot only what that answers to GET /readyz, and
// sends each webhook once, to a bot that was ready when it was asked last.
type balancer struct {
	fleet *fleet
	srv   *http.Server
	ln    net.Listener
	stop  context.CancelFunc

	mu    sync.Mutex // guards the rest
	ready []string   // the bots' addresses
	next  int
}

func startBalancer(f *fleet) (*balancer, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	b := &balancer{fleet: f, ln: ln, stop: stop}
	proxy := &httputil.ReverseProxy{
		Transport: &http.Transport{MaxIdleConnsPerHost: 64},
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", b.pick()
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	b.srv = &http.Server{Handler: proxy, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = b.srv.Serve(ln) }()
	go func() {
		for sleepUntil(ctx, time.Now().Add(probeEvery)) {
			b.probe(ctx)
		}
	}()
	return b, await(ctx, 10*time.Second, func() bool { return b.serving() == len(f.procs) })
}

func (b *balancer) addr() string { return b.ln.Addr().String() }

func (b *balancer) close() {
	b.stop()
	_ = b.srv.Close()
}

// pick returns the address of a bot that is ready, each in turn, or one at which nobody answers.
func (b *balancer) pick() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.ready) == 0 {
		return "127.0.0.1:1"
	}
	b.next++
	return b.ready[b.next%len(b.ready)]
}

// serving is how many bots were ready when they were asked last.
func (b *balancer) serving() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.ready)
}

// probe asks all bots.
func (b *balancer) probe(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	addrs := b.fleet.addrs()
	ready := make([]bool, len(addrs))
	var all sync.WaitGroup
	for i, addr := range addrs {
		all.Go(func() {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/readyz", nil)
			if err != nil {
				return
			}
			if res, err := http.DefaultClient.Do(req); err == nil {
				_ = res.Body.Close()
				ready[i] = res.StatusCode == http.StatusOK
			}
		})
	}
	all.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ready = b.ready[:0]
	for i, addr := range addrs {
		if ready[i] {
			b.ready = append(b.ready, addr)
		}
	}
}
