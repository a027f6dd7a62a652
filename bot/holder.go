package bot

import (
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// holder holds the lease of one session and runs its turns, one after the other, for as long as
// events wait. Then the holder is used again for another session (runner.spare), so nobody may keep a
// pointer to its fields.
//
// For example: Begin gives the lease of a session with the event e1. The holder runs the turn of e1,
// and Commit hands over e2, which came meanwhile. The holder runs the turn of e2, and Commit hands over
// nothing: the store has the lease back, and the holder is free.
type holder struct {
	*runner
	id    string
	token session.LeaseToken
	rev   uint32 // the revision that the present turn began with
	state []byte // the state that the last commit wrote
	memo  []byte // of Begin, for the commit of the turn that it began

	job         job
	request     session.CommitRequest
	asked       time.Time // when the request was made for the last time
	watch       watch
	last        bool   // the lease is given up after this turn, though events may wait
	fault       error  // why the actions of the turn left no result; nil if they are still to be run
	apologising bool   // Options.Failed is asked
	abandoned   bool   // an action hangs, or hung for a minute, and another holder has the session
	work        func() // the method run, made into a func once and not for each turn
}

// job is one turn that is to be run: what it is for, and the session as it is stored.
type job struct {
	event   session.Event    // the event that waits; its ID is empty if a timer is due and no event waits
	decoded *transport.Event // event in decoded form; nil if nobody decoded it yet
	attempt int              // how often the turn was begun, this time included
	crashed bool             // an earlier attempt ended without a word: the event is a suspect
	timer   int              // the index in rec.timers of the timer that the turn is for, or -1 for the event
	rec     record           // the session as the last commit wrote it
	in      flow.Input       // what the flow was asked
	steps   progress         // what the steps of the turn have left; here, so that a turn need not allocate it
}

// maxTurnsInRow is how many turns one session may have in a row. Then the holder gives up the lease, and
// the sweep begins the session's next turn behind other sessions that are due.
const maxTurnsInRow = 50

func newHolder(r *runner) *holder {
	h := &holder{runner: r}
	h.watch.extend, h.watch.abandon, h.watch.showLoading = h.extend, h.abandon, h.showLoading
	h.work = h.run
	return h
}

// set gives the holder a turn. Nothing of the turn before stays but the memory of its timers.
func (h *holder) set(e session.Event, attempt int, decoded *transport.Event) {
	timers := h.job.rec.timers[:0]
	h.job = job{}
	h.job.event, h.job.attempt, h.job.decoded, h.job.rec.timers = e, attempt, decoded, timers
}

// recycle makes the holder free for another session.
func (h *holder) recycle() {
	h.set(session.Event{}, 0, nil)
	h.state, h.memo, h.request = nil, nil, session.CommitRequest{}
	h.spare.Put(h)
}

// run runs the turn that is set, and then those that commits hand over. It ends in one of three ways:
//
//	over        the lease is given up or lost. The holder is free for another session
//	abandoned   an action hung, and returned at last. The holder that took the session over has also
//	            taken over what Shutdown waits for, so there is nothing to give back here
//	neither     an action ended the goroutine (runtime.Goexit), so that only deferred calls still run.
//	            The same holder goes on in a new goroutine, which finds h.fault
func (h *holder) run() {
	over := false
	defer func() {
		switch {
		case h.abandoned:
			h.stats.stuck.Add(-1)
		case !over:
			h.fault = errExited
			go h.crew.loop(h.work)
		default:
			h.settling.end(h.id)
			h.recycle()
			h.running.Add(-1)
			h.leave()
			h.crew.busy.Done()
		}
	}()
	for n := 1; ; n++ {
		h.last = n >= maxTurnsInRow || h.crew.stopping()
		next, ok := h.turn()
		if !ok || next.ID == "" {
			break
		}
		crash("before-next")
		var decoded *transport.Event
		if next.ID == h.job.event.ID { // the event waited behind a timer, and may be decoded already
			decoded = h.job.decoded
		}
		h.set(next, 1, decoded)
	}
	over = true
}
