package redisstore

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// What only the packed value and its index can get wrong, branch by branch.

// timerTurn returns a session with a timer that is due, and begins its turn.
func timerTurn(t *testing.T, s *Store, lease time.Duration) (id string, b session.BeginResult) {
	t.Helper()
	id = sessionID(1)
	mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1)})
	mustCommit(t, s, &session.CommitRequest{ID: id, Token: token(1), EventID: "e1", Due: time.UnixMilli(1)})
	b = mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(2), Lease: lease})
	require.Equal(t, session.Run, b.Status)
	require.Equal(t, 1, b.Attempt)
	return id, b
}

// awaitDue waits until the store's clock has passed what the index says.
func awaitDue(t *testing.T, s *Store, id string) {
	t.Helper()
	require.Eventually(t, func() bool { return len(dueIDs(t, s)) == 1 }, time.Minute, time.Millisecond)
	require.Equal(t, []string{id}, dueIDs(t, s))
}

func TestAttemptsOfATimerAreNotThoseOfAnEvent(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	t.Run("that waited behind it", func(t *testing.T) {
		t.Parallel()
		s := newStore(t, redistest.Start(t), nil)
		id, _ := timerTurn(t, s, 50*time.Millisecond)
		mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(3), Event: event("e2", 2), Hold: true})
		awaitDue(t, s, id)
		b := mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(4)})
		require.Equal(t, "e2", b.Event.ID)
		require.Equal(t, 1, b.Attempt)
	})
	t.Run("that came after it was released", func(t *testing.T) {
		t.Parallel()
		s := newStore(t, redistest.Start(t), nil)
		id, _ := timerTurn(t, s, time.Minute)
		require.NoError(t, s.Release(ctx, &session.ReleaseRequest{ID: id, Token: token(2), Counted: true}))
		b := mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(3), Event: event("e2", 2)})
		require.Equal(t, "e2", b.Event.ID)
		require.Equal(t, 1, b.Attempt)
	})
	t.Run("and outlast a duplicate", func(t *testing.T) {
		t.Parallel()
		s := newStore(t, redistest.Start(t), nil)
		id, _ := timerTurn(t, s, time.Minute)
		require.NoError(t, s.Release(ctx, &session.ReleaseRequest{ID: id, Token: token(2), Counted: true}))
		b := mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(3), Event: event("e1", 1)})
		require.Equal(t, session.Duplicate, b.Status)
		b = mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(4)})
		require.Equal(t, 2, b.Attempt)
	})
}

// A session with more events than it remembers still knows those that wait.
func TestWaitingEventThatWasForgotten(t *testing.T) {
	t.Parallel()
	s := newStore(t, redistest.Start(t), nil)
	id := sessionID(1)
	wait := func(e session.Event) {
		b := mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(9), Event: e})
		require.Equal(t, session.Queued, b.Status, e.ID)
	}
	mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e0", 0)})
	wait(event("late", 9_000))
	for i := range maxSeen { // all others go before the late event
		wait(event(fmt.Sprint("e", i+1), i+1))
		c := mustCommit(t, s, &session.CommitRequest{ID: id, Token: token(1), Rev: uint32(i), EventID: fmt.Sprint("e", i)})
		require.Equal(t, fmt.Sprint("e", i+1), c.Next.ID)
	}
	full := shapeOf(t, s.value(t, id))
	require.Equal(t, 1, full.Mail)
	require.Equal(t, maxSeen, full.Seen)
	wait(event("late", 9_000))
	wait(event(fmt.Sprint("e", maxSeen), maxSeen)) // the head
	require.Equal(t, full, shapeOf(t, s.value(t, id)))
}

// A full mailbox takes no more events, and knows those that it has.
func TestFullMailbox(t *testing.T) {
	t.Parallel()
	s := newStore(t, redistest.Start(t), nil)
	id := sessionID(1)
	for i := range 1 + session.MaxMailbox {
		want := session.Queued
		if i == 0 {
			want = session.Run
		}
		b := mustBegin(t, s, &session.BeginRequest{ID: id, Token: benchToken(i), Event: event(fmt.Sprint("e", i), i)})
		require.Equal(t, want, b.Status)
	}
	full := shapeOf(t, s.value(t, id))
	require.Equal(t, session.MaxMailbox, full.Mail)
	for _, i := range []int{0, 1, 50, session.MaxMailbox} {
		b := mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(9), Event: event(fmt.Sprint("e", i), i)})
		require.Equal(t, session.Queued, b.Status, i)
	}
	_, err := s.Begin(context.Background(), &session.BeginRequest{ID: id, Token: token(9), Event: event("more", 999)})
	require.ErrorIs(t, err, session.ErrFull)
	require.Equal(t, full, shapeOf(t, s.value(t, id)))
}

func TestMailboxThatLostMoreThanOne(t *testing.T) {
	t.Parallel()
	s := newStore(t, redistest.Start(t), nil)
	id := sessionID(1)
	for i := range 3 {
		mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event(fmt.Sprint("e", i), i), Hold: true})
	}
	require.NoError(t, s.client.Del(context.Background(), s.at(id).mailbox).Err())
	require.Equal(t, session.Idle, mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(2)}).Status)
	require.Equal(t, shape{Seen: 3}, shapeOf(t, s.value(t, id)))
}

