package main

import (
	"net"
	"sync/atomic"
	"time"
)

// passage is a connection through the proxy.
type passage struct {
	p              *proxy
	client, server net.Conn
	losing         atomic.Int32 // how the next answer is lost; 0 for not
}

// How an answer is lost.
const (
	loseAll  = 1 // the connection breaks after execution
	loseHalf = 2 // and half of the answer arrives
)

// requests carries what the bot sends, a write at a time.
func (l *passage) requests() {
	buf := make([]byte, 64<<10)
	for {
		n, err := l.client.Read(buf)
		if n > 0 {
			t := l.p.hold()
			how, lose := l.p.draw(t.lose)
			switch {
			case lose && how == 0: // it breaks in the middle of the request
				_, _ = l.server.Write(buf[:n/2])
				return
			case lose && how == 1:
				l.losing.Store(loseHalf)
			case lose:
				l.losing.Store(loseAll)
			}
			if _, err := l.server.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// answers carries what Redis sends.
func (l *passage) answers() {
	buf := make([]byte, 64<<10)
	for {
		n, err := l.server.Read(buf)
		if n > 0 {
			t := l.p.hold()
			if d := l.p.wait(t); d > 0 {
				time.Sleep(d)
			}
			switch l.losing.Load() {
			case loseAll:
				return
			case loseHalf:
				_, _ = l.client.Write(buf[:n/2])
				return
			}
			if _, err := l.client.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
