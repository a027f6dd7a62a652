package bot

import (
	"context"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

const (
	censusEvery = 10 * time.Second
	// censusTerm is for how long a process counts that was not heard of: two rounds may fail.
	censusTerm = 30 * time.Second
)

// startCensus tells the channel how many processes share the platform's rates, if it wants to know
// and the store does.
func (b *Bot) startCensus() {
	census, counts := b.store.(session.Census)
	sharer, shares := b.channel.(transport.Sharer)
	if !counts || !shares {
		return
	}
	self := newToken()
	b.start(func() {
		for ok := true; ok; ok = b.sleep(censusEvery) {
			ctx, cancel := context.WithTimeout(context.Background(), censusEvery)
			n, err := census.Processes(ctx, self, censusTerm)
			cancel()
			if err != nil {
				b.o.Logger.Warn("bot: processes not counted", "err", err)
				continue
			}
			sharer.Share(n)
		}
	})
}
