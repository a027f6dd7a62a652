package flowtest

import (
	"context"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// store is the store of one bot, which sends one heartbeat. A bot sends one every 10 s, so 8,640 in each day that
// a transcript lets pass, and they took most of its time. Nobody else counts the processes of a bubble.
type store struct {
	session.Store
	beaten bool          // the first heartbeat was answered
	over   chan struct{} // closed when the bot is about to end
}

func newStore(s session.Store) *store { return &store{Store: s, over: make(chan struct{})} }

// Heartbeat answers the first call. The second waits until the bot ends, whatever ctx says.
func (s *store) Heartbeat(ctx context.Context, process string, accounts []string, term time.Duration) ([]int, error) {
	if s.beaten {
		<-s.over
	}
	s.beaten = true
	return s.Store.Heartbeat(ctx, process, accounts, term)
}
