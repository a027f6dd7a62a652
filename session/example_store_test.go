package session_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// PlainStore is a session.Store that is as simple as the contract allows: a map and one lock. It knows
// no Wake, looks at all sessions to find those that are due, and never deletes what it remembers. It
// passes storetest and carries a bot; a real store differs from it in where it keeps things.
type PlainStore struct {
	mu       sync.Mutex
	sessions map[string]*plain
	dead     []session.DeadLetter // the oldest first
	lastDead int                  // the number of the last dead letter
}

// plain is one session.
type plain struct {
	rev   uint32
	state []byte
	due   time.Time          // of the timer
	last  session.LeaseToken // of the last commit

	token     session.LeaseToken // holds the lease, also after until, as long as nobody takes it
	until     time.Time
	notBefore time.Time // no turn begins before
	claimed   time.Time // Due does not list the session before
	attempts  int
	crashed   bool

	events []session.Event // those that wait, in order; the head first
	begun  bool            // events[0] is the head
	seen   map[string]bool // ids of all events that were accepted
	forgot time.Time       // when the session was forgotten

	outs        []session.Output
	outsUntil   time.Time          // the end of the delivery lease
	outsToken   session.LeaseToken // whose it is
	outsRetried bool               // an earlier holder may have sent some of them
	outsRev     uint32             // the revision of the commit that gave it
}

var (
	_    session.Store = (*PlainStore)(nil)
	zero session.LeaseToken

	errNothing = errors.New("plain: the call names nothing")
)

// NewPlainStore returns an empty store.
func NewPlainStore() *PlainStore { return &PlainStore{sessions: map[string]*plain{}} }

