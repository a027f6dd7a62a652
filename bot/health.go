package bot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// since is the time at which a state began, such as that the channel is on hold; zero while it is not.
type since struct{ at atomic.Int64 }

// set begins the state or ends it. To begin it again keeps the time at which it began.
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

// lasts returns how long the state has lasted, or zero.
func (s *since) lasts() time.Duration {
	at := s.at.Load()
	if at == 0 {
		return 0
	}
	return time.Since(time.Unix(0, at))
}

// drain says whether load balancers are told to send no more.
type drain struct {
	asked, on atomic.Bool // Ready was asked at least once; Drain was called
}

// errDraining is what Ready says during Drain.
var errDraining = errors.New("bot: draining")

// Drain makes Ready answer 503 from now on, and returns after d, or earlier if ctx ends. Events are taken
// as before. Call Drain first when the program is to end, before Shutdown of the server and of the bot.
// Otherwise a load balancer sends webhooks to a closed port before it notices, and LINE sends those again
// only if redelivery is on.
//
// Choose d as long as your balancer takes to notice: the interval at which it asks Ready, times the
// failures that it waits for, and a second more. With an interval of 5 s and 2 failures, that is 11 s.
//
// Drain returns at once if nobody has asked Ready yet: then no balancer looks at its answer.
func (b *Bot) Drain(ctx context.Context, d time.Duration) {
	b.drain.on.Store(true)
	if !b.drain.asked.Load() {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// Ready returns a handler for readiness probes. It answers 200 if the bot would take an event now (see
// Check) and Drain was not called, otherwise 503. The body is a line that says what is wrong, without
// addresses and other details: those are in the error of Check. Each request makes one call of the store.
//
// If the channel is on hold, if the bot is behind, if something waits for another attempt or for a newer
// build, or if there are dead letters, the line says so and the answer is still 200: the bot takes events and keeps them safe, and
// a load balancer that took it out would stop that. So it is if one node of a Redis Cluster is dead: the line
// begins with "ready in part", and the sessions of the other nodes go on.
//
// A process that is not ready is alive, and to restart it would not help. Do not use Ready for a liveness
// probe: answer 200 there.
func (b *Bot) Ready() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		b.drain.asked.Store(true)
		err := b.Check(r.Context())
		partly := errors.Is(err, session.ErrPartly)
		if partly {
			err = nil
		}
		switch {
		case err == nil && b.drain.on.Load():
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprintln(w, errDraining)
			return
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
		if partly {
			fmt.Fprint(w, " in part; ", session.ErrPartly)
		}
		s := b.Stats()
		if s.Held > 0 {
			fmt.Fprintf(w, "; the channel has been on hold for %v", s.Held.Round(time.Second))
		}
		if s.Behind > time.Second {
			fmt.Fprintf(w, "; behind for %v", s.Behind.Round(time.Second))
		}
		if s.WaitingOutputs > 0 {
			fmt.Fprintf(w, "; outputs of %d sessions wait, the oldest for %v", s.WaitingOutputs, s.OldestOutput.Round(time.Second))
		}
		if s.WaitingEvents > 0 {
			fmt.Fprintf(w, "; failed events of %d sessions wait, the oldest for %v", s.WaitingEvents, s.OldestEvent.Round(time.Second))
		}
		if s.WaitingNewer > 0 {
			fmt.Fprintf(w, "; %d sessions wait for a newer build", s.WaitingNewer)
		}
		if s.DeadLetters > 0 {
			fmt.Fprintf(w, "; dead letters: %d", s.DeadLetters)
		}
		fmt.Fprintln(w)
	})
}
