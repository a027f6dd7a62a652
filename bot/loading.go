package bot

import (
	"context"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

const (
	// loadingTimeout bounds the call of the channel.
	loadingTimeout = 3 * time.Second
	// loadingLasts is how long the user is shown that an answer is on its way, if none comes.
	loadingLasts = 20 * time.Second
)

// waits reports whether a user waits for the answer to the event, with the chat open: one who wrote or
// tapped on a button, in a one-to-one chat.
func waits(e *transport.Event) bool {
	return e.Source.Chat == transport.ChatUser && (e.Kind.IsMessage() || e.Kind == transport.KindPostback)
}

// showLoading shows the user of a chat that an answer is on its way. The watch calls it, once a turn at
// most and with its lock held, so the call of the channel runs in the background. The call is cut short
// when the turn ends, which cancels the context turn, and when Shutdown begins.
func (e *env) showLoading(turn context.Context, chat transport.Source) {
	e.crew.start(func() {
		defer func() {
			if recover() != nil {
				e.o.Logger.Error("bot: the channel's ShowLoading panicked")
			}
		}()
		ctx, cancel := context.WithTimeout(turn, loadingTimeout)
		defer cancel()
		go func() {
			select {
			case <-e.crew.stop:
				cancel()
			case <-ctx.Done():
			}
		}()
		if err := e.channel.ShowLoading(ctx, chat, loadingLasts); err != nil && ctx.Err() == nil {
			e.o.Logger.Debug("bot: loading not shown", "err", err)
		}
	})
}