// now is the store's clock, to the millisecond.
func now() time.Time { return time.Now().Truncate(time.Millisecond) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// lock returns the session of that id, which is new if there is none, and ends its claim. The caller unlocks s.mu.
func (s *PlainStore) lock(id string) *plain {
	s.mu.Lock()
	if s.sessions[id] == nil {
		s.sessions[id] = &plain{seen: map[string]bool{}}
	}
	s.sessions[id].claimed = time.Time{}
	return s.sessions[id]
}

// holds says that the token holds the lease.
func (v *plain) holds(t session.LeaseToken) bool { return t != zero && v.token == t }

func (s *PlainStore) Begin(_ context.Context, r *session.BeginRequest) (session.BeginResult, error) {
	switch {
	case len(r.Event.ID) > session.MaxEventID, len(r.Event.MessageID) > session.MaxEventID,
		len(r.Event.Body) > session.MaxEvent:
		return session.BeginResult{}, session.ErrTooLarge
	case r.Token == zero:
		return session.BeginResult{}, errors.New("plain store: the zero token is not valid")
	}
	v, b := s.lock(r.ID), session.BeginResult{Status: session.Idle, Now: now()}
	defer s.mu.Unlock()
	if r.Event.ID != "" {
		var err error
		if b.Status, err = v.accept(r.Event, b.Now); err != nil {
			return session.BeginResult{}, err
		}
	}
	if b.Status != session.Stale && !r.Hold && v.take(r, b.Now) {
		b.Status, b.Event, b.Attempt, b.Crashed = session.Run, v.head(), v.attempts, v.crashed
		b.Rev, b.State, b.Due = v.rev, bytes.Clone(v.state), v.due
	}
	v.handOut(r, &b)
	return b, nil
}

// accept puts an event that is new into its place in the line.
func (v *plain) accept(e session.Event, now time.Time) (session.Status, error) {
	switch {
	case !v.forgot.IsZero() && !e.Time.After(v.forgot):
		return session.Stale, nil
	case v.seen[e.ID] && slices.ContainsFunc(v.events, func(w session.Event) bool { return w.ID == e.ID }):
		return session.Queued, nil
	case v.seen[e.ID]:
		return session.Duplicate, nil
	case len(v.events) >= session.MaxMailbox:
		return 0, session.ErrFull
	}
	e.Accepted = now
	v.insert(e, now)
	return session.Queued, nil
}

func (v *plain) insert(e session.Event, now time.Time) {
	if len(v.events) == 0 {
		v.notBefore = later(v.notBefore, now) // since when the session is due
	}
	v.seen[e.ID] = true
	at := 0
	if v.begun {
		at = 1 // the head stays first
	}
	for at < len(v.events) && !v.events[at].Time.After(e.Time) {
		at++
	}
	e.Body = bytes.Clone(e.Body)
	v.events = slices.Insert(v.events, at, e)
}

// take gives the caller the lease, if it is free and there is a turn to run, or if the caller has it.
func (v *plain) take(r *session.BeginRequest, now time.Time) bool {
	until := now.Add(cmp.Or(r.Lease, session.DefaultLease))
	timer := r.Event.ID == "" && !v.due.IsZero() && !v.due.After(now)
	switch {
	case v.token == r.Token: // the same call again
		v.until = until
		return true
	case v.token != zero && v.until.After(now), v.notBefore.After(now), len(v.events) == 0 && !timer:
		return false
	}
	if len(v.events) > 0 && !v.begun {
		v.begun, v.attempts = true, 0
	}
	v.crashed = v.attempts > 0 && (v.crashed || v.token != zero)
	v.attempts++
	v.token, v.until, v.notBefore = r.Token, until, time.Time{}
	return true
}

// head returns a copy of the event that the turn is for; empty if it is for the timer.
func (v *plain) head() session.Event {
	if !v.begun {
		return session.Event{}
	}
	e := v.events[0]
	e.Body = bytes.Clone(e.Body)
	return e
}

// handOut gives the caller of Begin the outputs that it may deliver.
func (v *plain) handOut(r *session.BeginRequest, b *session.BeginResult) {
	v.outs = v.behind(r.Done)
	again := v.outsToken == r.Token
	behind := r.Done != 0 && v.outsToken.Process() == r.Token.Process()
	if len(v.outs) == 0 || !behind && !again && (r.Hold || v.outsUntil.After(b.Now)) {
		return
	}
	v.outsRetried = v.outsRetried || !behind
	v.deliver(r.Token, r.DeliveryLease)
	b.Outputs, b.Retried = v.behind(0), v.outsRetried
}

// behind returns a copy of the outputs that wait behind one.
func (v *plain) behind(done session.Seq) (outs []session.Output) {
	for _, o := range v.outs {
		if o.Seq > done {
			outs = append(outs, session.Output{Seq: o.Seq, Body: bytes.Clone(o.Body)})
		}
	}
	return outs
}

// deliver gives the delivery lease to the token.
func (v *plain) deliver(t session.LeaseToken, lease time.Duration) {
	v.outsToken, v.outsUntil = t, now().Add(cmp.Or(lease, session.DefaultDeliveryLease))
}

func (s *PlainStore) Commit(_ context.Context, r *session.CommitRequest) (session.CommitResult, error) {
	size := 0
	for _, o := range r.Outputs {
		size += len(o)
	}
	d := r.DeadTimer
	if len(r.State) > session.MaxState || size > session.MaxOutput ||
		d != nil && (len(d.Event.ID) > session.MaxEventID || len(d.Event.Body) > session.MaxEvent) {
		return session.CommitResult{}, session.ErrTooLarge
	}
	v := s.lock(r.ID)
	defer s.mu.Unlock()
	switch {
	case r.Token != zero && v.last == r.Token && v.rev == r.Rev+1: // the same call again
		return v.committed(r), nil
	case v.rev > r.Rev+1 && v.delivers(r.Token, r.Rev+1): // the same, and others committed since
		v.deliver(r.Token, r.DeliveryLease)
		return session.CommitResult{Now: now(), Rev: r.Rev + 1, MayDeliver: true}, nil
	case !v.holds(r.Token), v.rev != r.Rev, r.EventID != "" && v.head().ID != r.EventID:
		return session.CommitResult{}, session.ErrFenced
	case len(v.behind(r.Done))+len(r.Outputs) > session.MaxOutputs:
		return session.CommitResult{}, session.ErrFull
	}
	switch {
	case r.Dead != "" && r.EventID != "":
		s.setAside(session.DeadLetter{Session: r.ID, Event: v.head(), Attempts: v.attempts, Why: r.Dead})
	case r.Dead != "" && d != nil:
		e := session.Event{ID: d.Event.ID, Time: d.Event.Time, Accepted: now(), Body: bytes.Clone(d.Event.Body)}
		s.setAside(session.DeadLetter{Session: r.ID, Event: e, Attempts: d.Attempts, Why: r.Dead})
	}
	v.rev, v.last, v.state, v.due = v.rev+1, r.Token, bytes.Clone(r.State), r.Due
	if v.outs = v.behind(r.Done); len(v.outs) == 0 {
		v.outsToken, v.outsRev, v.outsRetried = r.Token, v.rev, false
	}
	for i, body := range r.Outputs {
		v.outs = append(v.outs, session.Output{Seq: session.MakeSeq(v.rev, i+1), Body: bytes.Clone(body)})
	}
	if r.EventID != "" {
		v.events, v.begun = v.events[1:], false
	}
	v.attempts, v.crashed = 0, false
	switch {
	case len(v.events) == 0:
		v.token = zero
	case r.Release:
		v.token, v.notBefore = zero, now()
	default:
		v.begun, v.attempts = true, 1
	}
	return v.committed(r), nil
}

// delivers says that the commit of that token and revision has the delivery lease, and that an output of it
// still waits.
func (v *plain) delivers(t session.LeaseToken, rev uint32) bool {
	return len(v.outs) > 0 && v.outsToken == t && v.outsRev == rev && v.outs[0].Seq < session.MakeSeq(rev+1, 0)
}

// committed is the answer to the last commit.
func (v *plain) committed(r *session.CommitRequest) session.CommitResult {
	c := session.CommitResult{Now: now(), Rev: v.rev, MayDeliver: v.delivers(r.Token, v.rev)}
	if c.MayDeliver {
		v.deliver(r.Token, r.DeliveryLease)
	}
	if v.holds(r.Token) {
		v.until, c.Next = c.Now.Add(cmp.Or(r.Lease, session.DefaultLease)), v.head()
	}
	return c
}

func (s *PlainStore) Release(_ context.Context, r *session.ReleaseRequest) error {
	v := s.lock(r.ID)
	defer s.mu.Unlock()
	if !v.holds(r.Token) {
		return session.ErrFenced
	}
	v.token, v.notBefore = zero, now().Add(r.Delay)
	if !r.Counted {
		v.attempts--
	}
	return nil
}

func (s *PlainStore) Extend(_ context.Context, id string, t session.LeaseToken, lease time.Duration) error {
	v := s.lock(id)
	defer s.mu.Unlock()
	if !v.holds(t) {
		return session.ErrFenced
	}
	v.until = now().Add(cmp.Or(lease, session.DefaultLease))
	return nil
}

func (s *PlainStore) Ack(_ context.Context, r *session.AckRequest) (session.AckResult, error) {
	v := s.lock(r.ID)
	defer s.mu.Unlock()
	v.outs = v.behind(r.Done)
	own := v.outsToken.Process() == r.Token.Process()
	if len(v.outs) == 0 || !own && v.outsUntil.After(now()) {
		return session.AckResult{}, nil
	}
	v.outsRetried = v.outsRetried || !own
	if v.outsRev = 0; r.Leave {
		v.deliver(zero, r.DeliveryLease)
		return session.AckResult{}, nil
	}
	v.deliver(r.Token, r.DeliveryLease)
	return session.AckResult{Outputs: v.behind(0), Retried: v.outsRetried}, nil
}

func (s *PlainStore) Discard(_ context.Context, id string, seq session.Seq, why string, body []byte) error {
	v := s.lock(id)
	defer s.mu.Unlock()
	for _, o := range v.outs {
		if o.Seq == seq {
			if body != nil {
				o.Body = bytes.Clone(body)
			}
			s.setAside(session.DeadLetter{Session: id, Output: o, Why: why})
		}
	}
	v.outs = v.behind(seq)
	return nil
}

func (s *PlainStore) Wake() <-chan struct{} { return nil }

func (s *PlainStore) Heartbeat(_ context.Context, _ string, accounts []string, _ time.Duration) ([]int, error) {
	return slices.Repeat([]int{1}, len(accounts)), nil
}

// Due looks at all sessions. As there is no Wake, it tells to wait for 2 s at most.
func (s *PlainStore) Due(_ context.Context, accounts []string, limit int, claim time.Duration) (
	ids []string, wait time.Duration, err error,
) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, wait := now(), 2*time.Second
	for id, v := range s.sessions {
		switch due := v.dueAt(); {
		case due.IsZero(), !slices.Contains(accounts, session.Account(id)):
		case v.claimed.After(now):
			wait = min(wait, v.claimed.Sub(now))
		case due.After(now):
			wait = min(wait, due.Sub(now))
		default:
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b string) int { return s.sessions[a].dueAt().Compare(s.sessions[b].dueAt()) })
	if len(ids) > limit {
		ids, wait = ids[:limit], 0
	}
	for _, id := range ids {
		if claim > 0 {
			s.sessions[id].claimed = now.Add(claim)
			wait = min(wait, claim)
		}
	}
	return ids, wait, nil
}

