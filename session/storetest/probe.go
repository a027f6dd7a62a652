package storetest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// reporter is what the suite needs of a testing.T, so that its own tests can record failures.
type reporter interface {
	Helper()
	Context() context.Context
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
}

// long is a term that no check outlives, short one that passes soon. A check gives long to what must
// still hold at its end, and short to what must be over after a pass.
const (
	long  = 10 * time.Minute
	short = 60 * time.Millisecond
)

// probe calls a store and reports what is not as promised. Its methods that take a step, which is the
// name of the call in a failure, end the check at the first answer that is wrong. So the checks read as
// a list of calls with the answers that they must have:
//
//	t := p.run("Begin", s, p.event("e1", 1))                         // Begin of e1 must answer Run
//	p.begin("Begin again", session.BeginRequest{...}, session.Queued) // must answer Queued
//	p.end("Commit", t)                                               // must hand over nothing
type probe struct {
	reporter
	promise string
	store   session.Store
	opts    Options
	base    time.Time // when the check began, by the store's clock
	tokens  atomic.Uint64
}

// newProbe returns the probe of one check. Times of events count from now on, by the store's clock.
func newProbe(r reporter, promise string, s session.Store, o Options) *probe {
	p := &probe{reporter: r, promise: promise, store: s, opts: o}
	p.base = p.now()
	return p
}

// fail reports that a call did not answer what was promised.
func (p *probe) fail(step, what string, want, got any) {
	p.Helper()
	p.Fatalf("%s: %s: want %s %s, got %s", p.promise, step, what, show(want), show(got))
}

// same fails unless got is want.
func (p *probe) same(step, what string, want, got any) {
	p.Helper()
	if !reflect.DeepEqual(want, got) {
		p.fail(step, what, want, got)
	}
}

// err fails unless the error is want, or wraps it; nil means none.
func (p *probe) err(step string, want, got error) {
	p.Helper()
	if !errors.Is(got, want) {
		p.fail(step, "error", want, got)
	}
}

// show writes a value as failures do.
func show(v any) string {
	switch v := v.(type) {
	case nil:
		return "none"
	case string:
		return fmt.Sprintf("%q", v)
	case []byte:
		return fmt.Sprintf("%q", v)
	case time.Time:
		if v.IsZero() {
			return "none"
		}
		return v.UTC().Format("15:04:05.000")
	}
	return fmt.Sprintf("%v", v)
}

// session returns the id of a session of that name, which belongs to the check's own account: its promise. So
// each check has sessions of its own, also where all checks use one Redis.
func (p *probe) session(name string) string { return p.sessionOf(p.promise, name) }

// sessionOf returns the id of a session of an account.
func (p *probe) sessionOf(account, name string) string {
	return session.Key{Channel: account, ChatID: name}.ID()
}

// accounts are those that a check asks for unless it says otherwise: its own.
func (p *probe) accounts() []string { return []string{p.promise} }

// token returns a token of the first process that was not used before in this check.
func (p *probe) token() session.LeaseToken { return p.tokenOf(0) }

// tokenOf returns a token of the process with that number that was not used before in this check. Its two
// halves look as if they were drawn, as the contract has it, and are the same in each run. A store may keep
// less than a whole token of the last commit: redisstore keeps the first half XOR the second, which is the
// same for two drawn tokens once in 2^32. For tokens that were counted it would be the same often: process 3
// with number 0xf0 would be taken for process 0 with number 0xf3.
func (p *probe) tokenOf(process int) session.LeaseToken {
	drawn := func(n uint64) uint32 { return rand.New(rand.NewPCG(uint64(process), n)).Uint32() }
	var t session.LeaseToken
	binary.BigEndian.PutUint32(t[:], drawn(0))
	binary.BigEndian.PutUint32(t[4:], drawn(p.tokens.Add(1)))
	return t
}

