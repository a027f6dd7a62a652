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
func (b *Bot) heartbeat() {
	self := newToken()
	for ok := true; ok; ok = b.sleep(heartbeatEvery) {
		ctx, cancel := context.WithTimeout(context.Background(), heartbeatEvery)
		n, err := b.store.Heartbeat(ctx, string(self[:]), heartbeatTerm)
		cancel()
		if err != nil {
			b.o.Logger.Warn("bot: processes not counted", "err", err)
			continue
		}
		b.channel.SetProcesses(n)
	}
}
