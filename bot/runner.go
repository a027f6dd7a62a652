package bot

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// runner begins turns: those of events that arrive, and those that the sweep finds. Turns of one
// session run one after the other, by one holder of its lease; those of different sessions run side
// by side.
type runner struct {
	*env
	planner  planner
	courier  *courier
	running  atomic.Int64 // holders
	spare    sync.Pool    // of *holder; in a test's bubble of virtual time, their timers belong to it
	suspects suspects
}

func (r *runner) init(e *env, flows []*flow.Flow, c *courier) {
	r.env, r.courier = e, c
	r.planner = planner{env: e, flows: flows, byName: make(map[string]*flow.Flow, len(flows))}
	for _, f := range flows {
		r.planner.byName[f.Name()] = f
	}
}

// sweepShare says which share of the turns is not for new events: else those that wait
// would wait for as long as new ones come.
const sweepShare = 8

// full reports whether no more turns may be begun for new events.
func (r *runner) full() bool {
	return r.running.Load() >= int64(r.o.MaxTurns-r.o.MaxTurns/sweepShare)
}

// begin asks the store for a turn, of the event in req, of which e is the decoded form, or of what
// is due in the session. The turn runs in the background. Acknowledgements of the session travel
// with the call, and outputs that the store hands out go to the courier.
func (r *runner) begin(ctx context.Context, req *session.BeginRequest, e *transport.Event) (session.Status, error) {
	req.Token, req.Lease, req.DeliveryLease = newToken(), r.o.lease, r.o.deliveryLease
	req.Done = r.courier.acks.take(req.ID)
	crash("before-begin")
	res, err := r.store.Begin(ctx, req)
	crash("after-begin")
	if err != nil {
		r.courier.acks.add(req.ID, req.Done)
		return 0, err
	}
	r.clock.set(res.Now)
	if len(res.Outputs) > 0 {
		r.courier.handedOut(req.ID, res.Outputs, res.Retried)
	}
	if res.Status == session.Run {
		r.start(req, &res, e)
	}
	return res.Status, nil
}

// wake begins what is due in one session.
func (r *runner) wake(ctx context.Context, id string) error {
	_, err := r.begin(ctx, &session.BeginRequest{ID: id}, nil)
	return err
}

// start runs the turn that Begin gave, and those that wait behind it.
func (r *runner) start(req *session.BeginRequest, res *session.BeginResult, e *transport.Event) {
	h, ok := r.spare.Get().(*holder)
	if !ok {
		h = newHolder(r)
	}
	h.id, h.token, h.rev, h.state = req.ID, req.Token, res.Rev, res.State
	j := job{event: res.Event, attempt: res.Attempt, crashed: res.Crashed}
	if e != nil && e.ID == res.Event.ID { // else an older event waited, which is stored
		j.decoded = e
	}
	h.set(j)
	r.running.Add(1)
	if !r.crew.launch(h.work) {
		r.running.Add(-1)
		h.release(0, false)
		h.recycle()
	}
}

func newToken() session.LeaseToken {
	var t session.LeaseToken
	for t == (session.LeaseToken{}) {
		binary.LittleEndian.PutUint64(t[:], rand.Uint64())
	}
	return t
}
