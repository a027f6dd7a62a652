package storetest

import (
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

func dueChecks() []check {
	return []check{
		{"due lists the most overdue first", dueInOrder},
		{"due lists each session once, and none that has nothing to do", dueOnce},
	}
}

func dueInOrder(p *probe) {
	now := p.now()
	late := map[string]time.Duration{"a": 2, "b": 4, "c": 1, "d": 3}
	for name, seconds := range late {
		p.arm(p.session(name), "e1", now.Add(-seconds*time.Second))
	}
	want := []string{p.session("b"), p.session("d"), p.session("a"), p.session("c")}
	p.waitingSince("first", now)
	p.waitingSince("second", p.now())
	want = append(want, p.session("first"), p.session("second"))
	for _, limit := range []int{1, 3, 4, 100} {
		ids, _, err := p.store.Due(p.Context(), limit)
		p.err("Due", nil, err)
		p.same("Due", "sessions", want[:min(limit, len(want))], ids)
	}
	p.end("Commit", p.look("Begin of the first", want[0], ""))
	p.begin("Begin with Hold", session.BeginRequest{ID: p.session("third"), Event: p.event("e1", 1), Hold: true}, session.Queued)
	want = append(want, p.session("third"))
	ids, _, err := p.store.Due(p.Context(), 100)
	p.err("Due after the first was looked after", nil, err)
	p.same("Due after the first was looked after", "sessions", want[1:], ids)
}

// waitingSince leaves an event behind that is due a moment after t.
func (p *probe) waitingSince(name string, t time.Time) {
	p.Helper()
	s := p.session(name)
	p.until("the next millisecond", t)
	turn := p.run("Begin", s, p.event("e1", 1))
	hold := session.BeginRequest{ID: s, Event: p.event("e2", 2), Hold: true}
	p.begin("Begin with Hold", hold, session.Queued)
	p.commit("Commit with Release", turn, session.CommitRequest{Release: true})
	p.pass(time.Millisecond)
}

func dueOnce(p *probe) {
	ids, wait, err := p.store.Due(p.Context(), 10)
	p.err("Due of an empty store", nil, err)
	p.same("Due of an empty store", "sessions", 0, len(ids))
	if wait <= 0 {
		p.fail("Due of an empty store", "a wait of more than", time.Duration(0), wait)
	}
	idle, busy, both := p.session("idle"), p.session("busy"), p.session("both")
	p.end("Commit", p.run("Begin", idle, p.event("e1", 1)))
	p.run("Begin", busy, p.event("e1", 1))
	p.arm(both, "e1", p.now())
	p.pass(time.Millisecond)
	r := session.BeginRequest{ID: both, Event: p.event("e2", 2), Hold: true}
	p.begin("Begin with Hold", r, session.Queued)
	p.pass(time.Millisecond)
	ids, _, err = p.store.Due(p.Context(), 10)
	p.err("Due", nil, err)
	p.same("Due of an idle, a running and a due session", "sessions", []string{both}, ids)
}