func TestCommitThatIsRepeatedLate(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	t.Run("after another took the delivery lease", func(t *testing.T) {
		t.Parallel()
		s := newStore(t, redistest.Start(t), nil)
		id := sessionID(1)
		mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1)})
		r := &session.CommitRequest{
			ID: id, Token: token(1), EventID: "e1", Outputs: [][]byte{[]byte("o")}, DeliveryLease: time.Millisecond,
		}
		require.True(t, mustCommit(t, s, r).MayDeliver)
		awaitDue(t, s, id)
		b := mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(2), DeliveryLease: time.Hour})
		require.True(t, b.Retried)
		require.Len(t, b.Outputs, 1)
		require.False(t, mustCommit(t, s, r).MayDeliver)
		again := mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(2), DeliveryLease: time.Hour})
		require.Equal(t, b.Outputs, again.Outputs, "the same call gives the same answer")
		require.True(t, again.Retried)
	})
	t.Run("has a fresh lease", func(t *testing.T) {
		t.Parallel()
		s := newStore(t, redistest.Start(t), nil)
		id := sessionID(1)
		mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1)})
		mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(2), Event: event("e2", 2)})
		r := &session.CommitRequest{ID: id, Token: token(1), EventID: "e1", Lease: time.Minute}
		require.Equal(t, "e2", mustCommit(t, s, r).Next.ID)
		r.Lease = time.Hour
		c := mustCommit(t, s, r)
		require.Equal(t, "e2", c.Next.ID)
		require.EqualValues(t, c.Now.Add(time.Hour).UnixMilli(), s.watched(t, id))
	})
	t.Run("that released", func(t *testing.T) {
		t.Parallel()
		s := newStore(t, redistest.Start(t), nil)
		id := sessionID(1)
		mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1)})
		mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(2), Event: event("e2", 2)})
		r := &session.CommitRequest{ID: id, Token: token(1), EventID: "e1", Release: true}
		for range 2 {
			require.Empty(t, mustCommit(t, s, r).Next.ID)
		}
		require.Equal(t, []string{id}, dueIDs(t, s))
		err := s.Release(ctx, &session.ReleaseRequest{ID: id, Token: token(1), Delay: time.Hour})
		require.True(t, errors.Is(err, session.ErrFenced), err)
		require.Equal(t, []string{id}, dueIDs(t, s))
	})
}

func TestAckRenewsTheLane(t *testing.T) {
	t.Parallel()
	s := newStore(t, redistest.Start(t), nil)
	id := sessionID(1)
	mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1)})
	mustCommit(t, s, &session.CommitRequest{
		ID: id, Token: token(1), EventID: "e1", Outputs: [][]byte{[]byte("o1"), []byte("o2")}, DeliveryLease: time.Minute,
	})
	outs, err := s.Ack(context.Background(), &session.AckRequest{ID: id, Token: token(9), Done: session.MakeSeq(1, 1), DeliveryLease: time.Hour})
	require.NoError(t, err)
	require.Equal(t, []session.Output{{Seq: session.MakeSeq(1, 2), Body: []byte("o2")}}, outs.Outputs)
	now := mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(3)}).Now
	require.InDelta(t, now.Add(time.Hour).UnixMilli(), s.watched(t, id), float64(time.Minute.Milliseconds()))
	name := token(9)
	require.Equal(t, string(name[:]), shapeOf(t, s.value(t, id)).Carrier, "the token of the Ack")
}

// Begin hands out the event it was brought without asking Redis for it, but not the caller's bytes.
func TestBodyOfTheEventIsACopy(t *testing.T) {
	t.Parallel()
	s := newStore(t, redistest.Start(t), nil)
	e := event("e1", 1)
	b := mustBegin(t, s, &session.BeginRequest{ID: sessionID(1), Token: token(1), Event: e})
	require.Equal(t, b.Now, b.Event.Accepted)
	clear(e.Body)
	require.Equal(t, "body of e1", string(b.Event.Body))
}

func TestTokenMarkDependsOnAllOfTheToken(t *testing.T) {
	t.Parallel()
	marks := make(map[uint32]bool)
	for i := range 8 {
		tok := token(8)
		tok[i] ^= byte(0x10 + i)
		marks[tokenMark(tok)] = true
	}
	require.Len(t, marks, 8)
}

// A Begin that is repeated, as its answer was lost, has the right of way from its second answer on.
func TestBeginThatIsRepeatedHasItsLaneAnew(t *testing.T) {
	t.Parallel()
	s := newStore(t, redistest.Start(t), nil)
	id := sessionID(1)
	mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1)})
	mustCommit(t, s, &session.CommitRequest{
		ID: id, Token: token(1), EventID: "e1", State: []byte("s"), Outputs: [][]byte{[]byte("o")}, DeliveryLease: time.Millisecond,
	})
	r := &session.BeginRequest{ID: id, Token: token(2), DeliveryLease: time.Minute}
	var first session.BeginResult
	require.Eventually(t, func() bool {
		first = mustBegin(t, s, r)
		return len(first.Outputs) > 0
	}, time.Second, time.Millisecond)
	var again session.BeginResult
	require.Eventually(t, func() bool {
		again = mustBegin(t, s, r)
		return again.Now.After(first.Now)
	}, time.Second, time.Millisecond)
	require.Len(t, again.Outputs, 1)
	require.EqualValues(t, again.Now.Add(time.Minute).UnixMilli(), s.watched(t, id))
}
