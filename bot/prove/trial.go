package main

import (
	"math/rand/v2"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// trial is a row: a load, the trouble that is made meanwhile, and what is allowed.
type trial struct {
	name string

	users, events, rate int           // events are those of each user, rate is of all in a second
	lasts               time.Duration // with it, rate is at most half of the machine's maximum, for so long
	procs               int
	dup                 float64 // part of the events that are sent twice, half of them late
	redeliver, shuffle  bool
	skew                time.Duration   // by how much the clock of the first process is wrong
	slow                time.Duration   // how long an action takes
	ages                []time.Duration // how old the events of a user are when they come first, in turn; default all 0
	patience            time.Duration   // for how long an event is redelivered; default 60 s
	quiet               time.Duration   // how long nothing may happen before the end; default 12 s

	lease, delivery time.Duration // default 2 s and 1 s
	timeout, window time.Duration // of an API call, default 700 ms; of a reply token, default 50 s
	router          string        // that the bot is mounted in; default http.ServeMux
	drain           time.Duration // of Bot.Drain, behind a balancer; 0 for neither
	beside          bool          // the row mostly waits: others run beside it

	redis     string // its kind; default one
	redisArgs []string
	split     bool       // the first bot has a way to Redis of its own
	replicas  int        // redisstore.Options.Replicas
	fsync     bool       // redisstore.Options.Fsync
	crash     string     // KAIWA_CRASH
	guard     string     // a guard that the bots go without
	lineFault float64    // part of LINE's API calls that fail
	poison    int        // how many users send an event that cannot be handled
	timers    int        // of twenty events, how many set a timer; default 2
	again     int        // of twenty events, how many fail at their first attempt
	attempts  int        // bot.Options.MaxAttempts
	database  bool       // actions need it: see actions
	lethal    bool       // see actions
	single    bool       // no event is answered with more than a reply
	freezes   bool       // a process is frozen whenever no request is under way: see freezer
	ends      [][]string // the kinds of the last events of each user, in turn
	// accounts are those that users write to; one without a name if there are none. The last process serves the
	// last of them, and the others serve all others.
	accounts []string
	// stacks: users have several conversations at once (see stacking), and draw says what they say.
	stacks bool
	rolls  bool // an earlier build may find what it cannot read
	draw   func(*rand.Rand) string

	// during makes trouble while events are sent, and ends soon after s.ctx does, or after what it waits for
	// with s.rest. What it leaves is made good by the stage.
	during func(s *stage)
	// after looks at what came out, when the bots have ended.
	after func(s *stage, r *result)

	// Within repair each event is to be answered, from its first webhook or from the last end of a
	// process since. Within whole it is, however many ended. 0 is for no bar.
	repair, whole time.Duration
	outage        time.Duration // for how long webhooks may be refused at a stretch; 0 for no bar
	allow         allowance
}

// allowance is what the promises do not cover in a row. It is counted all the same.
type allowance struct {
	rollback  bool // Redis lost what it had acknowledged: lost events, a broken chain, turns run again
	ambiguous bool // no process lived in the window: messages doubled by a counted push
	late      bool // frozen processes do not answer webhooks
}

func (t *trial) defaults() {
	or := func(d *time.Duration, def time.Duration) {
		if *d == 0 {
			*d = def
		}
	}
	or(&t.lease, 2*time.Second)
	or(&t.delivery, time.Second)
	or(&t.timeout, 700*time.Millisecond)
	or(&t.window, 50*time.Second)
	or(&t.patience, time.Minute)
	or(&t.quiet, 12*time.Second)
	if t.timers == 0 {
		t.timers = 2
	}
	if t.redis == "" {
		t.redis = redisOne
	}
}

// real has the terms that users have.
func (t *trial) real() {
	t.lease, t.delivery, t.timeout = session.DefaultLease, session.DefaultDeliveryLease, line.DefaultTimeout
}

// terms returns the row with the terms that users have, and with the short ones.
func terms(name string, row func(real bool) trial) (rows []trial) {
	for _, real := range []bool{true, false} {
		t := row(real)
		t.name = name + pick(real, "/short", "/real")
		if real {
			t.real()
		}
		rows = append(rows, t)
	}
	return rows
}

// mostlyWaits says that others may run beside the row.
func (t *trial) mostlyWaits() bool { return t.beside || t.crash != "" }

// serve returns the accounts that the nth process serves.
func (t *trial) serve(n int) []string {
	switch last := len(t.accounts) - 1; {
	case last < 0:
		return []string{""}
	case n == t.procs-1:
		return t.accounts[last:]
	default:
		return t.accounts[:last]
	}
}

func (t *trial) scale(by float64) {
	t.events = max(int(float64(t.events)*by), 1)
	t.lasts = time.Duration(float64(t.lasts) * by)
}

// tokenLife is how much longer than the window a reply token works: as LINE's minute to the 50 s.
func (t *trial) tokenLife() time.Duration { return t.window * 6 / 5 }
