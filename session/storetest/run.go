package storetest

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// Options say how a store is tested. Nil is the zero value.
type Options struct {
	// Virtual runs each check in a testing/synctest bubble, where waiting takes no time. It is
	// for stores that take the time from time.Now and do no input or output.
	Virtual bool
	// Advance lets the store's clock pass d. The default is to wait.
	Advance func(d time.Duration)
	// Seed is where the random sequences start. The default is a new one for each run, which
	// a failure prints.
	Seed uint64
	// Sequences is how many random sequences are run. The default is 300 in virtual time or
	// with Advance, 15 otherwise.
	Sequences int
}

// Run tests the store that newStore returns, which must be empty and is used by one subtest.
func Run(t *testing.T, newStore func(t *testing.T) session.Store, o *Options) {
	t.Helper()
	var opts Options
	if o != nil {
		opts = *o
	}
	for _, c := range checks() {
		t.Run(c.promise, func(t *testing.T) {
			opts.bubble(t, func(t *testing.T) {
				c.run(newProbe(t, c.promise, newStore(t), opts))
			})
		})
	}
}

// bubble runs f in virtual time if the options say so. Each check has a bubble of its own, and the store
// is made in it: a channel such as that of Wake belongs to the bubble in which it was made.
func (o Options) bubble(t *testing.T, f func(t *testing.T)) {
	if o.Virtual {
		synctest.Test(t, f)
		return
	}
	f(t)
}

// check is one promise of the contract and how it is proved. The promise is the name of the subtest and
// the beginning of each failure. run returns if the promise is kept; the probe ends the test if not.
type check struct {
	promise string
	run     func(p *probe)
}

// checks are all checks, by topic.
func checks() []check {
	var all []check
	for _, topic := range [][]check{
		dedupChecks(), orderChecks(), leaseChecks(), repeatChecks(), releaseChecks(),
		outboxChecks(), timerChecks(), stateChecks(), limitChecks(), dueChecks(),
		adminChecks(), inspectChecks(), letterChecks(), accountChecks(), manyChecks(), randomChecks(),
	} {
		all = append(all, topic...)
	}
	return all
}
