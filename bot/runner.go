package bot

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// runner begins turns: those of events that arrive, and those that the sweep finds. One holder has the
// lease of a session, and runs its turns one after the other. Holders of different sessions run side by
// side, each in a goroutine of the crew.
type runner struct {
	*env
	planner     planner
	courier     *courier
	running     atomic.Int64  // how many holders have a session now
	occupied    atomic.Int64  // the same, and the sessions that the sweep begins now
	room        chan struct{} // has a value when a quarter of the turns is free: see leave
	spare       sync.Pool     // of *holder. Not global: a holder's timer may belong to a test's virtual time
	suspects    suspects
	strays      strays
	revisions   revisions
	leftToNewer rarely // the log of sessions that a newer build has to run
}

func (r *runner) init(e *env, flows []*flow.Flow, c *courier) {
	r.env, r.courier, r.room = e, c, make(chan struct{}, 1)
	all := withSubs(flows)
	r.planner = planner{
		env: e, flows: flows, byName: make(map[string]*flow.Flow, len(flows)), signals: signalsOf(all),
	}
	for _, f := range all {
		r.planner.byName[f.Name()] = f
		for _, old := range f.Formerly() {
			if r.planner.formerly == nil {
				r.planner.formerly = map[string]string{}
			}
			r.planner.formerly[old] = f.Name()
		}
	}
}

// sweepShare says which share of the turns is not for new events, here an eighth. Without it, events
// that wait in the store would wait for as long as new events come.
const sweepShare = 8

// full reports whether new events have to wait in the store. With Options.MaxTurns of 256, that is so
// while 224 turns or more run. The sweep begins turns until 256 run.
func (r *runner) full() bool {
	return r.running.Load() >= int64(r.o.MaxTurns-r.o.MaxTurns/sweepShare)
}

// leave is called when a turn has ended, and when the sweep has begun a session. When a quarter of Options.MaxTurns is
// free, the sweep may begin others, many at once.
func (r *runner) leave() {
	if r.occupied.Add(-1) == int64(r.o.MaxTurns-max(r.o.MaxTurns/4, 1)) {
		select {
		case r.room <- struct{}{}:
		default: // a value is there already
		}
	}
}

// begin asks the store for a turn of a session. If req has an event, of which e is the decoded form, the
// store makes the event durable first. The turn that the store gives runs in the background. It need not
// be that of the event in req: an older event may wait. Acknowledgements of the session's outputs travel
// with the call, and outputs that the store hands out go to the courier.
func (r *runner) begin(ctx context.Context, req *session.BeginRequest, e *transport.Event) (session.Status, error) {
	req.Token, req.Lease, req.DeliveryLease = r.newToken(), r.o.lease, r.o.deliveryLease
	r.settling.begin(req.ID)
	defer r.settling.end(req.ID)
	done, asked := r.courier.acks.take(req.ID), time.Now()
	req.Done = done
	crash("before-begin")
	res, err := r.store.Begin(ctx, req)
	crash("after-begin")
	if err != nil {
		r.courier.acks.add(req.ID, done)
		if errors.Is(err, session.ErrUnavailable) {
			r.strays.note(r.env, req.ID, req.Token)
		}
		return 0, err
	}
	r.clock.set(res.Now)
	if isBare(req.ID) {
		var ok bool
		if req.ID, ok = r.owner(req.ID, res.State, &res.Event, res.Outputs...); !ok {
			return res.Status, r.leaveAlone(ctx, req, &res)
		}
	}
	if len(res.Outputs) > 0 {
		r.courier.handedOut(req.ID, handout{res.Outputs, res.Retried, asked.Add(r.o.deliveryLease)})
	}
	if res.Status == session.Run {
		r.compare(req.ID, res.Rev, asked)
		r.start(req, &res, e)
	}
	return res.Status, nil
}

// wake begins what is due in one session: an event, a timer, or outputs that nobody delivered.
func (r *runner) wake(ctx context.Context, id string) error {
	_, err := r.begin(ctx, &session.BeginRequest{ID: id}, nil)
	return err
}

// wakeIn begins the next turn of a session after a wait, where a webhook waits for it: the sweep may come up
// to 2 s later.
func (r *runner) wakeIn(wait time.Duration, id string) {
	if !r.settling.on || wait > soon {
		return
	}
	r.settling.begin(id)
	time.AfterFunc(wait, func() {
		if !r.crew.start(func() {
			defer r.settling.end(id)
			ctx, cancel := context.WithTimeout(context.Background(), r.o.lease)
			defer cancel()
			if err := r.wake(ctx, id); err != nil {
				r.o.Logger.Warn("bot: due session not begun", about(id, "err", err)...)
			}
		}) {
			r.settling.end(id)
		}
	})
}

// start has a holder run the turn that Begin gave, and those that wait behind it. Once Shutdown has
// begun, it gives the lease back instead: another process runs the turn.
func (r *runner) start(req *session.BeginRequest, res *session.BeginResult, e *transport.Event) {
	h, ok := r.spare.Get().(*holder)
	if !ok {
		h = newHolder(r)
	}
	h.id, h.token, h.rev, h.state, h.memo = req.ID, req.Token, res.Rev, res.State, res.Memo
	if e != nil && e.ID != res.Event.ID { // the turn is for an older event or a timer
		e = nil
	}
	h.set(res.Event, res.Attempt, e)
	h.job.crashed = res.Crashed
	r.running.Add(1)
	r.occupied.Add(1)
	r.settling.begin(req.ID)
	if !r.crew.launch(h.work) {
		r.running.Add(-1)
		r.leave()
		r.settling.end(req.ID)
		h.release(0, false)
		h.recycle()
	}
}
