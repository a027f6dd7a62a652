package memstore_test

import (
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
)

// BenchmarkTurn measures what one event costs: one Begin and one Commit, in one of many sessions
// that all have a timer. 100 sessions fit into the processor's cache, 10,000 do not.
func BenchmarkTurn(b *testing.B) {
	for _, sessions := range []int{100, 10_000} {
		b.Run(strconv.Itoa(sessions), func(b *testing.B) {
			turn := turns(b, memstore.New(), "", sessions)
			b.ReportAllocs()
			for b.Loop() {
				turn()
			}
		})
	}
}

// BenchmarkTurnParallel does the same on all processors at once, which meet at the store's lock.
func BenchmarkTurnParallel(b *testing.B) {
	s, callers := memstore.New(), atomic.Int32{}
	b.RunParallel(func(pb *testing.PB) {
		turn := turns(b, s, fmt.Sprint(callers.Add(1), "-"), 5_000)
		for pb.Next() {
			turn()
		}
	})
}

// turns returns a function that makes one turn in one of so many sessions of that prefix.
func turns(b *testing.B, s *memstore.Store, prefix string, sessions int) func() {
	ctx, now, n := b.Context(), time.Now(), 0
	ids := make([]string, sessions)
	for i := range ids {
		ids[i] = session.Key{ChatID: prefix + strconv.Itoa(i)}.ID()
	}
	begin := session.BeginRequest{Event: session.Event{Body: make([]byte, 300)}}
	commit := session.CommitRequest{State: make([]byte, 120), Outputs: [][]byte{make([]byte, 200)}}
	return func() {
		n++
		id, event := ids[n%sessions], strconv.Itoa(n)
		begin.ID, begin.Event.ID, begin.Event.Time = id, event, now
		begin.Token = session.LeaseToken{1, byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}
		begin.Done = session.MakeSeq(uint32(n), 0) // the outputs of the session's last turn
		begun, err := s.Begin(ctx, &begin)
		if err != nil || begun.Status != session.Run {
			b.Error(begun.Status, err)
			return
		}
		commit.ID, commit.Token, commit.Rev, commit.EventID = id, begin.Token, begun.Rev, event
		commit.Due = now.Add(15 * time.Minute)
		if _, err := s.Commit(ctx, &commit); err != nil {
			b.Error(err)
		}
	}
}