// dueAt returns from when Begin has something to do; zero for never.
func (v *plain) dueAt() (due time.Time) {
	switch {
	case v.token != zero:
		due = v.until
	case len(v.events) > 0:
		due = v.notBefore
	case !v.due.IsZero():
		due = later(v.due, v.notBefore)
	}
	if len(v.outs) > 0 && (due.IsZero() || v.outsUntil.Before(due)) {
		due = v.outsUntil
	}
	return due
}

func (s *PlainStore) Check(context.Context) error { return nil }

func (s *PlainStore) Inspect(_ context.Context, id string) (session.Snapshot, error) {
	v := s.lock(id)
	defer s.mu.Unlock()
	snap := session.Snapshot{
		Now: now(), Rev: v.rev, State: bytes.Clone(v.state), Due: v.due, Attempts: v.attempts, Outputs: v.behind(0),
	}
	if v.token != zero {
		snap.LeasedUntil = v.until
	}
	for _, e := range v.events {
		snap.Events = append(snap.Events, session.Event{ID: e.ID, Time: e.Time, Accepted: e.Accepted})
	}
	return snap, nil
}

// Forget keeps the revision, so that an Ack of old outputs drops no new ones.
func (s *PlainStore) Forget(_ context.Context, id string) error {
	v := s.lock(id)
	defer s.mu.Unlock()
	*v = plain{rev: v.rev, forgot: now(), seen: map[string]bool{}}
	s.dead = slices.DeleteFunc(s.dead, func(l session.DeadLetter) bool { return l.Session == id })
	return nil
}

