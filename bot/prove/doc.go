// Prove tries to break a bot, and says what it found.
//
//	go -C bot/prove run .              # the short form, under 12 minutes on two cores: make prove
//	go -C bot/prove run . -long        # all of it
//	go -C bot/prove run . -ci          # a part, for pipelines: under 5 minutes on two quiet cores
//	go -C bot/prove run . -run stop    # the scenarios whose name begins so
//	go -C bot/prove run . -h           # the rest
//
// It starts bots as real processes on a real Redis, plays LINE to them, and makes trouble:
// processes die at named points or sleep through their lease, Redis loses answers, goes away, is
// full or fails over, LINE fails before and after it accepted a message. A quarter of the
// webhooks comes twice. In the end it compares what was sent in with what came out.
//
// Rows whose users have several conversations at once have a bot of eleven flows, and a model that follows the
// messages of each user: it says which conversation is to say what next.
//
// # What is checked
//
// The flow counts the events of its session. Each message says the count, the event that it
// answers, its place among the messages of the turn, and a hash over all turns that were
// committed before; the hash has a random number of each run of a turn in it. So the messages
// of a user form a chain, which breaks if a turn is lost, run twice on the state, or if a message
// of a run shows that was not committed. A last event for each user reads the chain's end.
//
//   - lost: an event that was answered with 200 has no message, or a timer did not fire
//
//   - doubled: the same message shown twice
//
//   - order: a message that is not in the order of the commits or, where events were sent one
//     after the other, of the events; a timer that fired early
//
//   - chain: a count or a hash that does not follow from the one before
//
//   - left: keys in Redis that should be gone: mailboxes, due entries, dead letters, keys
//     without an end
//
//   - faults: a process that panicked, ended by itself or did not shut down, a webhook that was
//     not answered in time
//
//   - a wrong account: a message of an event or timer of one account that another account sent, or a
//     reply token of another's
//
//   - shed: events that a full mailbox or the rate of a user left out; no row goes that far
//
//   - poison: events that panic, fail for ever or kill their process, which a row has on purpose:
//     just these must be the dead letters in the end
//
// Bars on time count from an event's first webhook, or from the last end of a process since: who
// repairs may end as well. With -ci they are wider by twenty times the longest delay with which
// the machine ran a goroutine that was ready; what that covers is a note. The other counts are strict.
//
// # Seeds
//
// Each run prints its seed. The same seed gives the same schedule of events, duplicates and
// faults; what the processes make of it depends on the machine's timing.
package main
