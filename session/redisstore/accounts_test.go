package redisstore

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// dueAtLua reads a session and returns the time that the watch index must have.
var dueAtLua = "#!lua\n" + writeConstants(include("load")) + "\nreturn dueAt"

// dueAt returns when somebody must look at the session, in ms; 0 for never.
func (s *Store) dueAt(t *testing.T, id string) float64 {
	t.Helper()
	at, err := s.client.Eval(t.Context(), dueAtLua, []string{s.at(id).session}).Int64()
	require.NoError(t, err)
	return float64(at)
}

// bound returns the bound of the account of a session, in its partition; 0 if there is none.
func (s *Store) bound(t *testing.T, id string) float64 {
	t.Helper()
	h := s.at(id)
	at, err := s.client.ZScore(t.Context(), h.bounds, h.account).Result()
	if err != redis.Nil {
		require.NoError(t, err)
	}
	return at
}

// Random calls for sessions of two accounts, some of them by their bare hash as those of earlier builds are.
// A session that is due at some time is in an index that Due looks at by then: that of its account, whose bound
// is no later, or that of earlier builds. Leases end after a second or five, so that bounds matter.
func TestNoSessionIsDueBeforeItsBound(t *testing.T) {
	t.Parallel()
	client := redistest.Start(t)
	s := newStore(t, client, &Options{Partitions: 1})
	clock := newClock(t, client, s)
	for seq := range 40 {
		seed := rand.Uint64()
		rnd := rand.New(rand.NewPCG(seed, 3))
		var callers []*caller
		for i, name := range []string{"shop", "support", "shop"} {
			id := session.Key{Channel: name, ChatID: fmt.Sprint("game ", seq, " ", i)}.ID()
			callers = append(callers, &caller{t: t, s: s, id: id, rnd: rand.New(rand.NewPCG(seed, uint64(i)))})
		}
		for step := range 60 {
			if rnd.IntN(3) == 0 {
				clock.advance(time.Duration(rnd.IntN(4000)) * time.Millisecond)
			}
			if rnd.IntN(4) == 0 {
				_, _, err := s.Due(t.Context(), []string{[]string{"shop", "support", "none"}[rnd.IntN(3)]}, 1+rnd.IntN(3), 0)
				require.NoError(t, err)
			}
			c := callers[rnd.IntN(len(callers))]
			id := c.id
			c.lease = []time.Duration{time.Second, 5 * time.Second, time.Hour}[rnd.IntN(3)]
			if rnd.IntN(3) == 0 {
				c.id = s.at(id).hash
			}
			what, _ := c.step(step)
			earlier := s.watched(t, s.at(id).hash)
			c.id = id
			if due := s.dueAt(t, id); due > 0 {
				at, bound := s.watched(t, id), s.bound(t, id)
				byBound := at > 0 && at <= due && bound > 0 && bound <= at
				require.True(t, byBound || earlier > 0 && earlier <= due,
					"seed %d step %d, %s: due %.0f, in the index %.0f, bound %.0f, as earlier %.0f", seed, step, what, due, at, bound, earlier)
			}
		}
	}
}