// event returns an event that happened that many milliseconds after the check began, by its own account:
// the check need not have run for that long. In most checks e3 is the event of 3 ms, so that the names
// show the order.
func (p *probe) event(id string, ms int) session.Event {
	at := p.base.Add(time.Duration(ms) * time.Millisecond)
	return session.Event{ID: id, Time: at, MessageID: "message of " + id, Body: []byte("body of " + id)}
}

// turn is a lease and the turn it is held for. It is what a process knows after Begin: the answer, the
// session and its token. Two turns of one session stand for two processes.
type turn struct {
	session.BeginResult
	id    string
	token session.LeaseToken
}

// begin calls Begin, with a new token and long terms unless the request has others, and fails
// unless the status is want.
func (p *probe) begin(step string, r session.BeginRequest, want session.Status) *turn {
	p.Helper()
	if r.Token == (session.LeaseToken{}) {
		r.Token = p.token()
	}
	if r.Lease == 0 {
		r.Lease = long
	}
	if r.DeliveryLease == 0 {
		r.DeliveryLease = long
	}
	b, err := p.store.Begin(p.Context(), &r)
	p.err(step, nil, err)
	p.same(step, "status", want, b.Status)
	return &turn{BeginResult: b, id: r.ID, token: r.Token}
}

// run begins a turn for the event, which must be the one that is handed out.
func (p *probe) run(step, id string, e session.Event) *turn {
	p.Helper()
	t := p.begin(step, session.BeginRequest{ID: id, Event: e}, session.Run)
	p.same(step, "event", e.ID, t.Event.ID)
	return t
}

// look begins a turn for what is due, which must be the event of that id, or the timer if the id is
// empty. It is what a bot does with a session that Due lists.
func (p *probe) look(step, id, event string) *turn {
	p.Helper()
	t := p.begin(step, session.BeginRequest{ID: id}, session.Run)
	p.same(step, "event", event, t.Event.ID)
	return t
}

// idle looks after a session for which nothing is due. Outputs may be handed out all the same.
func (p *probe) idle(step, id string) *turn {
	p.Helper()
	return p.begin(step, session.BeginRequest{ID: id}, session.Idle)
}

// request completes a commit of the turn: session, token and revision are always the turn's. The event
// is the one that r names, because a commit for a timer names none.
func (t *turn) request(r session.CommitRequest) *session.CommitRequest {
	// Terms are long and nothing is kept for longer than it must, unless the request says
	// otherwise.
	r.ID, r.Token, r.Rev, r.Memo = t.id, t.token, t.Rev, t.Memo
	if r.Lease == 0 {
		r.Lease = long
	}
	if r.DeliveryLease == 0 {
		r.DeliveryLease = long
	}
	if r.Keep == 0 {
		r.Keep = 24 * time.Hour
	}
	return &r
}

// commit ends the turn, and makes it that of the next event if one is handed over. So the same variable
// is used for the next commit:
//
//	p.commit("Commit", t, r) // of e1; e2 is handed over
//	p.end("last Commit", t)  // of e2
func (p *probe) commit(step string, t *turn, r session.CommitRequest) session.CommitResult {
	p.Helper()
	r.EventID = t.Event.ID
	return p.commitAs(step, t, r)
}

// commitAs is commit for the event that the request names.
func (p *probe) commitAs(step string, t *turn, r session.CommitRequest) session.CommitResult {
	p.Helper()
	c, err := p.store.Commit(p.Context(), t.request(r))
	p.err(step, nil, err)
	p.same(step, "revision", t.Rev+1, c.Rev)
	t.Rev, t.Event, t.Attempt = c.Rev, c.Next, 1
	return c
}

// end commits the turn with some state, and fails if another event is handed over.
func (p *probe) end(step string, t *turn) {
	p.Helper()
	c := p.commit(step, t, session.CommitRequest{State: []byte("state")})
	p.same(step, "next event", "", c.Next.ID)
}

// bodies returns what the outputs hold.
func bodies(outs []session.Output) []string {
	got := []string{}
	for _, o := range outs {
		got = append(got, string(o.Body))
	}
	return got
}
