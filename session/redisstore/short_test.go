package redisstore

import (
	"cmp"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// withoutShortWay has the store's short scripts leave every session alone, so that all calls go the full way.
func withoutShortWay(t *testing.T, s *Store) {
	for _, sc := range []*script{&s.scripts.shortBegin, &s.scripts.shortCommit, &s.scripts.shortAck} {
		sc.text = "return { 'sixsix', '' }"
		sum := sha1.Sum([]byte(sc.text))
		sc.sha = hex.EncodeToString(sum[:])
	}
	require.NoError(t, s.loadScripts(context.Background()))
}

// Two stores get the same random calls at the same times. One goes the short way where it can, the other never.
// Their answers are the same, and so is all that they store, byte by byte. Two things may differ: the
// watch index may have the session earlier, and the hours in the header are rounded up after a minute was added.
func TestShortWayEndsAsTheFullWay(t *testing.T) {
	t.Parallel()
	client := redistest.StartServer(t, nil).Client()
	short, full := newStore(t, client, nil), newStore(t, client, nil)
	clocks := []*clock{newClock(t, client, short), newClock(t, client, full)}
	withoutShortWay(t, full)
	start := time.Now().Add(time.Hour).Truncate(time.Second)
	for i, s := range []*Store{short, full} {
		clocks[i].advance(start.Sub(mustBegin(t, s, &session.BeginRequest{ID: sessionID(9999), Token: token(1)}).Now))
	}
	seeds := rand.New(rand.NewPCG(rand.Uint64(), 0))
	for seq := range 200 {
		seed := seeds.Uint64()
		a := caller{t: t, s: short, id: sessionID(seq), rnd: rand.New(rand.NewPCG(seed, 1)), lease: 10 * time.Second, ids: 1000}
		b := caller{t: t, s: full, id: a.id, rnd: rand.New(rand.NewPCG(seed, 1)), lease: 10 * time.Second, ids: 1000}
		for step := range 20 {
			what, want := b.step(step)
			_, got := a.step(step)
			require.Equal(t, want, got, "seed %d step %d: %s", seed, step, what)
			v, w := short.value(t, a.id), full.value(t, b.id)
			require.Equal(t, maskHours(string(unfolded([]byte(w)))), maskHours(string(unfolded([]byte(v)))), "seed %d step %d: %s", seed, step, what)
			require.Equal(t, full.watched(t, b.id) == 0, short.watched(t, a.id) == 0, "seed %d step %d: %s", seed, step, what)
			require.LessOrEqual(t, short.watched(t, a.id), full.watched(t, b.id), "seed %d step %d: %s", seed, step, what)
			if ahead := time.Duration(a.rnd.IntN(4)*b.rnd.IntN(4)) * time.Second; ahead > 0 {
				clocks[0].advance(ahead)
				clocks[1].advance(ahead)
			}
		}
	}
	for _, command := range []string{"append", "getrange"} {
		calls, _ := stat(t, client, command)
		require.Greater(t, calls, 100., "the short way was gone: %s", command)
	}
}

// maskHours takes the hours of expiry out of a value.
func maskHours(v string) string {
	if len(v) < headerBytes {
		return v
	}
	return v[:expiryAt] + "..." + v[expiryAt+3:]
}

// Short calls travel as one script call. A session in it that cannot be read gets its error, and no other does; one
// that is in another case than most goes the full way.
func TestMergedCallsHaveNothingToDoWithEachOther(t *testing.T) {
	t.Parallel()
	t.Run("all can be read", func(t *testing.T) { mergedCalls(t, false) })
	t.Run("one cannot be read", func(t *testing.T) { mergedCalls(t, true) })
}

func mergedCalls(t *testing.T, broken bool) {
	ctx, client := context.Background(), redistest.Start(t)
	s := newStore(t, client, &Options{Timeout: time.Minute, flushers: 1})
	if broken {
		require.NoError(t, client.HSet(ctx, s.at(sessionID(3)).session, "a", "b").Err())
	}
	require.NoError(t, s.Forget(ctx, sessionID(4)))
	seen := mustBegin(t, s, &session.BeginRequest{ID: sessionID(5), Token: token(9), Event: event("e5", 5)})
	mustCommit(t, s, &session.CommitRequest{ID: sessionID(5), Token: token(9), Rev: seen.Rev, EventID: "e5", Memo: seen.Memo})
	mustBegin(t, s, &session.BeginRequest{ID: sessionID(6), Token: token(9), Event: event("e0", 0)})
	begun, errs := make([]session.BeginResult, 10), make([]error, 10)
	together := func(f func(i int)) {
		w := newWire(client)
		open := w.close()
		var wg sync.WaitGroup
		wg.Go(func() { f(0) })
		<-w.held
		for i := 1; i < len(begun); i++ {
			wg.Go(func() { f(i) })
		}
		require.Eventually(t, func() bool { return s.batch.waiting() == len(begun)-1 }, time.Minute, time.Millisecond)
		open()
		wg.Wait()
	}
	later := time.Now().Add(time.Hour)
	together(func(i int) {
		e := event(fmt.Sprint("e", i), i)
		if i == 4 {
			e.Time = later // after the forget
		}
		begun[i], errs[i] = s.Begin(ctx, &session.BeginRequest{ID: sessionID(i), Token: benchToken(i), Event: e})
	})
	for i, b := range begun {
		want := map[int]session.Status{5: session.Duplicate, 6: session.Queued}
		if broken {
			want[3] = 0
		}
		status, other := want[i]
		if !other {
			status = session.Run
		}
		require.Equal(t, status, b.Status, i)
		require.Equal(t, broken && i == 3, errs[i] != nil, "%d: %v", i, errs[i])
		if i > 0 { // the first travels alone
			require.Equal(t, broken || other || i == 4, b.Memo == nil, i)
		}
	}
	// And the commits: one has an event that came meanwhile, and one holds no lease.
	mustBegin(t, s, &session.BeginRequest{ID: sessionID(7), Token: token(9), Event: event("after", 20)})
	together(func(i int) {
		_, errs[i] = s.Commit(ctx, &session.CommitRequest{
			ID: sessionID(i), Token: benchToken(i), Rev: begun[i].Rev, EventID: begun[i].Event.ID, Memo: begun[i].Memo,
			State: []byte(fmt.Sprint("state of ", i)),
		})
	})
	for i, err := range errs {
		if i == 5 || i == 6 || broken && i == 3 {
			require.Error(t, err, i)
		} else {
			require.NoError(t, err, i)
			require.Equal(t, fmt.Sprint("state of ", i), shapeOf(t, s.value(t, sessionID(i))).State)
		}
	}
	require.Equal(t, "after=body of after", shapeOf(t, s.value(t, sessionID(7))).Head)
}

// A turn that leaves an output keeps its place in the watch index, which must not be later than the end of the
// delivery lease, or than its timer.
func TestShortWayLeavesNoSessionUnwatched(t *testing.T) {
	t.Parallel()
	s := newStore(t, redistest.Start(t), nil)
	for i, test := range []struct {
		name            string
		lease, delivery time.Duration // of Begin
		of              time.Duration // the delivery lease of Commit
		timer           time.Duration // from now
		outputs         int
	}{
		{"as most are", 0, 0, 0, time.Hour, 1},
		{"a timer before the lease would have ended", 0, 0, 0, time.Second, 1},
		{"a timer that is past", 0, 0, 0, -time.Second, 1},
		{"a delivery lease that is short", time.Hour, time.Hour, time.Second, 0, 1},
		{"no output, and a timer", 0, 0, 0, time.Hour, 0},
		{"no output, and a timer soon", 0, 0, 0, time.Second, 0},
		{"no output and no timer", 0, 0, 0, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			id := sessionID(i)
			b := mustBegin(t, s, &session.BeginRequest{
				ID: id, Token: token(1), Event: event("e", 1), Lease: test.lease, DeliveryLease: test.delivery,
			})
			require.NotNil(t, b.Memo)
			r := &session.CommitRequest{
				ID: id, Token: token(1), EventID: "e", Memo: b.Memo, DeliveryLease: test.of, Outputs: make([][]byte, test.outputs),
			}
			if test.timer != 0 {
				r.Due = b.Now.Add(test.timer)
			}
			c := mustCommit(t, s, r)
			var due []int64
			if test.timer != 0 {
				due = append(due, r.Due.UnixMilli())
			}
			if test.outputs > 0 {
				due = append(due, c.Now.Add(cmp.Or(test.of, session.DefaultDeliveryLease)).UnixMilli())
			}
			if len(due) == 0 {
				require.Zero(t, s.watched(t, id))
				return
			}
			require.Positive(t, s.watched(t, id))
			require.LessOrEqual(t, int64(s.watched(t, id)), slices.Min(due))
			require.LessOrEqual(t, s.bound(t, id), s.watched(t, id))
		})
	}
}

// A session that would expire soon is kept for the event that came, as long as it may wait.
func TestShortBeginKeepsTheSession(t *testing.T) {
	t.Parallel()
	client := redistest.Start(t)
	s := newStore(t, client, nil)
	clock := newClock(t, client, s)
	id := sessionID(1)
	b := mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1)})
	mustCommit(t, s, &session.CommitRequest{ID: id, Token: token(1), EventID: "e1", Memo: b.Memo, State: []byte("s")})
	clock.advance(20 * time.Hour)
	b = mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(2), Event: event("e2", 2)})
	require.NotNil(t, b.Memo)
	require.InDelta(t, keepWaiting, client.PTTL(t.Context(), s.at(id).session).Val(), float64(time.Minute))
	clock.advance(keepWaiting - time.Hour)
	b = mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(3)})
	require.Equal(t, "e2", b.Event.ID)
	require.Equal(t, "s", string(b.State))
}
