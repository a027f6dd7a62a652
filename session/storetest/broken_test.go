package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
)

// broken is a good store of which some calls were replaced.
type broken struct {
	begin   func(*session.BeginRequest) (session.BeginResult, error)
	commit  func(*session.CommitRequest) (session.CommitResult, error)
	release func(*session.ReleaseRequest) error
	extend  func(string, session.LeaseToken, time.Duration) error
	ack     func(*session.AckRequest) (session.AckResult, error)
	discard func(string, session.Seq, string, []byte) error
	due     func([]string, int, time.Duration) ([]string, time.Duration, error)
	wake    func() <-chan struct{}
	beat    func(string, []string, time.Duration) ([]int, error)
	brokenAdmin
}

func newBroken(spoil func(good session.Store, b *broken)) session.Store {
	good, ctx := memstore.New(), context.Background()
	b := &broken{}
	b.begin = func(r *session.BeginRequest) (session.BeginResult, error) { return good.Begin(ctx, r) }
	b.commit = func(r *session.CommitRequest) (session.CommitResult, error) { return good.Commit(ctx, r) }
	b.release = func(r *session.ReleaseRequest) error { return good.Release(ctx, r) }
	b.extend = func(id string, t session.LeaseToken, d time.Duration) error { return good.Extend(ctx, id, t, d) }
	b.ack = func(r *session.AckRequest) (session.AckResult, error) { return good.Ack(ctx, r) }
	b.discard = func(id string, seq session.Seq, why string, body []byte) error {
		return good.Discard(ctx, id, seq, why, body)
	}
	b.due = func(accounts []string, n int, claim time.Duration) ([]string, time.Duration, error) {
		return good.Due(ctx, accounts, n, claim)
	}
	b.wake = good.Wake
	b.beat = func(process string, accounts []string, term time.Duration) ([]int, error) {
		return good.Heartbeat(ctx, process, accounts, term)
	}
	b.brokenAdmin = goodAdmin(good)
	spoil(good, b)
	return b
}

func (b *broken) Heartbeat(_ context.Context, process string, accounts []string, term time.Duration) ([]int, error) {
	return b.beat(process, accounts, term)
}

func (b *broken) Begin(_ context.Context, r *session.BeginRequest) (session.BeginResult, error) {
	c := *r
	return b.begin(&c)
}

func (b *broken) Commit(_ context.Context, r *session.CommitRequest) (session.CommitResult, error) {
	c := *r
	return b.commit(&c)
}

func (b *broken) Release(_ context.Context, r *session.ReleaseRequest) error {
	c := *r
	return b.release(&c)
}

func (b *broken) Extend(_ context.Context, id string, t session.LeaseToken, d time.Duration) error {
	return b.extend(id, t, d)
}

func (b *broken) Ack(_ context.Context, r *session.AckRequest) (session.AckResult, error) {
	return b.ack(r)
}

func (b *broken) Discard(_ context.Context, id string, seq session.Seq, why string, body []byte) error {
	return b.discard(id, seq, why, body)
}

func (b *broken) Due(_ context.Context, accounts []string, n int, claim time.Duration) (
	[]string, time.Duration, error,
) {
	return b.due(accounts, n, claim)
}

func (b *broken) Wake() <-chan struct{} { return b.wake() }

// onBegin changes what is asked, onBegun what is answered; likewise for Commit.
func onBegin(change func(*session.BeginRequest)) func(session.Store, *broken) {
	return func(_ session.Store, b *broken) {
		good := b.begin
		b.begin = func(r *session.BeginRequest) (session.BeginResult, error) {
			change(r)
			return good(r)
		}
	}
}

func onBegun(change func(*session.BeginResult)) func(session.Store, *broken) {
	return func(_ session.Store, b *broken) {
		good := b.begin
		b.begin = func(r *session.BeginRequest) (session.BeginResult, error) {
			got, err := good(r)
			change(&got)
			return got, err
		}
	}
}

func onCommit(change func(*session.CommitRequest)) func(session.Store, *broken) {
	return func(_ session.Store, b *broken) {
		good := b.commit
		b.commit = func(r *session.CommitRequest) (session.CommitResult, error) {
			change(r)
			return good(r)
		}
	}
}

func onCommitted(change func(*session.CommitRequest, *session.CommitResult, error) error) func(session.Store, *broken) {
	return func(_ session.Store, b *broken) {
		good := b.commit
		b.commit = func(r *session.CommitRequest) (session.CommitResult, error) {
			got, err := good(r)
			err = change(r, &got, err)
			return got, err
		}
	}
}

