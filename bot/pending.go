package bot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

const (
	// pendingPatience is how long a request of RunPending may take.
	pendingPatience = 25 * time.Second
	// pendingPause is the wait between two looks at the store.
	pendingPause = 20 * time.Millisecond
)

// What RunPending answers besides the errors of the store.
var (
	errNoOption = errors.New("bot: RunPending needs Options.ProcessBeforeResponse")
	errPending  = errors.New("bot: more is due")
)

// RunPending returns a handler for a scheduler to call, such as Cloud Scheduler, on hosts that freeze or stop
// a process when no request is under way: without a request, nobody would do what is due. It does all that
// is due now: timers and reminders, events and outputs that are to be tried again or that a process left. It
// answers when these turns are over and their outputs sent and acknowledged, after 25 s at most. Call it once
// a minute, say: reminders are up to that late.
//
// It answers 200 if nothing is left that is due, and otherwise 503 with a line that says why; then call it
// again. It needs Options.ProcessBeforeResponse, and answers 500 without. Put your own authentication before
// it: whoever may call it makes the process work.
func (b *Bot) RunPending() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		ctx, cancel := context.WithTimeout(r.Context(), pendingPatience)
		defer cancel()
		err := b.sweeper.runPending(ctx)
		switch {
		case err == nil:
			fmt.Fprintln(w, "done")
			return
		case errors.Is(err, errNoOption):
			w.WriteHeader(http.StatusInternalServerError)
		default:
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		if errors.Is(err, session.ErrUnavailable) { // without addresses
			err = session.ErrUnavailable
		}
		fmt.Fprintln(w, err)
	})
}

// runPending does rounds, as run does, until nothing is due, and waits for all that they begin. The sweep in
// the background may begin some of it: that is waited for too.
func (s *sweeper) runPending(ctx context.Context) error {
	if !s.settling.on {
		return errNoOption
	}
	for {
		if s.crew.stopping() {
			return ErrClosed
		}
		s.settling.waitAll(ctx)
		ids, _, err := s.store.Due(ctx, s.accounts.names, 1, 0)
		switch {
		case ctx.Err() != nil:
			return errPending
		case err != nil:
			return err
		case len(ids) == 0:
			return nil
		}
		s.round(leastBatch)
		t := time.NewTimer(pendingPause)
		select {
		case <-t.C:
		case <-ctx.Done():
		}
		t.Stop()
	}
}
