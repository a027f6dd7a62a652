package bot

import (
	"context"
	"errors"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// turn runs one turn: it plans, commits and delivers, or sees to the failure. It returns the event
// of the next turn, which is empty if none waits; false says that the lease is gone.
func (h *holder) turn() (session.Event, bool) {
	if h.fault != nil {
		return h.faulty()
	}
	if h.job.crashed && !h.suspects.enter(h.job.twice()) {
		h.waitTurn()
		return session.Event{}, false
	}
	ctx := h.watch.begin(h.o.TurnTimeout, h.o.lease/3, max(h.o.LoadingAfter, 0))
	defer func() { // also if user code ends the goroutine
		if h.abandoned = h.watch.done(); !h.abandoned && h.job.crashed {
			h.suspects.leave(h.job.twice())
		}
	}()
	crash("before-turn")
	p, err := h.plan(ctx)
	crash("after-turn")
	late := h.watch.decide()
	switch {
	case errors.Is(late, errStuck):
		return session.Event{}, false
	case late != nil:
		return h.notCommitted(p.turn, late)
	case err != nil:
		return h.failed(err)
	default:
		return h.commit(&p)
	}
}

// plan runs the actions of the turn. A panic of user code that no flow caught ends here, such as
// one in a message's JSON.
func (h *holder) plan(ctx context.Context) (p plan, err error) {
	defer rescue(&err)
	j := &h.job
	if err := h.locate(); err != nil {
		return p, err
	}
	p = plan{turn: j.event.ID, eventID: j.event.ID, rec: j.rec}
	switch {
	case j.timer >= 0 && j.event.ID != "" && j.attempt > maxDeaths:
		return p, errDied
	case j.attempt > h.o.MaxAttempts:
		return p, errAttempts // whoever tried before did not live to say why
	case j.timer >= 0:
		return h.planner.timer(ctx, h.id, j)
	case len(j.event.Body) == 0:
		return p, nil // the timer was cleared, or the message was unsent meanwhile
	case isDeadTimer(&j.event):
		return h.planner.rearm(j)
	}
	if err := h.decode(); err != nil {
		return p, err
	}
	if j.decoded.Standby {
		return p, nil // another system has the chat
	}
	if waits(j.decoded) {
		h.watch.awaited(j.decoded.Source.ChatID)
	}
	return h.planner.event(ctx, h.id, j)
}

// locate reads the session, and decides what the turn is for: a timer that was due before the
// event, or the event. A timer that was put off holds up no event.
func (h *holder) locate() error {
	j := &h.job
	j.timer = -1
	if err := j.rec.unmarshal(h.state); err != nil {
		j.rec = record{timers: j.rec.timers[:0]} // not the half of it that could be read
		return err
	}
	if j.rec.version > h.o.Version {
		return errNewer
	}
	limit, alone := j.event.Accepted, j.event.ID == ""
	if alone {
		limit = h.clock.now()
	}
	j.timer = j.rec.firstDue(limit, alone)
	return nil
}

// decode makes sure that the event is decoded.
func (h *holder) decode() error {
	if h.job.decoded != nil {
		return nil
	}
	e, err := h.channel.Decode(h.job.event.Body)
	if err == nil {
		h.job.decoded = &e
	}
	return err
}

// commit stores the plan and gives its outputs to the courier.
func (h *holder) commit(p *plan) (session.Event, bool) {
	p.rec.version = h.o.Version
	h.request = session.CommitRequest{
		EventID: p.eventID, State: p.rec.append(make([]byte, 0, len(p.rec.data)+128)), Due: p.rec.due(),
		Outputs: pack(p.outs), Done: h.courier.acks.take(h.id),
	}
	crash("before-commit")
	res, err := h.write()
	crash("after-commit")
	if err != nil {
		h.courier.acks.add(h.id, h.request.Done)
		return h.notCommitted(p.turn, err)
	}
	h.stats.turns.Add(1)
	if h.job.timer >= 0 {
		h.stats.timers.Add(1)
	}
	if !res.MayDeliver {
		// Outputs of another process may wait behind those that this commit acknowledged. To
		// acknowledge again hands them out, and this turn's after them.
		h.courier.acks.add(h.id, h.request.Done)
	}
	return h.committed(&res, p.outs), true
}

// committed delivers what was committed, if nothing older is in the way, and returns the next event.
func (h *holder) committed(res *session.CommitResult, outs []delivery) session.Event {
	h.rev, h.state = res.Rev, h.request.State
	if res.MayDeliver && len(outs) > 0 {
		h.courier.deliver(h.id, session.MakeSeq(res.Rev, 1), outs)
	}
	return res.Next
}

// write calls Commit until the store answers, for as long as the lease lasts. It asks again at once:
// most often only the answer was lost, and no other turn came between.
func (h *holder) write() (session.CommitResult, error) {
	r := &h.request
	r.ID, r.Token, r.Rev, r.Release = h.id, h.token, h.rev, h.last
	r.Keep, r.Lease, r.DeliveryLease = h.o.Keep, h.o.lease, h.o.deliveryLease
	res, err := h.store.Commit(context.Background(), r)
	if !errors.Is(err, session.ErrUnavailable) {
		return res, err
	}
	end := time.Now().Add(h.o.lease)
	wait := time.Duration(0)
	for errors.Is(err, session.ErrUnavailable) && time.Now().Before(end) {
		time.Sleep(wait)
		wait = min(2*wait+20*time.Millisecond, time.Second)
		res, err = h.store.Commit(context.Background(), r)
	}
	return res, err
}

// extend gives the lease a fresh term. It returns false if another process has the lease.
func (h *holder) extend() bool {
	ctx, cancel := context.WithTimeout(context.Background(), h.o.lease/3)
	defer cancel()
	return !errors.Is(h.store.Extend(ctx, h.id, h.token, h.o.lease), session.ErrFenced)
}

// release gives up the lease of a turn that was not committed. If that fails, the lease runs
// out by itself.
func (h *holder) release(delay time.Duration, counted bool) {
	ctx, cancel := context.WithTimeout(context.Background(), h.o.deliveryLease)
	defer cancel()
	r := session.ReleaseRequest{ID: h.id, Token: h.token, Delay: delay, Counted: counted}
	if err := h.store.Release(ctx, &r); err != nil {
		h.o.Logger.Warn("bot: lease not released", "session", h.id, "err", err)
	}
}
