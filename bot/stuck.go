package bot

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
)

// What user code may do to a turn besides failing.
var (
	errExited = errors.New("bot: an action ended its goroutine")
	// It is not tried again: the first attempt still runs.
	errStuck = flow.Permanent(errors.New("bot: an action did not return"))
)

// rescue turns a panic of user code into an error.
func rescue(err *error) {
	if v := recover(); v != nil {
		*err = &flow.PanicError{Value: v, Stack: debug.Stack()}
	}
}

// suspectWait is how long a suspect rests at most that cannot run alone now; half of it at least.
const suspectWait = 400 * time.Millisecond

// aloneNow takes the right to run a turn that may have killed its process, if it is free. Those
// that run beside it when it does so again become suspects too, so suspects run one at a time.
// If it returns true, b.alone is to be received from afterwards.
func (b *Bot) aloneNow() bool {
	select {
	case b.alone <- struct{}{}:
		return true
	default:
		return false
	}
}

// waitAlone gives the session of a suspect back, and comes again. To wait with the lease in hand
// would count as an attempt when another suspect kills the process: a few deaths in a row, and
// all that waited would be set aside.
func (t *turns) waitAlone() {
	rest := suspectWait/2 + rand.N(suspectWait/2)
	t.release(rest, false)
	b, id := t.b, t.id
	b.start(func() {
		if !b.sleep(rest) {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), b.o.lease)
		defer cancel()
		if err := b.wake(ctx, id); err != nil { // the sweep will find it
			b.o.Logger.Warn("bot: due session not begun", "session", id, "err", err)
		}
	})
}

// abandon takes a session away from an action that ignores its context: the event is set aside,
// unless another process has it by now, and the session lives on, in another goroutine, which takes
// the place of the one that hangs.
// It is called by the watch, with its lock held.
func (t *turns) abandon() {
	b := t.b
	u := newTurns()
	u.b, u.id, u.token, u.rev, u.state = b, t.id, t.token, t.rev, t.state
	u.event, u.attempt, u.fault = t.event, t.attempt, errStuck
	if t.watch.lost {
		u.fault = session.ErrFenced
	}
	b.stats.stuck.Add(1)
	if t.crashed {
		<-b.alone
	}
	go b.worker(u.work)
}

// faulty ends a turn that user code left without a result.
func (t *turns) faulty() (session.Event, bool) {
	err := t.fault
	t.fault = nil
	if e := t.locate(); e != nil {
		err = e
	}
	if errors.Is(err, session.ErrFenced) {
		return t.notCommitted(err)
	}
	return t.failed(err)
}