// The bound of an account follows its earliest session: down with it, and up when Due has looked.
func TestBoundFollowsTheEarliestSession(t *testing.T) {
	t.Parallel()
	client := redistest.Start(t)
	s := newStore(t, client, &Options{Partitions: 1})
	clock := newClock(t, client, s)
	one, two := sessionID(1), sessionID(2)
	b := mustBegin(t, s, &session.BeginRequest{ID: one, Token: token(1), Event: event("e1", 1), Lease: time.Second})
	end := float64(b.Now.Add(time.Second).UnixMilli())
	require.Equal(t, end, s.bound(t, one))
	mustCommit(t, s, &session.CommitRequest{ID: one, Token: token(1), EventID: "e1", Due: b.Now.Add(2 * time.Hour)})
	mustBegin(t, s, &session.BeginRequest{ID: two, Token: token(2), Event: event("e1", 1), Lease: time.Hour, DeliveryLease: time.Hour})
	require.Empty(t, dueIDs(t, s))
	require.Equal(t, end, s.bound(t, one), "nobody had a reason to look")

	clock.advance(time.Second)
	require.Empty(t, dueIDs(t, s))
	ahead := end + float64((boundAhead - boundStep).Milliseconds())
	bound := s.bound(t, one)
	require.Greater(t, bound, ahead, "the earliest is further away than that")
	require.Zero(t, int64(bound)%boundStep.Milliseconds())
	// A turn whose leases are longer need not touch the bound.
	mustBegin(t, s, &session.BeginRequest{ID: one, Token: token(3), Event: event("e2", 2)})
	require.Equal(t, bound, s.bound(t, one))
	mustCommit(t, s, &session.CommitRequest{ID: one, Token: token(3), Rev: 1, EventID: "e2", Due: b.Now.Add(2 * time.Hour)})
	// One whose lease is shorter than what is left to the bound brings it down.
	b = mustBegin(t, s, &session.BeginRequest{ID: one, Token: token(4), Event: event("e3", 3), Lease: time.Second})
	require.Equal(t, float64(b.Now.Add(time.Second).UnixMilli()), s.bound(t, one))
	mustCommit(t, s, &session.CommitRequest{ID: one, Token: token(4), Rev: 2, EventID: "e3", Due: b.Now.Add(2 * time.Hour)})
	clock.advance(time.Hour - 2*time.Second)
	require.Empty(t, dueIDs(t, s))
	require.Equal(t, s.watched(t, two), s.bound(t, one), "the earliest is that of the other session")
	clock.advance(2 * time.Second)
	require.Equal(t, []string{two}, dueIDs(t, s))
	require.Equal(t, s.watched(t, two), s.bound(t, one), "it is due, and stays due until somebody begins")
	mustForget(t, s, two)
	require.Empty(t, dueIDs(t, s))
	require.Less(t, s.bound(t, one), s.watched(t, one))
	mustForget(t, s, one)
	clock.advance(time.Hour)
	require.Empty(t, dueIDs(t, s))
	require.Zero(t, s.bound(t, one), "nothing is left")
}

// What is overdue in other accounts costs nothing but their names: Due looks at no index of theirs.
func TestDueLooksOnlyWhereSomethingMayBeDue(t *testing.T) {
	t.Parallel()
	client := redistest.StartServer(t, nil).Client()
	s := newStore(t, client, nil)
	for i := range 300 {
		id := session.Key{Channel: fmt.Sprint("other ", i%20), ChatID: userID(i)}.ID()
		mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1), Hold: true})
	}
	ask := func(accounts ...string) (ids []string, scripts float64) {
		t.Helper()
		resetStat(t, client)
		ids, _, err := s.Due(t.Context(), accounts, 10, 0)
		require.NoError(t, err)
		scripts, _ = stat(t, client, "evalsha")
		return ids, scripts
	}
	ids, scripts := ask(testAccount)
	require.Empty(t, ids)
	require.EqualValues(t, 1, scripts, "the bounds")
	mustBegin(t, s, &session.BeginRequest{ID: sessionID(1), Token: token(1), Event: event("e1", 1), Hold: true})
	ids, scripts = ask(testAccount, "other")
	require.Equal(t, []string{sessionID(1)}, ids)
	require.EqualValues(t, 2, scripts, "the bounds and the index")
	ids, scripts = ask()
	require.Empty(t, ids)
	require.Zero(t, scripts)
}

// With many accounts, more indexes are due than one script looks at. The most overdue sessions come first all
// the same.
func TestDueOfManyAccounts(t *testing.T) {
	t.Parallel()
	dueOfManyAccounts(t, redistest.Start(t))
}

