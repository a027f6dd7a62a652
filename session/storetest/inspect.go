package storetest

import (
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// inspectChecks has one check, of what an operator or bot.Session sees.
func inspectChecks() []check {
	return []check{{"a look into a session shows what is kept and changes nothing", inspected}}
}

// inspect returns what the store says that it keeps of a session.
func (p *probe) inspect(step, id string) session.Snapshot {
	p.Helper()
	snap, err := p.store.Inspect(p.Context(), id)
	p.err(step, nil, err)
	if age := p.now().Sub(snap.Now); age < 0 || age > patience {
		p.fail(step, "the store's clock", p.now(), snap.Now)
	}
	return snap
}

// waiting returns the ids of the events of a snapshot.
func waiting(snap session.Snapshot) []string {
	var ids []string
	for _, e := range snap.Events {
		ids = append(ids, e.ID)
	}
	return ids
}

// inspected looks into a session three times: before it exists, when it rests after a commit, and while a
// turn runs and two events wait behind it. Each time all that Inspect tells must be right. Then it
// looks twice in a row, and writes over what it got: neither may change anything. The turn that ran
// all the time can still commit.
func inspected(p *probe) {
	id := p.session("a")
	snap := p.inspect("Inspect of a session that is not kept", id)
	p.same("Inspect of a session that is not kept", "all but the time", session.Snapshot{Now: snap.Now}, snap)

	// A session at rest: state, timer and two outputs, and no lease.
	due := p.now().Add(long)
	t := p.run("Begin", id, p.event("e1", 1))
	p.commit("Commit", t, session.CommitRequest{State: []byte("state"), Due: due, Outputs: [][]byte{[]byte("o1"), []byte("o2")}})
	first := session.MakeSeq(1, 1)
	snap = p.inspect("Inspect after a commit", id)
	p.same("Inspect after a commit", "revision", uint32(1), snap.Rev)
	p.same("Inspect after a commit", "state", "state", string(snap.State))
	p.same("Inspect after a commit", "timer", due.UTC(), snap.Due.UTC())
	p.same("Inspect after a commit", "lease", time.Time{}, snap.LeasedUntil)
	p.same("Inspect after a commit", "events", []string(nil), waiting(snap))
	p.same("Inspect after a commit", "outputs", []session.Output{{Seq: first, Body: []byte("o1")}, {Seq: first + 1, Body: []byte("o2")}}, snap.Outputs)

	// A turn runs for e2. e4 and e3 arrive in this order, and are listed by time. The first output is acknowledged.
	t = p.run("Begin of the next event", id, p.event("e2", 2))
	for i, e := range []string{"e4", "e3"} {
		r := session.BeginRequest{ID: id, Event: p.event(e, 4-i), Done: first}
		p.begin("Begin of an event that waits", r, session.Queued)
	}
	snap = p.inspect("Inspect while a turn runs", id)
	if !snap.LeasedUntil.After(snap.Now) {
		p.fail("Inspect while a turn runs", "the end of the lease after", snap.Now, snap.LeasedUntil)
	}
	p.same("Inspect while a turn runs", "attempts", 1, snap.Attempts)
	p.same("Inspect while a turn runs", "events", []string{"e2", "e3", "e4"}, waiting(snap))
	p.same("Inspect while a turn runs", "time of the first event", p.event("e2", 2).Time.UTC(), snap.Events[0].Time.UTC())
	if accepted := snap.Events[2].Accepted; accepted.After(snap.Now) || accepted.Before(snap.Now.Add(-patience)) {
		p.fail("Inspect while a turn runs", "when an event was accepted", snap.Now, accepted)
	}
	p.same("Inspect while a turn runs", "outputs", []session.Output{{Seq: first + 1, Body: []byte("o2")}}, snap.Outputs)
	again := p.inspect("Inspect again", id)
	again.Now = snap.Now
	p.same("Inspect again", "what is kept", snap, again)
	// The caller owns what it got: to write to it changes nothing either.
	scribble(again.State)
	scribble(again.Outputs[0].Body)
	again = p.inspect("Inspect after writing to the answer", id)
	p.same("Inspect after writing to the answer", "state", "state", string(again.State))
	p.same("Inspect after writing to the answer", "output", "o2", string(again.Outputs[0].Body))
	p.commit("Commit of the turn that ran meanwhile", t, session.CommitRequest{State: []byte("next")})
}
