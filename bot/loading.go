package bot

import (
	"context"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

const (
	// loadingTimeout bounds the call that shows that an answer is on its way.
	loadingTimeout = 3 * time.Second
	// loadingLasts is for how long it is shown, if no answer comes.
	loadingLasts = 20 * time.Second
)

// awaited notes that somebody waits for the turn in front of their telephone.
func (t *turns) awaited(e *transport.Event) {
	if t.b.o.LoadingAfter < 0 || e.Source.Chat != transport.ChatUser ||
		!e.Kind.IsMessage() && e.Kind != transport.KindPostback {
		return
	}
	t.watch.mu.Lock()
	t.watch.chat = e.Source.ChatID
	t.watch.mu.Unlock()
}

// showLoading tells the user that it takes a while. It is called by the watch, once a turn, with
// its lock held, and does not delay the turn: the end of the turn, and Shutdown, cut it short.
func (t *turns) showLoading(turn context.Context, chat string) {
	b := t.b
	b.start(func() {
		defer func() {
			if recover() != nil {
				b.o.Logger.Error("bot: the channel's ShowLoading panicked")
			}
		}()
		ctx, cancel := context.WithTimeout(turn, loadingTimeout)
		defer cancel()
		go func() {
			select {
			case <-b.stop:
				cancel()
			case <-ctx.Done():
			}
		}()
		if err := b.channel.ShowLoading(ctx, chat, loadingLasts); err != nil && ctx.Err() == nil {
			b.o.Logger.Debug("bot: loading not shown", "err", err)
		}
	})
}
