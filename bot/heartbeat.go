package bot

import (
	"context"
	"time"
)

const (
	heartbeatEvery = 10 * time.Second
	// heartbeatTerm is for how long a process counts that was not heard of: two beats may fail.
	heartbeatTerm = 30 * time.Second
)

// heartbeat tells the store that this process lives, and the channel how many do: they share the
// platform's limits.
func (e *env) heartbeat() {
	self := newToken()
	for ok := true; ok; ok = e.crew.sleep(heartbeatEvery) {
		ctx, cancel := context.WithTimeout(context.Background(), heartbeatEvery)
		n, err := e.store.Heartbeat(ctx, string(self[:]), heartbeatTerm)
		cancel()
		if err != nil {
			e.o.Logger.Warn("bot: processes not counted", "err", err)
			continue
		}
		e.channel.SetProcesses(n)
	}
}
