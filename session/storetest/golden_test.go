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
		{"fences whose lease ran out", "a lease that ran out but that nobody took is still its holder's",
			`a lease that ran out but that nobody took is still its holder's: Commit after the lease ran out: want error none, got session: lease lost`},
		{"hands outputs to lookers alone", "an event is handed outputs whose delivery lease ran out",
			`an event is handed outputs whose delivery lease ran out: Begin with an event that is run after the delivery lease ran out: want outputs [a b], got []`},
		{"forgets nothing", "a forgotten session begins anew",
			`a forgotten session begins anew: Due after Forget: want the session due false, got true`},
		{"refuses redeliveries alone", "events from before a forget are refused",
			`events from before a forget are refused: Begin of an event from before Forget: want status stale, got run`},
		{"has no fence", "a forget fences the turn that runs",
			`a forget fences the turn that runs: Commit after Forget: want error session: lease lost, got none`},
		{"has no tombstone", "an ack from before a forget drops nothing of the new session",
			`an ack from before a forget drops nothing of the new session: Ack of outputs from before Forget: want outputs [new], got []`},
		{"lists without end", "dead letters are listed by page",
			`dead letters are listed by page: Letters: want pages, at most 10000, got 10001`},
		{"replays without a number", "a replayed letter is a new event",
			`a replayed letter is a new event: Begin after Replay: want event "e1#r<number>", got "e1#r"`},
		{"loses letters that do not fit", "a replay into a full mailbox keeps the letter",
			`a replay into a full mailbox keeps the letter: Replay into a full mailbox: want error session: mailbox full, got none`},
		{"hides Wake", "without wake, due tells to wait for two seconds at most",
			`without wake, due tells to wait for two seconds at most: Due of an empty store: want a wait of at most 2s, got 1h0m0s`},
		{"loses timers", "random calls are answered as the contract says", `random calls are answered as the contract says: looking after session 1 at the end: want status one of [run], got idle
seed 1, sequence 1, shortened to:
  1. begin: session 1, actor 0, event 7
  2. commit: session 1, holder or actor 3, state 2, timer past, short`},
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
