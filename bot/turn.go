package bot

import (
	"context"
	"errors"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// turn runs one turn: it makes a plan, commits the plan and delivers the outputs, or deals with the
// failure. It returns the event of the next turn, which is empty if no event waits. It returns false if
// the holder no longer has the lease.
//
//	suspect?  may it run beside other suspects?       -> if not, the session waits (waitTurn)
//	plan      the actions run                         -> an error: tried again or set aside (failed)
//	decide    may the result be stored?               -> the session was taken over: nothing is stored
//	commit    state, outputs and timers are stored    -> refused by the store (notCommitted)
//	deliver   the outputs are sent, and what is left is sent again in the background
func (h *holder) turn() (session.Event, bool) {
	if h.fault != nil {
		return h.faulty()
	}
	if h.job.crashed && !h.suspects.enter(h.job.twice()) {
		h.waitTurn()
		return session.Event{}, false
	}
	ctx := h.watch.begin(h.o.TurnTimeout, h.o.lease/3, max(h.o.LoadingAfter, 0))
	defer func() { // runs also if an action ends the goroutine
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

// plan runs the actions of the turn and returns what they come to. A panic that package flow did not
// catch becomes an error here, such as one in a message's AppendJSON.
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
		return p, errAttempts // the earlier attempts ended without a word, so there is no other reason
	case j.timer >= 0:
		return h.planner.timer(ctx, h.id, j)
	case len(j.event.Body) == 0:
		return p, nil // a timer that was cleared meanwhile, or a message that its sender took back
	case isDeadTimer(&j.event):
		return h.planner.rearm(j)
	case isDeadOutput(&j.event):
		return h.planner.resend(h.id, j)
	}
	if err := h.decode(); err != nil {
		return p, err
	}
	if j.decoded.Standby {
		return p, nil // another system has control of the chat
	}
	if waits(j.decoded) {
		h.watch.awaited(j.decoded.Source)
	}
	return h.planner.event(ctx, h.id, j)
}

// locate reads the record of the session, and decides what the turn is for: a timer or the event. Timers
// and events run in the order of their time. For example: an event was accepted at 12:00:10. A timer that
// was due at 12:00:05 has its turn first, and the event has the next turn. A timer that was due at
// 12:00:15 has its turn after the event, though both are overdue by now. A timer whose turn failed is
// tried again only when no event waits.
func (h *holder) locate() error {
	j := &h.job
	j.timer = -1
	if err := j.rec.unmarshal(h.state); err != nil {
		j.rec = record{timers: j.rec.timers[:0]} // not the half of it that could be read
		return err
	}
	h.planner.present(&j.rec)
	if !h.isOwn() {
		return errElsewhere
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

// isOwn reports whether the session is of an account of the bot, as far as its id and its timers say.
func (h *holder) isOwn() bool {
	account, rec := session.Account(h.id), &h.job.rec
	if isBare(h.id) { // nothing in it is anybody's: see owner
		return true
	}
	return h.accounts.serves(account) && (len(rec.timers) == 0 || rec.source.Channel == account)
}

// decode makes sure that h.job.decoded is set. An event that this process received is decoded already;
// one that comes from the store is not. Then the session is made of the event's source, or it is another's.
func (h *holder) decode() error {
	if h.job.decoded != nil {
		return nil
	}
	e, err := h.read(h.id, &h.job.event)
	switch {
	case err != nil:
		return err
	case !belongs(h.id, &e.Source):
		return errElsewhere
	}
	h.job.decoded = &e
	return nil
}

// commit stores the plan in one call, and gives its outputs to the courier. Acknowledgements of earlier
// outputs of the session travel with the call.
func (h *holder) commit(p *plan) (session.Event, bool) {
	p.rec.version = h.o.Version
	done := h.courier.acks.take(h.id)
	h.request = session.CommitRequest{
		EventID: p.eventID, State: p.rec.append(make([]byte, 0, len(p.rec.data)+128)), Due: p.rec.due(),
		Outputs: pack(p.outs), Done: done,
	}
	crash("before-commit")
	res, err := h.write()
	crash("after-commit")
	if err != nil {
		h.courier.acks.add(h.id, done)
		return h.notCommitted(p.turn, err)
	}
	h.accounts.of(h.id).turns.Add(1)
	if h.job.timer >= 0 {
		h.accounts.of(h.id).timers.Add(1)
	}
	if !res.MayDeliver {
		// Outputs of another process may wait behind those that this commit acknowledged. To
		// acknowledge these again makes the store hand out what waits, this turn's outputs last.
		h.courier.acks.add(h.id, done)
	}
	return h.committed(&res, p.outs), true
}

// committed delivers the outputs of a commit, if no older outputs have to be sent first, and returns the
// next event.
func (h *holder) committed(res *session.CommitResult, outs []delivery) session.Event {
	h.rev, h.state, h.memo = res.Rev, h.request.State, nil
	h.revisions.committed(h.id, res.Rev, res.Now)
	h.lateEvents.over(h.id)
	if res.MayDeliver && len(outs) > 0 {
		h.courier.deliver(h.id, session.MakeSeq(res.Rev, 1), outs, h.asked.Add(h.o.deliveryLease))
	}
	return res.Next
}

// write calls Commit, and calls it again while the store is unavailable, for commitPatience: at once,
// then after 20 ms, 60 ms, 140 ms and so on, up to a second. The second call is made at once because
// most often only the answer was lost: the store then recognises the commit and answers again.
func (h *holder) write() (session.CommitResult, error) {
	r := &h.request
	r.ID, r.Token, r.Rev, r.Memo, r.Release = h.id, h.token, h.rev, h.memo, h.last
	r.Keep, r.Lease, r.DeliveryLease = h.o.Keep, h.o.lease, h.o.deliveryLease
	h.asked = time.Now()
	res, err := h.store.Commit(context.Background(), r)
	if !errors.Is(err, session.ErrUnavailable) {
		return res, err
	}
	end := time.Now().Add(commitPatience)
	wait := time.Duration(0)
	for errors.Is(err, session.ErrUnavailable) && time.Now().Before(end) {
		time.Sleep(wait)
		wait = retryCommit(wait)
		h.asked = time.Now()
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

// release gives up the lease of a turn that was not committed. The event is due again after the delay.
// Counted says whether the attempt counts towards Options.MaxAttempts. If the call fails, the lease runs
// out by itself, and the event is due then.
func (h *holder) release(delay time.Duration, counted bool) {
	ctx, cancel := context.WithTimeout(context.Background(), h.o.deliveryLease)
	defer cancel()
	r := session.ReleaseRequest{ID: h.id, Token: h.token, Delay: delay, Counted: counted}
	if err := h.store.Release(ctx, &r); err != nil {
		h.o.Logger.Warn("bot: lease not released", about(h.id, "err", err)...)
	}
}
