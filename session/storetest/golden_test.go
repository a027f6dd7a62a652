package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
)

// TestFailureTexts shows what an author of a store reads. The text is part of the API.
func TestFailureTexts(t *testing.T) {
	tests := []struct{ store, promise, text string }{
		{"forgets events", "an event accepted twice runs once",
			`an event accepted twice runs once: second Begin: want status duplicate, got run`},
		{"mixes sessions", "sessions do not mix",
			`sessions do not mix: Begin of session b with an event of the same id: want status run, got queued`},
		{"counts every release", "a release that does not count leaves the attempts as they were",
			`a release that does not count leaves the attempts as they were: Begin without an event: want attempt 2, got 3`},
		{"drops outputs", "outputs wait in order, and only one delivers them",
			`outputs wait in order, and only one delivers them: Ack of nothing: want outputs [a b c], got [a c]`},
		{"hands out aliases", "state is copied",
			`state is copied: Begin after the caller wrote to what it committed: want state "state", got "!!!!!"`},
		{"has leases without end", "a lease that ran out is taken over and the old holder is fenced",
			`a lease that ran out is taken over and the old holder is fenced: Due after the lease ran out: want the session due true, got false`},
		{"has no fence", "a released turn cannot be committed",
			`a released turn cannot be committed: Commit after Release: want error session: lease lost, got none`},
		{"loses timers", "random calls are answered as the contract says", `random calls are answered as the contract says: call 3, begin: want timer 16:00:00.948, got none
seed 1, sequence 1, shortened to:
  1. begin: session 1, actor 0, event 4, short
  2. commit: session 1, actor 0, timer far, short
  3. begin: session 1, actor 0, event 2, short`},
	}
	for _, tt := range tests {
		t.Run(tt.store, func(t *testing.T) {
			for _, b := range brokenStores() {
				if b.name == tt.store && b.promise == tt.promise {
					newStore := func() session.Store { return newBroken(b.spoil) }
					require.Equal(t, tt.text, judge(t, find(t, tt.promise), newStore, Options{Seed: 1}))
					return
				}
			}
			t.Fatal("no such broken store")
		})
	}
}
