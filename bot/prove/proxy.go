package main

import (
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

// trouble is what the proxy does to the way between bots and Redis.
type trouble struct {
	delay, jitter time.Duration // of each answer
	hole          bool          // nothing comes through, and no connection breaks
	cut           bool          // connections break, and no new one is made
	lose          float64       // part of the requests that break their connection, most after execution
}

// proxy stands between the bots and one Redis.
type proxy struct {
	ln net.Listener

	mu     sync.Mutex // guards the rest
	target string
	now    trouble
	rng    *rand.Rand
	conns  map[net.Conn]bool
	lost   int
	wake   chan struct{} // closed when the trouble changes
}

func startProxy(target string, seed uint64) (*proxy, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{
		ln: ln, target: target, conns: map[net.Conn]bool{}, wake: make(chan struct{}),
		rng: rand.New(rand.NewPCG(seed, 1)),
	}
	go p.accept()
	return p, nil
}

func (p *proxy) addr() string { return p.ln.Addr().String() }

// set changes the trouble. The zero value is none.
func (p *proxy) set(t trouble) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = t
	close(p.wake)
	p.wake = make(chan struct{})
	if t.cut {
		for c := range p.conns {
			_ = c.Close()
		}
	}
}

// retarget leads new connections to another Redis, and breaks the others.
func (p *proxy) retarget(addr string) {
	p.set(trouble{cut: true})
	p.mu.Lock()
	p.target = addr
	p.mu.Unlock()
	p.set(trouble{})
}

func (p *proxy) close() {
	_ = p.ln.Close()
	p.set(trouble{cut: true})
}

func (p *proxy) losses() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lost
}

func (p *proxy) accept() {
	for {
		c, err := p.ln.Accept()
		if err != nil {
			return
		}
		go p.serve(c)
	}
}

func (p *proxy) track(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now.cut {
		_ = c.Close()
		return false
	}
	p.conns[c] = true
	return true
}

func (p *proxy) untrack(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
	_ = c.Close()
}

func (p *proxy) serve(client net.Conn) {
	if !p.track(client) {
		return
	}
	defer p.untrack(client)
	p.mu.Lock()
	target := p.target
	p.mu.Unlock()
	server, err := net.Dial("tcp", target)
	if err != nil || !p.track(server) {
		return
	}
	defer p.untrack(server)
	l := &passage{p: p, client: client, server: server}
	go func() {
		l.answers()
		p.hold() // in a black hole no end is heard of either
		_ = client.Close()
		_ = server.Close()
	}()
	l.requests()
	p.hold()
}

// hold waits while the way is a black hole, and returns what else to do.
func (p *proxy) hold() trouble {
	for {
		p.mu.Lock()
		t, wake := p.now, p.wake
		p.mu.Unlock()
		if !t.hole {
			return t
		}
		<-wake
	}
}

// draw decides whether a request is to be lost, and how.
func (p *proxy) draw(part float64) (how int, lose bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if part <= 0 || p.rng.Float64() >= part {
		return 0, false
	}
	p.lost++
	return p.rng.IntN(10), true
}

func (p *proxy) wait(t trouble) time.Duration {
	if t.jitter <= 0 {
		return t.delay
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return t.delay + time.Duration(p.rng.Int64N(int64(t.jitter)))
}