// forgetful gives each event that comes a new id, as if it had never come.
func forgetful(_ session.Store, b *broken) {
	n, begin, commit := 0, b.begin, b.commit
	full := map[string]string{}
	strip := func(id string, e *session.Event) {
		if e.ID != "" {
			full[id] = e.ID
			e.ID, _, _ = strings.Cut(e.ID, "#")
		}
	}
	b.begin = func(r *session.BeginRequest) (session.BeginResult, error) {
		if n++; r.Event.ID != "" {
			r.Event.ID = fmt.Sprintf("%s#%03d", r.Event.ID, n)
		}
		got, err := begin(r)
		strip(r.ID, &got.Event)
		return got, err
	}
	b.commit = func(r *session.CommitRequest) (session.CommitResult, error) {
		if r.EventID != "" {
			r.EventID = full[r.ID]
		}
		got, err := commit(r)
		strip(r.ID, &got.Next)
		return got, err
	}
}

// aliasing hands out and keeps the caller's own slice.
func aliasing(_ session.Store, b *broken) {
	states, begin, commit := map[string][]byte{}, b.begin, b.commit
	b.begin = func(r *session.BeginRequest) (session.BeginResult, error) {
		got, err := begin(r)
		if got.Status == session.Run {
			got.State = states[r.ID]
		}
		return got, err
	}
	b.commit = func(r *session.CommitRequest) (session.CommitResult, error) {
		got, err := commit(r)
		if err == nil {
			states[r.ID] = r.State
		}
		return got, err
	}
}

// endless forgets everything of a session that ends.
func endless(_ session.Store, b *broken) {
	lives, begin, commit := map[string]string{}, b.begin, b.commit
	b.begin = func(r *session.BeginRequest) (session.BeginResult, error) {
		r.ID = reborn(r.ID, lives[r.ID])
		return begin(r)
	}
	b.commit = func(r *session.CommitRequest) (session.CommitResult, error) {
		id := r.ID
		r.ID = reborn(id, lives[id])
		if len(r.State) == 0 && r.Due.IsZero() {
			defer func() { lives[id] += "+" }()
		}
		return commit(r)
	}
}

// onlyOnce refuses calls that are made again.
func onlyOnce(_ session.Store, b *broken) {
	done, commit := map[string]bool{}, b.commit
	b.commit = func(r *session.CommitRequest) (session.CommitResult, error) {
		this := fmt.Sprint(r.ID, r.Token, r.Rev)
		if done[this] {
			return session.CommitResult{}, session.ErrFenced
		}
		got, err := commit(r)
		done[this] = err == nil
		return got, err
	}
}

func newTokens(_ session.Store, b *broken) {
	n, seen, begin := byte(0), map[session.LeaseToken]bool{}, b.begin
	b.begin = func(r *session.BeginRequest) (session.BeginResult, error) {
		if seen[r.Token] {
			n++
			r.Token = session.LeaseToken{0xff, n}
		}
		seen[r.Token] = true
		return begin(r)
	}
}

func stuckState(_ session.Store, b *broken) {
	states, commit := map[string][]byte{}, b.commit
	b.commit = func(r *session.CommitRequest) (session.CommitResult, error) {
		if len(r.State) == 0 {
			r.State = states[r.ID]
		}
		states[r.ID] = slices.Clone(r.State)
		return commit(r)
	}
}

func crossed(_ session.Store, b *broken) {
	begin, commit := b.begin, b.commit
	b.begin = func(r *session.BeginRequest) (session.BeginResult, error) {
		r.ID = "one"
		return begin(r)
	}
	b.commit = func(r *session.CommitRequest) (session.CommitResult, error) {
		r.ID = "one"
		return commit(r)
	}
}

func dropsHead(_ session.Store, b *broken) {
	heads, begin, commit := map[string]string{}, b.begin, b.commit
	b.begin = func(r *session.BeginRequest) (session.BeginResult, error) {
		got, err := begin(r)
		if got.Status == session.Run {
			heads[r.ID] = got.Event.ID
		}
		return got, err
	}
	b.commit = func(r *session.CommitRequest) (session.CommitResult, error) {
		if r.EventID == "" {
			r.EventID = heads[r.ID]
		}
		return commit(r)
	}
}

// eldest answers with the event of the least time that is not done.
func eldest(_ session.Store, b *broken) {
	var waiting []session.Event
	begin := b.begin
	b.begin = func(r *session.BeginRequest) (session.BeginResult, error) {
		got, err := begin(r)
		if r.Event.ID != "" {
			waiting = append(waiting, r.Event)
		}
		for _, e := range waiting {
			if got.Status == session.Run && e.Time.Before(got.Event.Time) {
				got.Event = e
			}
		}
		return got, err
	}
}

