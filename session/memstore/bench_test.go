package memstore_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
)

// BenchmarkTurn is what an event costs that meets nobody: Begin and Commit, in one of many
// sessions that all have a timer. Of 10,000, hardly one is found in the processor's cache.
func BenchmarkTurn(b *testing.B) {
	for _, sessions := range []int{100, 10_000} {
		b.Run(strconv.Itoa(sessions), func(b *testing.B) { benchmarkTurn(b, sessions) })
	}
}

func benchmarkTurn(b *testing.B, sessions int) {
	s, ctx := memstore.New(), b.Context()
	ids := make([]string, sessions)
	for i := range ids {
		ids[i] = session.Key{ChatID: strconv.Itoa(i)}.ID()
	}
	begin := session.BeginRequest{Event: session.Event{Body: make([]byte, 300)}}
	commit := session.CommitRequest{State: make([]byte, 120), Outputs: [][]byte{make([]byte, 200)}}
	now, n := time.Now(), 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		id, event := ids[n%sessions], strconv.Itoa(n)
		begin.ID, begin.Event.ID, begin.Event.Time = id, event, now
		begin.Token = session.LeaseToken{1, byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}
		begin.Done = session.MakeSeq(uint32(n), 0) // what the last turn left
		begun, err := s.Begin(ctx, &begin)
		if err != nil || begun.Status != session.Run {
			b.Fatal(begun.Status, err)
		}
		commit.ID, commit.Token, commit.Rev, commit.EventID = id, begin.Token, begun.Rev, event
		commit.Due = now.Add(15 * time.Minute)
		if _, err := s.Commit(ctx, &commit); err != nil {
			b.Fatal(err)
		}
	}
}
