package bot

import (
	"context"
	"time"
)

const (
	heartbeatEvery = 10 * time.Second
	// heartbeatTerm is how long a process counts after its last heartbeat, so that two heartbeats in a
	// row may fail.
	heartbeatTerm = 30 * time.Second
)

// heartbeat tells the store every 10 s that this process lives and serves its accounts, and tells the channel
// how many processes serve each of them. The channel divides the platform's limits of the account by that
// number: with 4 processes and a limit of 2,000 calls a second, each makes 500.
func (e *env) heartbeat() {
	self := e.newToken()
	for ok := true; ok; ok = e.crew.sleep(heartbeatEvery) {
		ctx, cancel := context.WithTimeout(context.Background(), heartbeatEvery)
		processes, err := e.store.Heartbeat(ctx, string(self[:]), e.accounts.names, heartbeatTerm)
		cancel()
		e.letters.ask(e)
		if err != nil {
			e.o.Logger.Warn("bot: processes not counted", "err", err)
			continue
		}
		for i, n := range processes {
			e.channel.SetProcesses(e.accounts.names[i], n)
		}
	}
}