func dueOfManyAccounts(t *testing.T, client redis.UniversalClient) {
	s := newStore(t, client, &Options{Timeout: time.Minute})
	const sessions = 2 * dueChunk
	ids, accounts := make([]string, sessions), make([]string, 40)
	for i := range accounts {
		accounts[i] = fmt.Sprint("account ", i)
	}
	fanOutN(8, sessions, func(n int) {
		i := n - 1
		ids[i] = session.Key{Channel: accounts[i%len(accounts)], ChatID: userID(i)}.ID()
		_, err := s.Begin(context.Background(), &session.BeginRequest{ID: ids[i], Token: token(1), Event: event("e", 1)})
		if err == nil {
			_, err = s.Commit(context.Background(), &session.CommitRequest{
				ID: ids[i], Token: token(1), EventID: "e", Due: time.UnixMilli(int64(1000 + (i*389)%sessions)),
			})
		}
		if err != nil {
			t.Error(err)
		}
	})
	want := make([]string, sessions)
	for i := range ids {
		want[(i*389)%sessions] = ids[i]
	}
	for _, limit := range []int{1, 7, 100, sessions, 2 * sessions} {
		got, _, err := s.Due(t.Context(), accounts, limit, 0)
		require.NoError(t, err)
		require.Equal(t, want[:min(limit, sessions)], got, limit)
	}
	// With a claim each session is listed once, and never more than the limit, however many calls share it.
	var all []string
	for wait := time.Duration(0); wait == 0; {
		var got []string
		var err error
		got, wait, err = s.Due(t.Context(), accounts, 100, time.Hour)
		require.NoError(t, err)
		require.LessOrEqual(t, len(got), 100)
		all = append(all, got...)
	}
	require.ElementsMatch(t, want, all)
}

// One ZADD of a script has not room for all that a large Due claims.
func TestDueClaimsMany(t *testing.T) {
	t.Parallel()
	client := redistest.Start(t)
	s := newStore(t, client, &Options{Partitions: 1})
	const sessions = claimArgs/2*2 + 100
	_, err := client.Pipelined(t.Context(), func(pipe redis.Pipeliner) error {
		for i := range sessions {
			l := s.at(sessionID(i))
			pipe.ZAdd(t.Context(), l.watch, redis.Z{Score: float64(i), Member: l.hash})
			pipe.ZAdd(t.Context(), l.bounds, redis.Z{Score: 0, Member: l.account})
		}
		return nil
	})
	require.NoError(t, err)
	ids, _, err := s.Due(t.Context(), ours, 2*sessions, time.Hour)
	require.NoError(t, err)
	require.Len(t, ids, sessions)
	require.Equal(t, sessionID(0), ids[0])
	ids, _, err = s.Due(t.Context(), ours, 2*sessions, time.Hour)
	require.NoError(t, err)
	require.Empty(t, ids)
}

// Due tells to wait until the next session is due, be it that its bound has not come yet, or that the bound has
// come and the session is due a little later. The more processes there are, the longer each waits at least.
func TestDueTellsWhenTheNextIsDue(t *testing.T) {
	t.Parallel()
	client := redistest.Start(t)
	s := newStore(t, client, &Options{Partitions: 1})
	clock := newClock(t, client, s)
	wait := func(want time.Duration) {
		t.Helper()
		ids, wait, err := s.Due(t.Context(), ours, 10, 0)
		require.NoError(t, err)
		require.Empty(t, ids)
		require.Equal(t, want, wait)
	}
	b := mustBegin(t, s, &session.BeginRequest{ID: sessionID(1), Token: token(1), Event: event("e1", 1), Lease: 50 * time.Millisecond})
	wait(50 * time.Millisecond)
	due := b.Now.Add(200 * time.Millisecond)
	mustCommit(t, s, &session.CommitRequest{ID: sessionID(1), Token: token(1), EventID: "e1", Due: due})
	clock.advance(55 * time.Millisecond) // the bound is still that of the lease
	wait(145 * time.Millisecond)
	clock.advance(140 * time.Millisecond)
	wait(dueLeast)
	for i := range 4 {
		_, err := s.Heartbeat(t.Context(), fmt.Sprint("process ", i), ours, time.Minute)
		require.NoError(t, err)
	}
	wait(4 * dueLeast)
}
