package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// brokenStore breaks the promise, and perhaps others with it.
type brokenStore struct {
	name    string
	spoil   func(good session.Store, b *broken)
	promise string
}

func brokenStores() []brokenStore {
	const claims = "a claimed session is listed to nobody until the claim is over or it had a turn"
	const crash = "an attempt that lost its lease is told from one that was released"
	noFence := onCommitted(func(r *session.CommitRequest, c *session.CommitResult, err error) error {
		if errors.Is(err, session.ErrFenced) {
			*c = session.CommitResult{Rev: r.Rev + 1}
			return nil
		}
		return err
	})
	twoDeliveryLeases := onCommitted(func(_ *session.CommitRequest, c *session.CommitResult, err error) error {
		c.MayDeliver = true
		return err
	})
	countsReleases := func(_ session.Store, b *broken) {
		release := b.release
		b.release = func(r *session.ReleaseRequest) error {
			r.Counted = true
			return release(r)
		}
	}
	hidesWake := func(_ session.Store, b *broken) { b.wake = func() <-chan struct{} { return nil } }
	keepsLease := onCommit(func(r *session.CommitRequest) {
		r.Release = false
	})
	losesTimers := onCommit(func(r *session.CommitRequest) { r.Due = time.Time{} })
	return append(append(brokenAdmins(), mixers()...), []brokenStore{
		{"forgets events", forgetful, "an event accepted twice runs once"},
		{"forgets events while they run", forgetful, "a duplicate while it runs is not run again"},
		{"forgets old events", forgetful, "a late duplicate is recognised"},
		{"accepts old redeliveries", onBegin(func(r *session.BeginRequest) {
			r.Redelivered = false
		}), "a redelivery older than what is remembered is refused"},
		{"forgets with the session", endless, "an ended session still knows its events"},
		{"says duplicate for what nobody runs", onBegun(func(b *session.BeginResult) {
			if b.Attempt > 1 {
				*b = session.BeginResult{Status: session.Duplicate, Now: b.Now}
			}
		}), "a duplicate of an event that nobody runs takes it over"},
		{"turns the order round", onBegin(func(r *session.BeginRequest) {
			r.Event.Time = time.Unix(4e9, 0).Add(-time.Duration(r.Event.Time.UnixMilli()))
		}), "events wait behind the lease and are handed over in time order"},
		{"sorts events of one time by their ids", onBegin(func(r *session.BeginRequest) {
			if r.Event.ID != "" {
				r.Event.Time = r.Event.Time.Add(time.Duration(r.Event.ID[0]) * time.Millisecond)
			}
		}), "events of one time are in the order in which they came"},
		{"runs the event that was brought", func(_ session.Store, b *broken) {
			begin := b.begin
			b.begin = func(r *session.BeginRequest) (session.BeginResult, error) {
				got, err := begin(r)
				if r.Event.ID != "" {
					got.Event = r.Event
				}
				return got, err
			}
		}, "oldest first after a crash"},
		{"does not hold", onBegin(func(r *session.BeginRequest) { r.Hold = false }), "an event is held for others"},
		{"brings dead events back", onCommit(func(r *session.CommitRequest) {
			if r.Dead != "" {
				r.EventID = ""
			}
		}), "an event set aside as dead does not come back"},
		{"keeps the lease", keepsLease, "a commit may leave the next event to others"},
		{"mixes sessions", crossed, "sessions do not mix"},
		{"has no fence", noFence, "a lease that ran out is taken over and the old holder is fenced"},
		{"has leases without end", onBegin(func(r *session.BeginRequest) {
			r.Lease = time.Hour
		}), "a lease that ran out is taken over and the old holder is fenced"},
		{"has no leases", onBegin(func(r *session.BeginRequest) {
			r.Lease, r.Token = time.Millisecond, session.LeaseToken{1}
		}), "who never held the lease is fenced"},
		{"does not look at revisions", onCommitted(func(r *session.CommitRequest, c *session.CommitResult, err error) error {
			return nil
		}), "a commit of a passed revision is fenced"},
		{"does not extend", func(_ session.Store, b *broken) {
			b.extend = func(string, session.LeaseToken, time.Duration) error { return nil }
		}, "extend moves the end of the lease"},
		{"takes no term for a short one", onBegin(func(r *session.BeginRequest) {
			if r.Lease == 0 {
				r.Lease = time.Millisecond
			}
		}), "terms that are not given last for seconds"},
		{"does not count", onBegun(func(b *session.BeginResult) { b.Attempt = 1 }), "attempts are counted"},
		{"knows no crash", onBegun(func(b *session.BeginResult) { b.Crashed = false }), crash},
		{"takes a release for a crash", onBegun(func(b *session.BeginResult) { b.Crashed = b.Attempt > 1 }), crash},
		{"forgets a crash", forgetsCrash, crash},
		{"begins anew when asked again", newTokens, "begin repeated with the same token gives the same answer"},
		{"begins a timer anew", newTokens, "begin repeated for a timer gives the same answer"},
		{"commits once only", onlyOnce, "commit repeated gives the same answer"},
		{"hands over once only", onlyOnce, "commit repeated hands over the same event"},
		{"forgets the delivery lease of a commit", onlyOnce, "commit repeated after the next turn has its delivery lease"},
		{"takes a lost turn for a repeated one", onCommitted(func(r *session.CommitRequest, c *session.CommitResult, err error) error {
			if errors.Is(err, session.ErrFenced) && r.Rev > 0 {
				c.Rev, c.MayDeliver, err = r.Rev+1, true, nil
			}
			return err
		}), "a lost turn is fenced though its process delivers an earlier one"},
		{"releases without a delay", func(_ session.Store, b *broken) {
			release := b.release
			b.release = func(r *session.ReleaseRequest) error {
				r.Delay = 0
				return release(r)
			}
		}, "a released event waits for its delay"},
		{"counts every release", countsReleases, "a release that does not count leaves the attempts as they were"},
		{"counts no release", func(_ session.Store, b *broken) {
			release := b.release
			b.release = func(r *session.ReleaseRequest) error {
				r.Counted = false
				return release(r)
			}
		}, "a released event is due at once and counts"},
		{"drops outputs", onCommit(func(r *session.CommitRequest) {
			r.Outputs = r.Outputs[:min(1, len(r.Outputs))]
		}), "outputs wait in order, and only one delivers them"},
		{"has two delivery leases", twoDeliveryLeases, "outputs wait in order, and only one delivers them"},
		{"has delivery leases without end", onCommit(func(r *session.CommitRequest) {
			r.DeliveryLease = time.Hour
		}), "a delivery lease that ran out is handed out as retried"},
		{"gives the delivery lease to everybody", func(good session.Store, b *broken) {
			begin := b.begin
			b.begin = func(r *session.BeginRequest) (session.BeginResult, error) {
				got, err := begin(r)
				all, _ := good.Ack(context.Background(), &session.AckRequest{ID: r.ID, Token: r.Token, DeliveryLease: time.Hour})
				got.Outputs = all.Outputs
				return got, err
			}
		}, "a delivery lease that is held is handed to nobody else"},
		{"does not say retried", onBegun(func(b *session.BeginResult) {
			b.Retried = false
		}), "a delivery lease that ran out is handed out as retried"},
		{"gives the delivery lease to any ack", takesForHolder(false), "an ack takes no delivery lease from another process"},
		{"gives the delivery lease to any begin with an ack", takesForHolder(true), "an ack takes no delivery lease from another process"},
		{"gives the delivery lease to any begin with an ack", takesForHolder(true), "random calls are answered as the contract says"},
		{"keeps the delivery lease that is given up", func(good session.Store, b *broken) {
			b.ack = func(r *session.AckRequest) (session.AckResult, error) {
				leave := r.Leave
				r.Leave = false
				got, err := good.Ack(context.Background(), r)
				if leave {
					got = session.AckResult{}
				}
				return got, err
			}
		}, "outputs that are left wait, and then anybody gets them"},
		{"does not hear Begin's ack", onBegin(func(r *session.BeginRequest) { r.Done = 0 }), "an ack carried by begin"},
		{"does not hear Commit's ack", onCommit(func(r *session.CommitRequest) { r.Done = 0 }), "an ack carried by commit"},
		{"acknowledges everything", func(good session.Store, b *broken) {
			b.ack = func(r *session.AckRequest) (session.AckResult, error) {
				r.Done = session.MakeSeq(99, 99)
				return good.Ack(context.Background(), r)
			}
		}, "an ack of what was acknowledged does no harm"},
		{"drops outputs with the session", endless, "an ended session keeps its outputs"},
		{"loses timers", losesTimers, "a timer is due at its time"},
		{"fires too early", onCommit(func(r *session.CommitRequest) {
			if !r.Due.IsZero() {
				r.Due = r.Due.Add(-time.Hour)
			}
		}), "a timer is due at its time"},
		{"does not clear timers", func(_ session.Store, b *broken) {
			old, commit := map[string]time.Time{}, b.commit
			b.commit = func(r *session.CommitRequest) (session.CommitResult, error) {
				if r.Due.IsZero() {
					r.Due = old[r.ID]
				}
				old[r.ID] = r.Due
				return commit(r)
			}
		}, "a timer that was replaced or cleared does not fire"},
		{"drops the event with the timer", dropsHead, "a commit for a timer keeps the event that waits"},
		{"hands out aliases", aliasing, "state is copied"},
		{"cannot write an empty state", stuckState, "state is kept as it was written"},
		{"forgets too early", onCommit(func(r *session.CommitRequest) { r.Keep = 0 }), "a session is kept as long as was asked"},
		{"says queued for what it refuses", func(_ session.Store, b *broken) {
			begin := b.begin
			b.begin = func(r *session.BeginRequest) (session.BeginResult, error) {
				got, err := begin(r)
				if errors.Is(err, session.ErrFull) {
					return session.BeginResult{Status: session.Queued}, nil
				}
				return got, err
			}
		}, "a full mailbox refuses events and forgets that they came"},
		{"cuts what is too large", onCommit(func(r *session.CommitRequest) {
			r.State = r.State[:min(len(r.State), session.MaxState)]
		}), "what is too large is refused before anything is written"},
		{"takes less than it should", onCommit(func(r *session.CommitRequest) {
			r.State = r.State[:min(len(r.State), session.MaxState-1)]
		}), "what is just not too large is kept"},
		{"lists nothing", func(_ session.Store, b *broken) {
			b.due = func([]string, int, time.Duration) ([]string, time.Duration, error) { return nil, time.Second, nil }
		}, "due lists the most overdue first"},
		{"lists in any order", func(_ session.Store, b *broken) {
			due := b.due
			b.due = func(accounts []string, n int, claim time.Duration) ([]string, time.Duration, error) {
				ids, wait, err := due(accounts, n, claim)
				slices.Sort(ids)
				return ids, wait, err
			}
		}, "due lists the most overdue first"},
		{"lists twice", func(_ session.Store, b *broken) {
			due := b.due
			b.due = func(accounts []string, n int, claim time.Duration) ([]string, time.Duration, error) {
				ids, wait, err := due(accounts, n, claim)
				return append(ids, ids...), wait, err
			}
		}, "due lists each session once, and none that has nothing to do"},
		{"claims nothing", func(_ session.Store, b *broken) {
			due := b.due
			b.due = func(accounts []string, n int, _ time.Duration) ([]string, time.Duration, error) {
				return due(accounts, n, 0)
			}
		}, claims},
		{"claims what nobody asked it to claim", func(_ session.Store, b *broken) {
			due := b.due
			b.due = func(accounts []string, n int, claim time.Duration) ([]string, time.Duration, error) {
				return due(accounts, n, cmp.Or(claim, time.Second))
			}
		}, "due lists the most overdue first"},
		{"claims for ever", func(_ session.Store, b *broken) {
			due := b.due
			b.due = func(accounts []string, n int, claim time.Duration) ([]string, time.Duration, error) {
				return due(accounts, n, claim*1000)
			}
		}, claims},
		{"claims all that is due", func(_ session.Store, b *broken) {
			due := b.due
			b.due = func(accounts []string, n int, claim time.Duration) ([]string, time.Duration, error) {
				ids, wait, err := due(accounts, n+1000*int(min(claim, 1)), claim)
				return ids[:min(n, len(ids))], wait, err
			}
		}, claims},
		{"keeps a claim after the turn", keepsClaims, claims},
		{"hides Wake", hidesWake, "who sleeps as long as due tells, or until wake, is not late"},
		{"has a Wake that is silent", func(_ session.Store, b *broken) {
			b.wake = func() <-chan struct{} { return make(chan struct{}) }
		}, "who sleeps as long as due tells, or until wake, is not late"},
		{"hides Wake", hidesWake, "without wake, due tells to wait for two seconds at most"},
		{"runs the eldest", eldest, "a begun event stays first though an older one arrives"},
		{"runs the eldest", eldest, "a released event stays the first in line"},
		{"has no fence", noFence, "a released turn cannot be committed"},
		{"counts every release", countsReleases, "release repeated counts once"},
		{"runs timers first", onBegun(func(b *session.BeginResult) {
			if !b.Due.IsZero() && !b.Due.After(b.Now) {
				b.Event = session.Event{}
			}
		}), "an event comes before a timer"},
		{"runs timers once", onBegun(func(b *session.BeginResult) {
			if b.Event.ID == "" && b.Attempt > 1 {
				*b = session.BeginResult{Status: session.Idle, Now: b.Now}
			}
		}), "a timer whose turn was lost comes again"},
		{"forgets the timer without a state", onCommit(func(r *session.CommitRequest) {
			if len(r.State) == 0 {
				r.Due = time.Time{}
			}
		}), "a session without state keeps its timer"},
		{"charges a timer's attempts to the event", chargesTimers, "the attempts of a timer are not those of the event behind it"},
		{"charges a timer's attempts to the event", chargesTimers, "random calls are answered as the contract says"},
		{"leaves no letter of a timer", onCommit(func(r *session.CommitRequest) {
			r.DeadTimer = nil
		}), "a timer that is set aside leaves a letter, and is replayed as an event"},
		{"leaves no letter of a timer", onCommit(func(r *session.CommitRequest) {
			r.DeadTimer = nil
		}), "random calls are answered as the contract says"},
		{"keeps the caller's body", aliasingBodies, "events and outputs are copied"},
		{"drops what does not fit", func(_ session.Store, b *broken) {
			commit := b.commit
			b.commit = func(r *session.CommitRequest) (session.CommitResult, error) {
				got, err := commit(r)
				if errors.Is(err, session.ErrFull) {
					r.Outputs = nil
					return commit(r)
				}
				return got, err
			}
		}, "a full outbox refuses a commit and keeps the turn"},
		{"runs every copy", onBegin(func(r *session.BeginRequest) {
			if r.Event.ID != "" {
				r.Event.ID = fmt.Sprintf("%s%x", r.Event.ID, r.Token)
			}
		}), "many goroutines: each event exactly one committed turn, in order"},
		{"forgets events", forgetful, "random calls are answered as the contract says"},
		{"has no fence", noFence, "random calls are answered as the contract says"},
		{"gives the delivery lease twice", twoDeliveryLeases, "random calls are answered as the contract says"},
		{"counts every release", countsReleases, "random calls are answered as the contract says"},
		{"keeps the lease", keepsLease, "random calls are answered as the contract says"},
		{"loses timers", losesTimers, "random calls are answered as the contract says"},
		{"drops the event with the timer", dropsHead, "random calls are answered as the contract says"},
		{"hands over once only", onlyOnce, "random calls are answered as the contract says"},
		{"cannot write an empty state", stuckState, "random calls are answered as the contract says"},
		{"fences whose lease ran out", fencesLate, "a lease that ran out but that nobody took is still its holder's"},
		{"fences whose lease ran out", fencesLate, "random calls are answered as the contract says"},
		{"hands outputs to lookers alone", lookersAlone, "an event is handed outputs whose delivery lease ran out"},
		{"hands outputs to lookers alone", lookersAlone, "random calls are answered as the contract says"},
		{"does not delay timers", timersAtOnce, "an event waits behind a timer that was released"},
		{"does not delay timers", timersAtOnce, "random calls are answered as the contract says"},
	}...)
}
