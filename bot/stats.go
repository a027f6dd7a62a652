package bot

import (
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Stats counts what a Bot did since it was made, in this process.
type Stats struct {
	// What became of the events that arrived:
	//
	//	Events       were made durable, and have or will have their turn
	//	Duplicates   had arrived before
	//	Stale        were too old to be taken
	//	Refused      were too many for their session, or too large
	//	Limited      were too many of one user
	//
	// Busy counts webhooks, not events: those that were refused with ErrBusy.
	Events, Duplicates, Stale, Refused, Limited, Busy int64
	// Rejected counts the webhooks that the channel refused before it took events from them.
	Rejected transport.Rejected
	// What became of turns:
	//
	//	Turns      were committed
	//	Timers     were committed, for a timer or a reminder; they are counted in Turns too
	//	Failed     have no result, as an action failed: they are tried again, or set aside
	//	Fenced     have a result that was not stored, as another process had taken the lease
	//	Deferred   were left to a newer build: see Options.Version
	//	Dead       were set aside: the event or the timer is a dead letter
	Turns, Timers, Failed, Fenced, Deferred, Dead int64
	// Running is how many sessions have a turn at this moment, without those of Stuck.
	Running int64
	// Stuck is how many actions hang at this moment: they ignore their context. Their sessions go on
	// without them, and each of them keeps a goroutine.
	Stuck int64
	// What became of outputs:
	//
	//	Sent        were accepted by the platform
	//	Retried     counts attempts that failed and that another attempt follows
	//	Dropped     were never accepted, and are dead letters
	//	Ambiguous   may have arrived as a reply, and nobody can tell. They are given up, or pushed and may
	//	            come twice. Those that were pushed are counted in Sent or Dropped too
	Sent, Retried, Dropped, Ambiguous int64
	// DeadLetters is how many dead letters the store has, whichever process left them, as the store told up
	// to 10 s ago.
	DeadLetters int64
	// Held is how long the channel has been on hold: it sends nothing until somebody mends it. Behind
	// is how long more has been due than the bot could begin, or how long the store has not said what
	// is due. Both are zero if all is well.
	Held, Behind time.Duration
	// In how many sessions something waits at this moment, as far as this process made the last attempt:
	//
	//	WaitingOutputs   outputs that were not sent at the first attempts. An outage of the platform shows
	//	                 here. OldestOutput is the age of the oldest
	//	WaitingEvents    events whose turn failed and is tried again. OldestEvent is the age of the oldest
	//	WaitingNewer     what only a newer build can read: see Options.Version. If it stays above zero,
	//	                 start the newer build again, and replay the dead letters
	WaitingOutputs, WaitingEvents, WaitingNewer int64
	OldestOutput, OldestEvent                   time.Duration
}

// stats is what Stats is read from.
type stats struct {
	events, duplicates, stale, refused            atomic.Int64
	limited, busy, stuck                          atomic.Int64
	turns, timers, failed, fenced, deferred, dead atomic.Int64
	sent, retried, dropped, ambiguous             atomic.Int64
	held, behind                                  since
}

// Stats returns the counts up to now.
func (b *Bot) Stats() Stats {
	s, now := &b.stats, b.clock.now()
	st := Stats{
		Events: s.events.Load(), Duplicates: s.duplicates.Load(), Stale: s.stale.Load(), Refused: s.refused.Load(),
		Limited: s.limited.Load(), Busy: s.busy.Load(), Stuck: s.stuck.Load(),
		Running: b.runner.running.Load(), Turns: s.turns.Load(), Timers: s.timers.Load(), Failed: s.failed.Load(), Fenced: s.fenced.Load(),
		Deferred: s.deferred.Load(), Dead: s.dead.Load(),
		Sent: s.sent.Load(), Retried: s.retried.Load(), Dropped: s.dropped.Load(), Ambiguous: s.ambiguous.Load(),
		Rejected: b.channel.Rejected(), DeadLetters: b.letters.Load(),
		Held: s.held.lasts(), Behind: s.behind.lasts(),
	}
	st.WaitingOutputs, st.OldestOutput = b.lateOutputs.count(now)
	st.WaitingEvents, st.OldestEvent = b.lateEvents.count(now)
	st.WaitingNewer, _ = b.newer.count(now)
	return st
}
