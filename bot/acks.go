package bot

import (
	"context"
	"sync"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// ackDelay is how long an acknowledgement waits for the session's next call to carry it. It is
// far below laneTerm, after which the outputs would be sent again.
const ackDelay = 100 * time.Millisecond

// acks holds the acknowledgements of outputs that were delivered. Most are carried by the next
// event of their session, for nothing; the rest go out together.
type acks struct {
	flush func(map[string]session.Seq)

	mu    sync.Mutex
	done  map[string]session.Seq
	spare map[string]session.Seq // an empty map, to use again
	timer *time.Timer
	armed bool // the timer is set; it stays so when what it was set for was taken
}

// add notes that the outputs of a session up to and with done were delivered.
func (a *acks) add(id string, done session.Seq) {
	if done == 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.done == nil {
		a.done = make(map[string]session.Seq)
	}
	if !a.armed {
		a.armed = true
		if a.timer == nil {
			a.timer = time.AfterFunc(ackDelay, a.send)
		} else {
			a.timer.Reset(ackDelay)
		}
	}
	a.done[id] = max(a.done[id], done)
}

// take returns what waits for a session, for the caller to send along, or zero.
func (a *acks) take(id string) session.Seq {
	a.mu.Lock()
	defer a.mu.Unlock()
	done, ok := a.done[id]
	if ok {
		delete(a.done, id)
	}
	return done
}

func (a *acks) send() {
	a.mu.Lock()
	m := a.done
	a.done, a.spare, a.armed = a.spare, nil, false
	a.mu.Unlock()
	if len(m) > 0 {
		a.flush(m)
	}
	clear(m)
	a.mu.Lock()
	a.spare = m
	a.mu.Unlock()
}

// close sends what is left. Nothing is added after it.
func (a *acks) close() {
	a.mu.Lock()
	if a.timer != nil {
		a.timer.Stop()
	}
	a.mu.Unlock()
	a.send()
}

// flushAcks acknowledges for many sessions at once; the store puts the calls together.
func (b *Bot) flushAcks(m map[string]session.Seq) {
	ctx, cancel := context.WithTimeout(context.Background(), laneTerm)
	defer cancel()
	var wg sync.WaitGroup
	for id, done := range m {
		wg.Add(1)
		go func() {
			defer wg.Done()
			b.ack(ctx, id, done)
		}()
	}
	wg.Wait()
}

// ack acknowledges and delivers what others left behind these outputs meanwhile. Should the
// call fail, the outputs are sent again when the lane runs out, which does no harm.
func (b *Bot) ack(ctx context.Context, id string, done session.Seq) {
	if rest := b.ackNow(ctx, id, done); len(rest) > 0 {
		b.start(func() { b.deliverStored(id, rest, false) })
	}
}

// ackNow acknowledges and returns what waits behind.
func (b *Bot) ackNow(ctx context.Context, id string, done session.Seq) []session.Output {
	crash("before-ack")
	rest, err := b.store.Ack(ctx, id, done, b.o.lane)
	crash("after-ack")
	if err != nil {
		b.o.Logger.Warn("bot: outputs not acknowledged", "session", id, "err", err)
		return nil
	}
	return rest
}
