package bot

import (
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// since is when something began that lasts, or zero if it does not.
type since struct{ at atomic.Int64 }

func (s *since) set(on bool) {
	switch {
	case !on:
		if s.at.Load() != 0 {
			s.at.Store(0)
		}
	case s.at.Load() == 0:
		s.at.CompareAndSwap(0, time.Now().UnixNano())
	}
}

func (s *since) lasts() time.Duration {
	at := s.at.Load()
	if at == 0 {
		return 0
	}
	return time.Since(time.Unix(0, at))
}

// Ready returns a handler for readiness probes. It answers 200 if the bot would take an event
// now (see Check), else 503, each with a line that says what is wrong, without addresses or
// other details, which are in the error of Check. It makes a call of the store.
//
// A channel that is on hold and a backlog are named and answered with 200: the bot still takes
// events and keeps them safe, which it could not if no load balancer sent it any. A process that
// is not ready is alive: to restart it would not help. For a liveness probe, answer 200.
func (b *Bot) Ready() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		err := b.Check(r.Context())
		switch {
		case err == nil:
		case errors.Is(err, ErrClosed), errors.Is(err, session.ErrUnavailable):
			w.WriteHeader(http.StatusServiceUnavailable)
			if errors.Is(err, ErrClosed) {
				err = ErrClosed
			} else {
				err = session.ErrUnavailable
			}
			fmt.Fprintln(w, err)
			return
		default:
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprintln(w, "bot: the store is not fit")
			return
		}
		fmt.Fprint(w, "ready")
		s := b.Stats()
		if s.Held > 0 {
			fmt.Fprintf(w, "; the channel has been on hold for %v", s.Held.Round(time.Second))
		}
		if s.Behind > time.Second {
			fmt.Fprintf(w, "; behind for %v", s.Behind.Round(time.Second))
		}
		fmt.Fprintln(w)
	})
}
