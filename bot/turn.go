package bot

import (
	"context"
	"errors"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// turns runs the turns of one session for as long as its lease is held and events wait. It is
// used again for another session, so nothing of it is to be kept.
type turns struct {
	b     *Bot
	id    string
	token session.LeaseToken
	rev   uint32
	state []byte // what the last commit wrote

	// The turn that runs.
	event   session.Event    // its ID is empty for a timer alone
	decoded *transport.Event // the same, decoded, or nil if it is not yet
	attempt int
	crashed bool           // an earlier attempt at the event ended without a word
	fault   error          // why the turn failed, if that was found outside of it
	left    bool           // another has taken over, as an action did not return
	last    bool           // give the lease up afterwards
	timer   int            // the timer of rec that the turn is for, or -1
	rec     session.Record // state, unpacked
	plan    plan
	in      flow.Input
	commit  session.CommitRequest
	watch   watch
	work    func() // run
}

// plan is what a turn comes to: the record to write and the outputs to send.
type plan struct {
	turn    string // id of the turn
	eventID string // the event that the turn uses up; empty for a timer
	rec     session.Record
	outs    []output
}

// maxTurnsInRow is how many turns one session may have before it goes to the end of the line.
const maxTurnsInRow = 50

// startTurns runs the turn that Begin gave, with e if that is the event, and those after it.
func (b *Bot) startTurns(id string, token session.LeaseToken, begun *session.BeginResult, e *transport.Event) {
	// The pool is the bot's own: in a bubble of virtual time, its timers belong to the bubble.
	t, ok := b.spare.Get().(*turns)
	if !ok {
		t = newTurns()
	}
	t.b, t.id, t.token, t.rev, t.state = b, id, token, begun.Rev, begun.State
	t.event, t.decoded, t.attempt, t.crashed = begun.Event, e, begun.Attempt, begun.Crashed
	if e != nil && e.ID != begun.Event.ID {
		t.decoded = nil // an older one waited, which is stored
	}
	b.running.Add(1)
	if !b.launch(t.work) {
		b.running.Add(-1)
		t.release(0, false)
		t.recycle()
	}
}

func newTurns() *turns {
	t := new(turns)
	t.watch.extend, t.watch.stuck, t.watch.slow = t.extend, t.abandon, t.showLoading
	t.work = t.run
	return t
}

func (t *turns) recycle() {
	b := t.b
	t.b, t.state, t.event, t.decoded = nil, nil, session.Event{}, nil
	t.plan, t.in, t.commit = plan{}, flow.Input{}, session.CommitRequest{}
	b.spare.Put(t)
}

// run runs the turn that is set and those that Commit hands over. It was launched.
func (t *turns) run() {
	b, over := t.b, false
	defer func() {
		switch {
		case t.left:
			b.stats.stuck.Add(-1)
		case !over: // user code ended the goroutine
			t.fault = errExited
			go b.worker(t.work)
		default:
			t.recycle()
			b.running.Add(-1)
			b.busy.Done()
		}
	}()
	t.all()
	over = true
}

func (t *turns) all() {
	for n := 1; ; n++ {
		t.last = n >= maxTurnsInRow || t.b.stopping()
		next, ok := t.one()
		if !ok || next.ID == "" {
			return
		}
		crash("before-next")
		// After a timer the event that waited may be the one that is decoded.
		if next.ID != t.event.ID {
			t.decoded = nil
		}
		t.event, t.attempt, t.crashed = next, 1, false
	}
}

// one runs one turn. It returns the next event, and false if the lease is gone.
func (t *turns) one() (session.Event, bool) {
	if t.fault != nil {
		return t.faulty()
	}
	if t.crashed && !t.b.aloneNow() {
		t.waitAlone()
		return session.Event{}, false
	}
	ctx := t.watch.begin(t.b.o.TurnTimeout, t.b.o.lease/3, max(t.b.o.LoadingAfter, 0))
	defer func() {
		if t.left = t.watch.done(); !t.left && t.crashed {
			<-t.b.alone
		}
	}()
	crash("before-turn")
	err := t.makePlan(ctx)
	crash("after-turn")
	late := t.watch.decide()
	switch {
	case errors.Is(late, errStuck):
		return session.Event{}, false
	case late != nil:
		return t.notCommitted(late)
	case err != nil:
		return t.failed(err)
	default:
		return t.carryOut()
	}
}

// makePlan runs the turn. A flow catches the panics of its own actions; a panic of a message that
// is rendered is caught here.
func (t *turns) makePlan(ctx context.Context) (err error) {
	defer rescue(&err)
	if err := t.locate(); err != nil {
		return err
	}
	switch {
	case t.attempt > t.b.o.MaxAttempts:
		return errAttempts // whoever tried before did not live to say why
	case t.timer >= 0:
		return t.planTimer(ctx)
	case t.event.ID == "":
		return nil // the timer was cleared meanwhile
	default:
		return t.planEvent(ctx)
	}
}

// locate decides what the turn is for: a timer that was due before the event, or the event.
func (t *turns) locate() error {
	t.timer = -1
	if err := t.rec.Unmarshal(t.state); err != nil {
		return err
	}
	if t.rec.Version > t.b.o.Version {
		return errNewer
	}
	limit := t.event.Accepted
	if t.event.ID == "" {
		limit = t.b.now()
	}
	t.timer = dueTimer(t.rec.Timers, limit)
	t.plan = plan{turn: t.event.ID, eventID: t.event.ID, rec: t.rec}
	return nil
}

// decode makes sure that the event is decoded.
func (t *turns) decode() error {
	if t.decoded != nil {
		return nil
	}
	e, err := t.b.channel.Decode(t.event.Body)
	if err == nil {
		t.decoded = &e
	}
	return err
}

// dueTimer returns the index of the first timer due at or before limit, or -1.
func dueTimer(timers []session.Timer, limit time.Time) int {
	first := -1
	for i := range timers {
		if timers[i].Due.After(limit) || first >= 0 && !timers[i].Due.Before(timers[first].Due) {
			continue
		}
		first = i
	}
	return first
}

// carryOut commits the plan and delivers its outputs.
func (t *turns) carryOut() (session.Event, bool) {
	p := &t.plan
	p.rec.Version = t.b.o.Version
	t.commit = session.CommitRequest{
		EventID: p.eventID, State: p.rec.Append(make([]byte, 0, len(p.rec.Data)+128)), Due: p.rec.Due(),
		Outputs: pack(p.outs), Done: t.b.acks.take(t.id),
	}
	crash("before-commit")
	done, err := t.write()
	crash("after-commit")
	if err != nil {
		t.b.acks.add(t.id, t.commit.Done)
		return t.notCommitted(err)
	}
	t.b.stats.turns.Add(1)
	if t.timer >= 0 {
		t.b.stats.timers.Add(1)
	}
	if !done.MayDeliver {
		// Outputs of another process may wait behind those that this commit acknowledged. To
		// acknowledge again hands them out, and this turn's after them.
		t.b.acks.add(t.id, t.commit.Done)
	}
	t.deliver(&done, p.outs)
	return done.Next, true
}

// deliver sends what was committed, if nothing older is in the way.
func (t *turns) deliver(done *session.CommitResult, outs []output) {
	t.rev, t.state = done.Rev, t.commit.State
	if done.MayDeliver && len(outs) > 0 {
		t.b.deliver(t.id, session.MakeSeq(done.Rev, 1), outs)
	}
}

// write calls Commit until the store answers, for as long as the lease lasts. It asks again at once:
// most often only the answer was lost, and no other turn came between.
func (t *turns) write() (session.CommitResult, error) {
	r, o := &t.commit, &t.b.o
	r.ID, r.Token, r.Rev, r.Release = t.id, t.token, t.rev, t.last
	r.Keep, r.Lease, r.DeliveryLease = o.Keep, o.lease, o.lane
	done, err := t.b.store.Commit(context.Background(), r)
	if !errors.Is(err, session.ErrUnavailable) {
		return done, err
	}
	end := time.Now().Add(o.lease)
	for wait := time.Duration(0); errors.Is(err, session.ErrUnavailable) && time.Now().Before(end); wait = min(2*wait+20*time.Millisecond, time.Second) {
		time.Sleep(wait)
		done, err = t.b.store.Commit(context.Background(), r)
	}
	return done, err
}
