package memstore

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
)

func TestDueTellsTheExactWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		wait := func(want time.Duration) {
			t.Helper()
			ids, got := due(t, s, 10)
			require.Empty(t, ids)
			require.Equal(t, want, got)
		}
		wait(time.Hour)
		run(t, s, "far", "e", session.CommitRequest{Due: time.Now().Add(2 * time.Hour)})
		wait(time.Hour)
		run(t, s, "near", "e", session.CommitRequest{Due: time.Now().Add(15 * time.Minute)})
		wait(15 * time.Minute)
		_, err := s.Begin(t.Context(), &session.BeginRequest{
			ID: "busy", Token: token(2), Event: session.Event{ID: "e"}, Lease: 7 * time.Second,
		})
		require.NoError(t, err)
		wait(7 * time.Second)
		run(t, s, "talks", "e", session.CommitRequest{Outputs: [][]byte{{1}}, DeliveryLease: 3 * time.Second})
		wait(3 * time.Second)
		_, err = s.Ack(t.Context(), &session.AckRequest{ID: "talks", Token: token(9), Done: session.MakeSeq(1, 1)})
		require.NoError(t, err)
		wait(7 * time.Second)

		time.Sleep(7 * time.Second)
		ids, got := due(t, s, 10)
		require.Equal(t, []string{"busy"}, ids)
		require.Equal(t, time.Second, got, "whoever took the ids may fail")
	})
}

func TestDueWithLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		for i := range 500 {
			run(t, s, name(i), "e", session.CommitRequest{Due: time.Now().Add(time.Duration(i+1) * time.Second)})
		}
		time.Sleep(400 * time.Second)
		for _, limit := range []int{0, 1, 7, 100, 399, 400, 1000, -1} {
			ids, wait := due(t, s, limit)
			require.Len(t, ids, min(max(limit, 0), 400))
			for i, id := range ids {
				require.Equal(t, name(i), id)
			}
			if limit < 400 {
				require.Zero(t, wait, "more are due")
			} else {
				require.Equal(t, time.Second, wait)
			}
		}
	})
}

func takes(wake <-chan struct{}) bool {
	select {
	case <-wake:
		return true
	default:
		return false
	}
}

// Each caller of Due has a channel of its own, and all are woken in time, whatever accounts they serve.
func TestWakeOfEachCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		wakes := []<-chan struct{}{s.Wake(), s.Wake(), s.Wake()}
		ask := func(want time.Duration, accounts ...string) {
			t.Helper()
			_, wait, err := s.Due(t.Context(), accounts, 10, 0)
			require.NoError(t, err)
			require.Equal(t, want, wait)
		}
		woken := func() {
			t.Helper()
			for _, wake := range wakes {
				require.True(t, takes(wake))
			}
		}
		shop, support := session.Key{Channel: "shop"}.ID(), session.Key{Channel: "support"}.ID()
		ask(time.Hour, "shop")
		ask(time.Hour, "support")
		run(t, s, support, "e1", session.CommitRequest{Due: time.Now().Add(2 * time.Second)})
		woken()
		ask(time.Hour, "shop")
		ask(2*time.Second, "support")
		ask(2*time.Second, "shop", "support")
		// The third caller sleeps for 2 s. The first sleeps for an hour, and the lease ends after 3.5 s.
		run(t, s, shop, "e1", session.CommitRequest{})
		woken()
	})
}

func TestWake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		wake := s.Wake()
		woken := func() bool { return takes(wake) }
		arm := func(id string, in time.Duration) {
			run(t, s, id, "e", session.CommitRequest{Due: time.Now().Add(in)})
		}
		arm("early", time.Minute)
		require.False(t, woken(), "nobody asked Due yet")
		due(t, s, 10)
		require.False(t, woken())
		arm("later", 5*time.Minute)
		require.True(t, woken(), "the lease was due before the timer")
		arm("later still", 6*time.Minute)
		require.False(t, woken(), "it is known that somebody was woken for that time")

		run(t, s, "now", "e", session.CommitRequest{Due: time.Now().Add(time.Second)})
		require.True(t, woken())
		due(t, s, 10)
		arm("last", 7*time.Minute)
		require.False(t, woken(), "Due told to wait for less than that")

		hold := &session.BeginRequest{ID: "held", Event: session.Event{ID: "e"}, Hold: true}
		_, err := s.Begin(t.Context(), hold)
		require.NoError(t, err)
		require.True(t, woken(), "an event waits for whoever comes")
	})
}

// TestWakeIsNotMissed runs a caller of Due as a bot has one, against timers that are set while
// it works. Each must be found at its very time.
func TestWakeIsNotMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const sessions = 200
		s, stop := New(), make(chan struct{})
		wake := s.Wake()
		var mu sync.Mutex
		found := map[string]time.Time{}
		var work sync.WaitGroup
		work.Go(func() {
			for n := 1; ; n++ {
				ids, wait := due(t, s, 3)
				for _, id := range ids {
					mu.Lock()
					found[id] = time.Now()
					mu.Unlock()
					b, err := s.Begin(t.Context(), &session.BeginRequest{ID: id, Token: token(n)})
					if err == nil && b.Status == session.Run {
						s.Commit(t.Context(), &session.CommitRequest{ID: id, Token: token(n), Rev: b.Rev})
					}
				}
				select {
				case <-stop:
					return
				case <-wake:
				case <-time.After(wait):
				}
			}
		})
		want := map[string]time.Time{}
		for i := range sessions {
			at := time.Now().Add(time.Duration(1+(i*7919)%5000) * time.Millisecond)
			want[name(i)] = at.Truncate(time.Millisecond)
			work.Go(func() { run(t, s, name(i), "e", session.CommitRequest{Due: at}) })
			if i%10 == 0 {
				time.Sleep(100 * time.Millisecond)
			}
		}
		time.Sleep(10 * time.Second)
		close(stop)
		work.Wait()
		require.Len(t, found, sessions)
		for id, at := range want {
			require.WithinDuration(t, at, found[id], time.Millisecond, id)
		}
	})
}