func (s *PlainStore) Unsend(_ context.Context, id, message string) error {
	if len(message) > session.MaxEventID {
		return session.ErrTooLarge
	}
	if message == "" {
		return errNothing
	}
	v := s.lock(id)
	defer s.mu.Unlock()
	for i, e := range v.events {
		if e.MessageID == message {
			v.events[i].Body = nil
		}
	}
	s.dead = slices.DeleteFunc(s.dead, func(l session.DeadLetter) bool {
		return l.Session == id && l.Event.MessageID == message
	})
	return nil
}

func (s *PlainStore) setAside(l session.DeadLetter) {
	s.lastDead++
	l.ID, l.Time = strconv.Itoa(s.lastDead), now()
	s.dead = append(s.dead, l)
}

// DeadLetters begins a page behind the dead letter with the id from.
func (s *PlainStore) DeadLetters(_ context.Context, accounts []string, from string, limit int) (
	page []session.DeadLetter, next string, err error,
) {
	if limit < 1 {
		return nil, "", errNothing
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	last, _ := strconv.Atoi(from)
	for _, l := range s.dead {
		if n, _ := strconv.Atoi(l.ID); n <= last || !slices.Contains(accounts, session.Account(l.Session)) {
			continue
		}
		if len(page) == limit {
			return page, next, nil
		}
		l.Event.Body, l.Output.Body = bytes.Clone(l.Event.Body), bytes.Clone(l.Output.Body)
		page, next = append(page, l), l.ID
	}
	return page, "", nil
}

func (s *PlainStore) CountDeadLetters(_ context.Context, accounts []string) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.dead {
		if slices.Contains(accounts, session.Account(l.Session)) {
			n++
		}
	}
	return n, nil
}

// find returns the place of a dead letter, or a negative number.
func (s *PlainStore) find(letter string) int {
	return slices.IndexFunc(s.dead, func(l session.DeadLetter) bool { return l.ID == letter })
}

func (s *PlainStore) Replay(_ context.Context, letter string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.find(letter)
	if i < 0 {
		return session.ErrNoDeadLetter
	}
	e, v := s.dead[i].Replayed(), s.sessions[s.dead[i].Session]
	if len(v.events) >= session.MaxMailbox {
		return session.ErrFull
	}
	e.ID += "#r" + letter
	v.insert(e, now())
	s.dead = slices.Delete(s.dead, i, i+1)
	return nil
}

func (s *PlainStore) DeleteDeadLetter(_ context.Context, letter string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.find(letter)
	if i < 0 {
		return session.ErrNoDeadLetter
	}
	s.dead = slices.Delete(s.dead, i, i+1)
	return nil
}

// A store of your own, written from the contract alone: see the whole file. Its test is one line,
//
//	storetest.Run(t, func(*testing.T) session.Store { return NewPlainStore() }, &storetest.Options{Virtual: true})
func ExampleStore() {
	ctx, store, id := context.Background(), NewPlainStore(), session.Key{ChatID: "ann"}.ID()
	begin := func(token byte, event string) session.BeginResult {
		b, _ := store.Begin(ctx, &session.BeginRequest{
			ID: id, Token: session.LeaseToken{token}, Event: session.Event{ID: event, Time: time.Now(), Body: []byte("hello")},
		})
		fmt.Printf("Begin of %s: %s, event %q, revision %d\n", event, b.Status, b.Event.ID, b.Rev)
		return b
	}
	begin(1, "e1") // process 1 has the lease
	begin(2, "e2") // process 2 leaves its event to process 1
	c, _ := store.Commit(ctx, &session.CommitRequest{
		ID: id, Token: session.LeaseToken{1}, Rev: 0, EventID: "e1",
		State: []byte("greeted"), Outputs: [][]byte{[]byte("hello, ann")},
	})
	fmt.Printf("Commit of e1: revision %d, may deliver %v, next event %q\n", c.Rev, c.MayDeliver, c.Next.ID)
	// Output:
	// Begin of e1: run, event "e1", revision 0
	// Begin of e2: queued, event "", revision 0
	// Commit of e1: revision 1, may deliver true, next event "e2"
}
