package redisstore

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// The client re-sends a script whose answer was lost. Two stores get the same random calls, one
// of them some calls twice: the last answers and what is stored must be the same.
func TestEveryScriptMayRunTwice(t *testing.T) {
	t.Parallel()
	client := redistest.Start(t)
	once, twice := newStore(t, client, nil), newStore(t, client, nil)
	for seq := range 60 {
		seed := rand.Uint64()
		a := caller{t: t, s: once, id: sessionID(seq), rnd: rand.New(rand.NewPCG(seed, 1))}
		b := caller{t: t, s: twice, id: sessionID(seq), rnd: rand.New(rand.NewPCG(seed, 1)), again: rand.New(rand.NewPCG(seed, 2))}
		for step := range 60 {
			wantDone, want := a.step(step)
			gotDone, got := b.step(step)
			require.Equal(t, wantDone, gotDone, "seed %d step %d", seed, step)
			require.Equal(t, want, got, "seed %d step %d: %s", seed, step, wantDone)
			require.Equal(t, shapeOf(t, once.value(t, a.id)), shapeOf(t, twice.value(t, b.id)),
				"seed %d step %d: %s", seed, step, wantDone)
			require.Equal(t, once.watched(t, a.id) == 0, twice.watched(t, b.id) == 0,
				"seed %d step %d: %s", seed, step, wantDone)
		}
	}
}

// caller makes random calls for one session. What it draws does not depend on the store.
type caller struct {
	t     *testing.T
	s     *Store
	id    string
	rnd   *rand.Rand
	again *rand.Rand    // says which calls are made twice; nil for none
	lease time.Duration // how long leases last; 0 for an hour
	ids   int           // how many different events it brings; 0 for 12
	held  []hold        // the leases it was given, lost ones too
}

func (c *caller) term() time.Duration { return cmp.Or(c.lease, time.Hour) }

type hold struct {
	token   session.LeaseToken
	rev     uint32
	eventID string
	memo    []byte
}

// step makes one call and returns what it was and the answer without its times.
func (c *caller) step(n int) (what string, answer any) {
	kind, pick, arg := c.rnd.IntN(8), c.rnd.IntN(1000), c.rnd.IntN(1000)
	token := benchToken(1 + n)
	if c.ids > 0 { // more turns that nothing disturbs, and fewer of the rest
		kind = [...]int{0, 0, 2, 2, 2, 2, 5, arg % 8}[kind]
	}
	if kind >= 2 && kind < 6 && len(c.held) == 0 {
		kind = 0
	}
	var call func() any
	switch kind {
	case 0, 1:
		what, call = "begin", c.begin(token, kind == 0, pick, arg)
	case 2, 3:
		what, call = "commit", c.commit(n, pick, arg)
	case 4:
		h := c.held[len(c.held)-1-pick%min(2, len(c.held))]
		what, call = "release", func() any {
			return c.s.Release(context.Background(), &session.ReleaseRequest{
				ID: c.id, Token: h.token, Counted: arg%2 == 0, Delay: time.Duration(arg%3) * time.Hour / 100,
			})
		}
	case 5:
		what, call = "ack", func() any {
			outs, err := c.s.Ack(context.Background(), &session.AckRequest{ID: c.id, Token: token, Done: session.MakeSeq(uint32(arg%10), pick%3), DeliveryLease: time.Hour, Leave: arg%3 == 0})
			require.NoError(c.t, err)
			return outs
		}
	case 6:
		what, call = "unsend", func() any {
			return c.s.Unsend(context.Background(), c.id, fmt.Sprint("m", pick%4))
		}
	case 7:
		what, call = "discard", func() any {
			seq := session.MakeSeq(uint32(arg%10), pick%3)
			return c.s.Discard(context.Background(), c.id, seq, "why", nil)
		}
	}
	answer = call()
	if c.again != nil && c.again.IntN(2) == 0 {
		answer = call()
	}
	c.note(token, answer)
	if b, ok := answer.(session.BeginResult); ok {
		b.Memo = nil // its bytes are the store's own business
		answer = b
	}
	return what, answer
}

func (c *caller) begin(token session.LeaseToken, event bool, pick, arg int) func() any {
	r := &session.BeginRequest{ID: c.id, Token: token, Hold: arg%7 == 0, Lease: c.term(), DeliveryLease: c.term()}
	if event {
		n := pick % cmp.Or(c.ids, 12)
		id := fmt.Sprint("e", n)
		r.Event = session.Event{ID: id, Time: base.Add(time.Duration(n/3) * time.Second), Body: []byte("body of " + id)}
		r.Event.MessageID = fmt.Sprint("m", pick%4)
	}
	if arg%5 == 0 {
		r.Done = session.MakeSeq(uint32(arg%10), 1)
	}
	return func() any {
		b, err := c.s.Begin(context.Background(), r)
		require.NoError(c.t, err)
		b.Now, b.Event.Accepted, b.Event.Time = time.Time{}, time.Time{}, b.Event.Time.UTC()
		return b
	}
}

func (c *caller) commit(n, pick, arg int) func() any {
	h := c.held[len(c.held)-1-pick%min(2, len(c.held))]
	r := &session.CommitRequest{
		ID: c.id, Token: h.token, Rev: h.rev, EventID: h.eventID, Memo: h.memo, Lease: c.term(), DeliveryLease: c.term(),
		Release: arg%6 == 0, State: []byte(fmt.Sprint("state", n)[:arg%7]),
	}
	if arg%4 == 0 {
		r.Due = base.Add(-20 * 365 * 24 * time.Hour)
	}
	for i := range arg % 3 {
		r.Outputs = append(r.Outputs, []byte(fmt.Sprint("o", n, i)))
	}
	if arg%11 == 0 {
		r.Done = session.MakeSeq(h.rev, 200)
	}
	return func() any {
		done, err := c.s.Commit(context.Background(), r)
		if err != nil {
			return err
		}
		done.Now, done.Next.Accepted, done.Next.Time = time.Time{}, time.Time{}, done.Next.Time.UTC()
		return done
	}
}

// note keeps the leases that were given.
func (c *caller) note(token session.LeaseToken, answer any) {
	switch a := answer.(type) {
	case session.BeginResult:
		if a.Status == session.Run {
			c.held = append(c.held, hold{token, a.Rev, a.Event.ID, a.Memo})
		}
	case session.CommitResult:
		if a.Next.ID != "" {
			last := &c.held[len(c.held)-1]
			last.rev, last.eventID = a.Rev, a.Next.ID
		}
	}
}
