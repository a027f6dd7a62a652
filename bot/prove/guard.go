package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// The guards that a bot can be told to go without. The proving ground must find out: see the
// tests.
const (
	guardDedup  = "dedup"  // an event that was accepted before is accepted again
	guardFence  = "fence"  // a turn whose lease was lost is written nevertheless
	guardOutbox = "outbox" // outputs are acknowledged before they are sent
	guardOrder  = "order"  // events wait in the order of their ids
	guardLost   = "commit" // one commit of twenty is not written

	guardAccounts = "accounts" // what is due is listed whatever account it is of
)

// breakGuard returns the store without a guard.
func breakGuard(guard string, s session.Store) session.Store {
	switch guard {
	case guardDedup:
		return noDedup{s}
	case guardFence:
		return noFence{s}
	case guardOutbox:
		return noOutbox{s}
	case guardOrder:
		return noOrder{s}
	case guardLost:
		return noCommit{s}
	case guardAccounts:
		return noAccounts{s}
	default:
		return s
	}
}

type noDedup struct{ session.Store }

func (s noDedup) Begin(ctx context.Context, r *session.BeginRequest) (session.BeginResult, error) {
	q := *r
	if q.Event.ID != "" {
		q.Redelivered = false
		q.Event.ID = fmt.Sprintf("%s-%08x", q.Event.ID, rand.Uint32())
	}
	return s.Store.Begin(ctx, &q)
}

type noFence struct{ session.Store }

// nothing is an event that no flow answers.
const nothing = `{"type":"none","mode":"active","timestamp":1,"webhookEventId":%q,` +
	`"source":{"type":"user","userId":"U0"}}`

// Commit writes what was fenced as if the session were still its own.
func (s noFence) Commit(ctx context.Context, r *session.CommitRequest) (session.CommitResult, error) {
	done, err := s.Store.Commit(ctx, r)
	for tries := 0; errors.Is(err, session.ErrFenced) && tries < 200; tries++ {
		forced := *r
		id := fmt.Sprintf("forced-%016x", rand.Uint64())
		binary.LittleEndian.PutUint64(forced.Token[:], rand.Uint64()|1)
		begun, e := s.Store.Begin(ctx, &session.BeginRequest{
			ID: r.ID, Token: forced.Token, Lease: r.Lease, DeliveryLease: r.DeliveryLease,
			Event: session.Event{ID: id, Time: time.UnixMilli(1), Body: fmt.Appendf(nil, nothing, id)},
		})
		if e != nil || begun.Status != session.Run {
			time.Sleep(20 * time.Millisecond)
			continue
		}
		forced.EventID, forced.Rev = begun.Event.ID, begun.Rev
		if done, err = s.Store.Commit(ctx, &forced); err == nil {
			done.Next = session.Event{} // its token is not the caller's
		}
	}
	return done, err
}

type noOutbox struct{ session.Store }

// Commit keeps the outputs from the store: they are sent by this process or not at all.
func (s noOutbox) Commit(ctx context.Context, r *session.CommitRequest) (session.CommitResult, error) {
	q := *r
	q.Outputs = nil
	done, err := s.Store.Commit(ctx, &q)
	done.MayDeliver = true
	return done, err
}

type noOrder struct{ session.Store }

func (s noOrder) Begin(ctx context.Context, r *session.BeginRequest) (session.BeginResult, error) {
	q := *r
	if q.Event.ID != "" {
		q.Event.Time = time.UnixMilli(1 + rand.Int64N(1000))
	}
	return s.Store.Begin(ctx, &q)
}

type noAccounts struct{ session.Store }

func (s noAccounts) Due(ctx context.Context, _ []string, limit int, claim time.Duration) ([]string, time.Duration, error) {
	return s.Store.Due(ctx, allAccounts, limit, claim)
}

type noCommit struct{ session.Store }

func (s noCommit) Commit(ctx context.Context, r *session.CommitRequest) (session.CommitResult, error) {
	if r.EventID != "" && rand.IntN(20) == 0 {
		q := session.ReleaseRequest{ID: r.ID, Token: r.Token, Delay: time.Millisecond}
		if err := s.Release(ctx, &q); err != nil {
			return session.CommitResult{}, err
		}
		return session.CommitResult{Rev: r.Rev + 1, MayDeliver: true, Now: time.Now()}, nil
	}
	return s.Store.Commit(ctx, r)
}
