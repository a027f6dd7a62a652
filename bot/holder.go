package bot

import (
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// holder holds the lease of one session and runs its turns, one after the other, for as long as
// events wait. It is used again for another session, so nothing of it may be kept.
type holder struct {
	*runner
	id    string
	token session.LeaseToken
	rev   uint32
	state []byte // what the last commit wrote

	job       job
	request   session.CommitRequest
	watch     watch
	last      bool   // give the lease up after this turn
	fault     error  // why user code left the turn without a result; nil if it did not
	abandoned bool   // user code did not return, and another holder has the session
	work      func() // run
}

// job is one turn that is to be run: what it is for, and the session as it is stored.
type job struct {
	event   session.Event    // its ID is empty for a timer alone
	decoded *transport.Event // the same, decoded; nil if it is not yet
	attempt int              // how often the turn was begun, this time included
	crashed bool             // the lease of an earlier attempt ran out
	timer   int              // the timer in rec that the turn is for, or -1
	rec     record
	in      flow.Input // what the flow was asked
}

// maxTurnsInRow is how many turns one session may have before it goes to the end of the line.
const maxTurnsInRow = 50

func newHolder(r *runner) *holder {
	h := &holder{runner: r}
	h.watch.extend, h.watch.abandon, h.watch.showLoading = h.extend, h.abandon, h.showLoading
	h.work = h.run
	return h
}

// set gives the holder a turn. Nothing of the turn before stays but room for timers.
func (h *holder) set(j job) {
	j.rec.timers = h.job.rec.timers[:0]
	h.job = j
}

func (h *holder) recycle() {
	h.set(job{})
	h.state, h.request = nil, session.CommitRequest{}
	h.spare.Put(h)
}

// run runs the turn that is set and those that commits hand over. It was launched by the crew.
func (h *holder) run() {
	over := false
	defer func() {
		switch {
		case h.abandoned: // the other holder goes on in its name
			h.stats.stuck.Add(-1)
		case !over: // user code ended the goroutine
			h.fault = errExited
			go h.crew.loop(h.work)
		default:
			h.recycle()
			h.running.Add(-1)
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
		j := job{event: next, attempt: 1}
		if next.ID == h.job.event.ID { // it waited behind a timer, and is decoded perhaps
			j.decoded = h.job.decoded
		}
		h.set(j)
	}
	over = true
}
