package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// Few of each, so that calls meet: two processes at one session, the same event twice. With 3 sessions,
// of which the first is drawn most often, a sequence of 50 calls has some 33 in one session.
const (
	scriptSessions = 3
	scriptActors   = 4
	scriptEvents   = 6
	// soon is a term that a pass outlives.
	soon = 20 * time.Millisecond
	// never is after the end of all sequences.
	never = 10_000 * time.Hour
)

// call is one call of a random sequence. It says little, and the rest depends on what happened
// before: "commit" commits whatever turn its actor believes to run. So any call can be dropped from a
// sequence, and the others still make sense.
type call struct {
	// kind is a method of the store in lower case, or one of these: replay repeats the last commit of
	// the actor, revive is Replay of a dead letter, purge is Purge of all, pass lets time pass.
	kind    string
	session int
	actor   int
	holder  bool // the actor is whoever holds the lease, if anybody does
	event   int  // 0 for none
	short   bool // leases and delays end within the sequence
	hold    bool // of a begin
	release bool // of a commit
	dead    bool // of a commit
	counted bool // of a release; an ack leaves the delivery lease
	timer   int  // of a commit: see timers
	state   int  // of a commit: 0 for none
	outputs int  // how many a commit leaves
	done    int  // what is acknowledged: 0 nothing, 1 the first output, 2 all
	twice   bool // the call is repeated at once
}

// String tells what matters to that kind of call.
func (c call) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: session %d, ", c.kind, c.session)
	if c.holder && c.kind != "begin" {
		b.WriteString("holder or ")
	}
	fmt.Fprintf(&b, "actor %d", c.actor)
	say := func(on bool, format string, args ...any) {
		if on {
			fmt.Fprintf(&b, ", "+format, args...)
		}
	}
	begin, commit, release := c.kind == "begin", c.kind == "commit", c.kind == "release"
	say((begin || c.kind == "unsend") && c.event > 0, "event %d", c.event)
	say(begin && c.event > 0 && c.hold, "hold")
	say(commit && c.state > 0, "state %d", c.state)
	say(commit, "timer %s", timers[c.timer])
	say(commit && c.outputs > 0, "outputs %d", c.outputs)
	say(commit && c.release, "release")
	say(commit && c.dead, "dead")
	say(release && c.counted, "counted")
	say(c.kind == "ack" && c.counted, "leave")
	say((begin || commit || c.kind == "ack" || c.kind == "discard") && c.done > 0, "done %d", c.done)
	say(c.short && slices.Contains(withTerms, c.kind), "short")
	say(c.twice && (begin || commit || c.kind == "ack"), "twice")
	return b.String()
}

// timers are what a commit does with the timer. The last commits a turn for it, and keeps the
// event.
var timers = [...]string{"none", "past", "soon", "far", "none, for the timer"}

// oftenTimers is how often each of them is drawn.
var oftenTimers = [...]int{0, 0, 0, 1, 1, 1, 2, 2, 3, 4}

// kinds is what kinds of call are drawn from: a word that is there twice is drawn twice as often.
var kinds = strings.Fields(strings.Repeat("begin begin begin begin begin begin commit commit commit "+
	"commit replay release extend ack due pass ", 3) + "forget discard discard discard unsend unsend revive revive revive purge")

// withTerms are the kinds of call for which it matters whether they are short.
var withTerms = []string{"begin", "commit", "release", "extend", "ack"}

// randomCall draws a call. What it draws and does not need does no harm: a commit has an event,
// which String and the game leave out.
func randomCall(r *rand.Rand) call {
	c := call{
		kind: kinds[r.IntN(len(kinds))], session: r.IntN(scriptSessions), actor: r.IntN(scriptActors),
		short: r.IntN(2) == 0, hold: r.IntN(6) == 0, release: r.IntN(6) == 0, counted: r.IntN(2) == 0,
		timer: oftenTimers[r.IntN(len(oftenTimers))], state: r.IntN(3), outputs: max(0, r.IntN(4)-1),
		done: max(0, r.IntN(5)-2), twice: r.IntN(4) == 0, dead: r.IntN(6) == 0,
		holder: r.IntN(3) > 0,
	}
	if r.IntN(3) > 0 {
		c.event = 1 + r.IntN(scriptEvents+lateEvents)
	}
	if r.IntN(2) == 0 {
		c.session = 0 // so that calls meet
	}
	return c
}

// randomScript draws a sequence of 10 to 59 calls. They are drawn before the first is made, so that a
// sequence can be played again without those calls that do not matter.
func randomScript(r *rand.Rand) []call {
	script := make([]call, 10+r.IntN(50))
	for i := range script {
		script[i] = randomCall(r)
	}
	return script
}

// shrink drops calls as long as what is left still fails, with at most tries runs. It first tries to drop
// half of the calls at once, then quarters, and so on down to single calls: of 40 calls, the
// first 20, then the second 20, then the first 10 of what is left. When a round of single calls has
// dropped one, there is another round, since the call may have been what others were needed for.
func shrink(script []call, tries int, fails func([]call) bool) []call {
	for size := len(script) / 2; size > 0; {
		shorter := false
		for from := 0; from+size <= len(script) && tries > 0; tries-- {
			rest := append(append([]call{}, script[:from]...), script[from+size:]...)
			if fails(rest) {
				script, shorter = rest, true
			} else {
				from += size
			}
		}
		if !shorter || size > 1 {
			size /= 2
		}
	}
	return script
}

// term is how long a lease lasts that the call takes: it ends within the sequence, or never.
func (c call) term() time.Duration {
	if c.short {
		return soon
	}
	return long
}

// events returns the event that the call brings; without an id if it brings none.
func (c call) events(p *probe) session.Event {
	if c.event == 0 {
		return session.Event{}
	}
	if c.late() {
		return c.lateEvent(p)
	}
	// The milliseconds after the check began. The later of two ids is not always the younger event,
	// and e2 and e4 are of the same time.
	return p.event(fmt.Sprint("e", c.event), []int{0, 4, 2, 9, 2, 7, 1}[c.event])
}
