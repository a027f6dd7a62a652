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
	//	Refused      were too many for their session, too large, or of a kind that no channel makes
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
	// Forgotten counts answers that Back cannot undo any more, because the history of their conversation was
	// full; Stray counts calls of flow.Call that were not made because 16 waited already, and returns that
	// nobody had called. Both show a flow that leads its users in circles.
	Forgotten, Stray int64
	// What became of outputs:
	//
	//	Sent        were accepted by the platform
	//	Retried     counts attempts that failed and that another attempt follows
	//	Dropped     were never accepted, and are dead letters. Where some messages of an output were refused
	//	            and the others accepted, it is counted in Sent too
	//	Ambiguous   may have arrived as a reply, and nobody can tell. They are given up, or pushed and may
	//	            come twice. Those that were pushed are counted in Sent or Dropped too
	Sent, Retried, Dropped, Ambiguous int64
	// DeadLetters is how many dead letters the store has of the bot's accounts, whichever process left them, as
	// the store told up to 10 s ago.
	DeadLetters int64
	// Rollbacks counts sessions whose turn began at an earlier revision than this process knew: the store lost
	// turns that it had acknowledged, as in a failover to a replica that lagged. Their timers and reminders may come
	// twice, and events that waited may be gone. Each process counts what it noticed itself, so that a session may
	// be counted by several, or by none: if other processes have taken it further meanwhile.
	Rollbacks int64
	// Elsewhere counts how often turns and outputs were found that belong to an account which the bot
	// does not serve. They were left alone.
	Elsewhere int64
	// Held is how long the channel has been on hold, or one of its accounts: it sends nothing until
	// somebody mends it. Behind is how long more has been due than the bot could begin, or how long the
	// store has not said what is due. Both are zero if all is well.
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
	// Accounts has the numbers of each account of the channel, by its name. It has none of those that are
	// of the whole process: Busy, Rejected, Running, Stuck, DeadLetters, Elsewhere
	// and Behind.
	Accounts map[string]Stats
}

// stats is what Stats is read from, of the whole process.
type stats struct {
	busy, stuck, elsewhere atomic.Int64
	behind                 since
}

// counts is what Stats is read from, of one account.
type counts struct {
	events, duplicates, stale, refused, limited   atomic.Int64
	turns, timers, failed, fenced, deferred, dead atomic.Int64
	forgotten, stray                              atomic.Int64
	sent, retried, dropped, ambiguous             atomic.Int64
	rollbacks                                     atomic.Int64
	held                                          since
}

// Stats returns the counts up to now.
func (b *Bot) Stats() Stats {
	now := b.clock.now()
	st := b.accounts.others.read()
	st.Accounts = make(map[string]Stats, len(b.accounts.names))
	outputs, events, newer := b.lateOutputs.count(now), b.lateEvents.count(now), b.newer.count(now)
	for name, c := range b.accounts.byName {
		own := c.read()
		own.WaitingOutputs, own.OldestOutput = outputs[name].n, outputs[name].oldest
		own.WaitingEvents, own.OldestEvent = events[name].n, events[name].oldest
		own.WaitingNewer = newer[name].n
		st.Accounts[name] = own
		st.add(&own)
	}
	st.Rejected, st.Running = b.channel.Rejected(), b.runner.running.Load()
	st.Busy, st.Stuck, st.Elsewhere = b.stats.busy.Load(), b.stats.stuck.Load(), b.stats.elsewhere.Load()
	st.DeadLetters, st.Behind = b.letters.Load(), b.stats.behind.lasts()
	return st
}

func (c *counts) read() Stats {
	return Stats{
		Events: c.events.Load(), Duplicates: c.duplicates.Load(), Stale: c.stale.Load(), Refused: c.refused.Load(),
		Limited: c.limited.Load(), Turns: c.turns.Load(), Timers: c.timers.Load(), Failed: c.failed.Load(),
		Fenced: c.fenced.Load(), Deferred: c.deferred.Load(), Dead: c.dead.Load(),
		Forgotten: c.forgotten.Load(), Stray: c.stray.Load(),
		Sent: c.sent.Load(), Retried: c.retried.Load(), Dropped: c.dropped.Load(), Ambiguous: c.ambiguous.Load(),
		Rollbacks: c.rollbacks.Load(), Held: c.held.lasts(),
	}
}

// add adds the numbers of an account. Of times, the longest stays.
func (s *Stats) add(a *Stats) {
	s.Events, s.Duplicates, s.Stale = s.Events+a.Events, s.Duplicates+a.Duplicates, s.Stale+a.Stale
	s.Refused, s.Limited = s.Refused+a.Refused, s.Limited+a.Limited
	s.Turns, s.Timers, s.Failed = s.Turns+a.Turns, s.Timers+a.Timers, s.Failed+a.Failed
	s.Fenced, s.Deferred, s.Dead = s.Fenced+a.Fenced, s.Deferred+a.Deferred, s.Dead+a.Dead
	s.Forgotten, s.Stray = s.Forgotten+a.Forgotten, s.Stray+a.Stray
	s.Sent, s.Retried = s.Sent+a.Sent, s.Retried+a.Retried
	s.Dropped, s.Ambiguous = s.Dropped+a.Dropped, s.Ambiguous+a.Ambiguous
	s.Rollbacks += a.Rollbacks
	s.WaitingOutputs, s.WaitingEvents = s.WaitingOutputs+a.WaitingOutputs, s.WaitingEvents+a.WaitingEvents
	s.WaitingNewer += a.WaitingNewer
	s.Held, s.OldestOutput = max(s.Held, a.Held), max(s.OldestOutput, a.OldestOutput)
	s.OldestEvent = max(s.OldestEvent, a.OldestEvent)
}