// aliasingBodies answers with the slice that the caller brought.
func aliasingBodies(_ session.Store, b *broken) {
	brought, begin := map[string][]byte{}, b.begin
	b.begin = func(r *session.BeginRequest) (session.BeginResult, error) {
		got, err := begin(r)
		brought[r.Event.ID] = r.Event.Body
		got.Event.Body = brought[got.Event.ID]
		return got, err
	}
}

// takesForHolder takes who acknowledges, by Begin or by Ack, for the process whose turn was begun last.
func takesForHolder(byBegin bool) func(session.Store, *broken) {
	return func(_ session.Store, b *broken) {
		last := map[string]session.LeaseToken{}
		begin, ack := b.begin, b.ack
		b.begin = func(r *session.BeginRequest) (session.BeginResult, error) {
			if byBegin && r.Done != 0 {
				process := last[r.ID].Process()
				copy(r.Token[:], process[:])
			}
			got, err := begin(r)
			if got.Status == session.Run {
				last[r.ID] = r.Token
			}
			return got, err
		}
		b.ack = func(r *session.AckRequest) (session.AckResult, error) {
			if !byBegin {
				process := last[r.ID].Process()
				copy(r.Token[:], process[:])
			}
			return ack(r)
		}
	}
}

// fencesLate fences whoever comes when the lease ran out, though nobody took it.
func fencesLate(_ session.Store, b *broken) {
	until, begin, commit := map[session.LeaseToken]time.Time{}, b.begin, b.commit
	b.begin = func(r *session.BeginRequest) (session.BeginResult, error) {
		got, err := begin(r)
		until[r.Token] = got.Now.Add(r.Lease)
		return got, err
	}
	b.commit = func(r *session.CommitRequest) (session.CommitResult, error) {
		if !time.Now().Before(until[r.Token]) {
			return session.CommitResult{}, session.ErrFenced
		}
		got, err := commit(r)
		until[r.Token] = got.Now.Add(r.Lease)
		return got, err
	}
}

// lookersAlone hands outputs whose delivery lease ran out to nobody who brings an event.
func lookersAlone(_ session.Store, b *broken) {
	begin := b.begin
	b.begin = func(r *session.BeginRequest) (session.BeginResult, error) {
		got, err := begin(r)
		if r.Event.ID != "" && got.Retried {
			got.Outputs, got.Retried = nil, false
		}
		return got, err
	}
}

// timersAtOnce releases a turn for a timer without its delay.
func timersAtOnce(_ session.Store, b *broken) {
	events, begin, release := map[string]string{}, b.begin, b.release
	b.begin = func(r *session.BeginRequest) (session.BeginResult, error) {
		got, err := begin(r)
		if got.Status == session.Run {
			events[r.ID] = got.Event.ID
		}
		return got, err
	}
	b.release = func(r *session.ReleaseRequest) error {
		if events[r.ID] == "" {
			r.Delay = 0
		}
		return release(r)
	}
}

// forgetsCrash says that an attempt crashed to the next one alone.
func forgetsCrash(_ session.Store, b *broken) {
	told, begin := map[string]bool{}, b.begin
	b.begin = func(r *session.BeginRequest) (session.BeginResult, error) {
		got, err := begin(r)
		got.Crashed = got.Crashed && !told[r.ID]
		told[r.ID] = told[r.ID] || got.Crashed
		return got, err
	}
}

// chargesTimers counts the attempts of a timer to the event that waits behind it.
func chargesTimers(_ session.Store, b *broken) {
	last, extra := map[string]int{}, map[string]int{}
	begin, commit := b.begin, b.commit
	b.begin = func(r *session.BeginRequest) (session.BeginResult, error) {
		got, err := begin(r)
		if got.Status == session.Run {
			last[r.ID] = got.Attempt
			got.Attempt += extra[r.ID]
		}
		return got, err
	}
	b.commit = func(r *session.CommitRequest) (session.CommitResult, error) {
		got, err := commit(r)
		if extra[r.ID] = 0; err == nil && r.EventID == "" && got.Next.ID != "" {
			extra[r.ID] = last[r.ID] - 1
		}
		return got, err
	}
}

// keepsClaims hides a session for as long as it was claimed, also when it had a turn.
func keepsClaims(_ session.Store, b *broken) {
	due, until := b.due, map[string]time.Time{}
	b.due = func(accounts []string, n int, claim time.Duration) ([]string, time.Duration, error) {
		ids, wait, err := due(accounts, n, claim)
		ids = slices.DeleteFunc(ids, func(id string) bool { return time.Now().Before(until[id]) })
		for _, id := range ids {
			until[id] = time.Now().Add(claim)
		}
		return ids, wait, err
	}
}
