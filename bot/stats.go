package bot

import (
	"sync/atomic"
	"time"
)

// Stats counts what a Bot did since it was made.
type Stats struct {
	// Events were made durable; Duplicates were recognised; Stale ones were too old to be taken,
	// Refused ones too many for their session or too large, Limited ones too many for their
	// user. Busy counts webhooks that were refused with ErrBusy.
	Events, Duplicates, Stale, Refused, Limited, Busy int64
	// Turns were committed, of which Timers for a timer. Failed ones were not, Fenced ones were
	// overtaken by another process, Deferred ones left to a newer build, Dead ones set aside.
	Turns, Timers, Failed, Fenced, Deferred, Dead int64
	// Running is how many sessions have a turn under way right now, stuck actions not included.
	Running int64
	// Stuck actions ignore their context and run still: they lost their sessions, and each of
	// them keeps a goroutine.
	Stuck int64
	// Sent deliveries were accepted by the platform. Retried counts attempts that were not.
	// Dropped ones it never took; Ambiguous ones it may have taken, without our knowing.
	Sent, Retried, Dropped, Ambiguous int64
	// Held is for how long the channel has been on hold: until somebody mends it, it sends
	// nothing. Behind is for how long more has been due than the bot could begin, or for how
	// long it could not ask what is. Both are zero if all is well.
	Held, Behind time.Duration
}

type stats struct {
	events, duplicates, stale, refused            atomic.Int64
	limited, busy, stuck                          atomic.Int64
	turns, timers, failed, fenced, deferred, dead atomic.Int64
	sent, retried, dropped, ambiguous             atomic.Int64
	held, behind                                  since
}

// Stats returns the counts up to now.
func (b *Bot) Stats() Stats {
	s := &b.stats
	return Stats{
		Events: s.events.Load(), Duplicates: s.duplicates.Load(), Stale: s.stale.Load(), Refused: s.refused.Load(),
		Limited: s.limited.Load(), Busy: s.busy.Load(), Stuck: s.stuck.Load(),
		Running: b.runner.running.Load(), Turns: s.turns.Load(), Timers: s.timers.Load(), Failed: s.failed.Load(), Fenced: s.fenced.Load(),
		Deferred: s.deferred.Load(), Dead: s.dead.Load(),
		Sent: s.sent.Load(), Retried: s.retried.Load(), Dropped: s.dropped.Load(), Ambiguous: s.ambiguous.Load(),
		Held: s.held.lasts(), Behind: s.behind.lasts(),
	}
}
