package storetest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// randomChecks has one check: sequences of random calls, against the model.
func randomChecks() []check {
	return []check{{"random calls are answered as the contract says", randomCalls}}
}

// How many sequences are played to find a shorter one that fails: where waiting takes no time, and where
// it does. A sequence takes 40 ms at least, as play lets two short terms pass at its end.
const (
	triesVirtual = 2000
	triesReal    = 60
)

// randomCalls plays sequences. If one fails, it drops calls from it as long as it still fails, and
// reports what is left with the seed: the author of a store reads three or four calls, not fifty.
func randomCalls(p *probe) {
	seed, sequences, tries := p.opts.Seed, p.opts.Sequences, triesReal
	// A seed that is not given is drawn, and is never 0.
	if seed == 0 {
		seed = rand.Uint64() | 1
	}
	if free := p.opts.Virtual || p.opts.Advance != nil; free {
		tries = triesVirtual
	}
	if sequences == 0 {
		sequences = map[bool]int{true: 300, false: 15}[tries == triesVirtual]
	}
	runs, unsure := 0, 0
	// play plays a sequence in sessions of its own, and returns what was wrong.
	play := func(script []call) string {
		runs++
		g := newGame(p, runs)
		wrong := g.play(script)
		// What the sequence showed before that is no failure either: the model may have gone wrong.
		if g.unsure() {
			unsure++
			return ""
		}
		return wrong
	}
	// All sequences come from one seed, so that a failure can be played again.
	r := rand.New(rand.NewPCG(seed, 0))
	for n := range sequences {
		script := randomScript(r)
		wrong := play(script)
		if wrong == "" {
			continue
		}
		// Drop calls as long as it fails, with whatever failure: the last one is reported.
		script = shrink(script, tries, func(s []call) bool {
			w := play(s)
			if w != "" {
				wrong = w
			}
			return w != ""
		})
		p.Fatalf("%s: %s\nseed %d, sequence %d, shortened to:%s", p.promise, wrong, seed, n+1, list(script))
	}
	if unsure > 0 {
		p.Logf("%s: %d of %d sequences were given up, for it was open which of two times came first", p.promise, unsure, sequences)
	}
}

// list writes a sequence, a call on each line.
func list(script []call) string {
	var b strings.Builder
	for i, c := range script {
		fmt.Fprintf(&b, "\n%3d. %s", i+1, c)
	}
	return b.String()
}

// actor is a process, with what it knows of one session: the turn that it believes to run (it may have
// lost the lease, and not know), and the last commit and release that it asked for, which it may ask
// for again.
type actor struct {
	turn    turn
	commit  *session.CommitRequest
	answer  session.CommitResult
	release *session.ReleaseRequest
}

// game plays a sequence against the store and the model: three sessions, and four actors which each know
// something of each session. Every call is made to the store; the model of its session then judges the
// answer. The first verdict that is not empty ends the game.
type game struct {
	p      *probe
	ids    [scriptSessions]string
	models [scriptSessions]*model
	actors [scriptSessions][scriptActors]actor
}

// newGame returns a game with new sessions. n tells it from the others of the same store.
func newGame(p *probe, n int) *game {
	g := &game{p: p}
	// Each session is of another account.
	for i, account := range [scriptSessions]string{p.promise, "", p.promise + "/2"} {
		g.ids[i] = p.sessionOf(account, fmt.Sprint("game ", n, " session ", i))
		g.models[i] = newModel()
	}
	return g
}

// unsure says whether a model could not tell what is right: see model.
func (g *game) unsure() bool {
	for _, m := range g.models {
		if m.unsure {
			return true
		}
	}
	return false
}

// play returns what was wrong, or nothing.
func (g *game) play(script []call) string {
	wrong := ""
	// Stop at the first wrong answer, or when the model cannot tell any more.
	for i, c := range script {
		if wrong != "" || g.unsure() {
			break
		}
		if v := g.step(c); v != "" {
			wrong = fmt.Sprintf("call %d, %s: %s", i+1, c.kind, v)
		}
	}
	// What is left over must come to its end too, and must not be due in the next sequence.
	g.p.pass(2 * soon)
	for i := range g.ids {
		if v := g.drain(i); v != "" && wrong == "" {
			wrong = fmt.Sprintf("looking after session %d at the end: %s", i, v)
		}
	}
	return wrong
}

// step makes one call. With holder, the call is made by the actor who holds the lease, if there is
// one: otherwise most commits would be fenced, and sequences would come to nothing.
func (g *game) step(c call) verdict {
	if c.holder && c.kind != "begin" {
		for i, a := range g.actors[c.session] {
			if g.models[c.session].holds(a.turn.token) {
				c.actor = i
			}
		}
	}
	switch c.kind {
	case "begin":
		return g.begin(c)
	case "commit":
		return g.commit(c)
	case "replay":
		return g.replay(c)
	case "release":
		return g.release(c)
	case "extend":
		return g.extend(c)
	case "ack":
		return g.ack(c)
	case "discard":
		return g.discard(c)
	case "due":
		return g.due(c)
	case "forget":
		return g.forget(c)
	case "unsend":
		return g.unsend(c)
	case "revive":
		return g.revive(c)
	case "purge":
		return g.purge(c)
	default:
		g.p.pass(soon + 5*time.Millisecond)
		return ""
	}
}

// drain ends what a session has begun, and fails if it does not come to rest.
func (g *game) drain(i int) verdict {
	// First take away what could be handed out: outputs and dead letters.
	m := g.models[i]
	if v := g.ack(call{session: i, done: 2}); v != "" {
		return v
	}
	if v := g.purge(call{session: i}); v != "" {
		return v
	}
	// Then run all turns that are left. A store that brings an event back again and again does not
	// come to an end.
	for range 4 * scriptEvents {
		r := session.CommitRequest{EventID: m.headID()}
		// Nobody holds the lease, or it is over: begin a turn, if there is one.
		if m.token == (session.LeaseToken{}) || m.passed(m.until, at(g.p.now().UnixMilli())) {
			c := call{kind: "begin", session: i}
			if v := g.begin(c); v != "" {
				return v
			}
			if m.token == (session.LeaseToken{}) {
				return want("events that wait", false, m.mail())
			}
			r.EventID = m.headID()
		}
		t := turn{id: g.ids[i], token: m.token, BeginResult: session.BeginResult{Rev: m.rev}}
		req := t.request(r)
		c, err := g.p.store.Commit(g.p.Context(), req)
		if v := m.commit(req, c, err, at(c.Now.UnixMilli())); v != "" || m.unsure {
			return v
		}
	}
	return "want an end, got more and more turns"
}
