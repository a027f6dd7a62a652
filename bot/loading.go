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

// waits reports whether somebody waits in front of their telephone for the answer to the event.
func waits(e *transport.Event) bool {
	return e.Source.Chat == transport.ChatUser && (e.Kind.IsMessage() || e.Kind == transport.KindPostback)
}

// showLoading tells the user that the answer takes a while. It is called by the watch, once a turn,
// with the watch's lock held, and does not delay the turn: the end of the turn, and Shutdown, cut
// it short.
func (e *env) showLoading(turn context.Context, chat string) {
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
