package redisstore

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// However many events of one time wait one after the other, each keeps its time and is found when it comes
// again: also beyond the places of a millisecond, and at times for which a score has no fraction.
func TestEventsOfOneMillisecond(t *testing.T) {
	t.Parallel()
	s := newStore(t, redistest.Start(t), nil)
	for i, at := range []time.Time{base, time.UnixMilli(1<<48 - 1), time.UnixMilli(1<<48 - 2)} {
		id := sessionID(i)
		wait := func(n int) {
			e := session.Event{ID: fmt.Sprintf("e%05d", n), Time: at, Body: []byte("b")}
			for range 2 {
				b := mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(2), Event: e})
				require.Equal(t, session.Queued, b.Status)
			}
		}
		turn := &session.CommitRequest{ID: id, Token: token(1), EventID: "first"}
		mustBegin(t, s, &session.BeginRequest{ID: id, Token: turn.Token, Event: event("first", 0)})
		const waiting = 3
		for n := range waiting {
			wait(n)
		}
		for n := range placesPerMs + 10 { // their ids rise, so that these are in order at any time
			next := mustCommit(t, s, turn).Next
			require.Equal(t, fmt.Sprintf("e%05d", n), next.ID)
			require.Equal(t, at.UTC(), next.Time.UTC())
			turn.Rev, turn.EventID = turn.Rev+1, next.ID
			wait(n + waiting)
		}
	}
}
