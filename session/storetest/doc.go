// Package storetest proves that a session.Store keeps its contract. A store's test is one line:
//
//	storetest.Run(t, func(t *testing.T) session.Store { return mystore.New(...) }, nil)
//
// Run makes one subtest for each promise, named after it, and one that compares the store with
// a small model of the contract over random calls. A failure names the promise, the call, what
// was expected and what came. The package needs nothing but the standard library.
//
// A failure, of a store that forgets which events came: the promise, the call, what is wrong.
//
//	an event accepted twice runs once: second Begin: want status duplicate, got run
//
// # Words
//
//	session         what is kept of one conversation
//	account         whose sessions they are; a process asks for what is due in some accounts
//	turn            handling one event, or a timer that is due: from Begin to Commit
//	lease           the right to run a session's turns, until a time; a token names who holds it
//	fenced          refused, since the lease was lost: the call returns ErrFenced and changes nothing
//	head            the event whose turn runs, or that comes next
//	outbox          the outputs that are not yet known to be delivered
//	delivery lease  the right to deliver the outbox, until a time
//	hold            a Begin that leaves its event to others
//	dead letter     an event that could not be handled, or an output that could not be delivered
//	revision        how often a session was committed
//
// # How it is made
//
// A check is a function that makes calls through a probe, which reports the first answer that is not
// as promised. Checks of a topic are in one file: dedup, order, lease, repeat, release, outbox, timer,
// state, limit, due, admin, letters, accounts. The random calls are in script.go (drawing them), game.go (making
// them), model.go (what must be answered) and random.go (sequences, and making them shorter).
//
// # Time
//
// The store keeps time by its own clock, which may be that of a server. Checks use terms of
// tens of milliseconds and wait until the store's clock has passed them; none fails because a
// machine is slow. A store that reads time.Now and waits for nothing outside the process is
// tested in virtual time: see Options.Virtual. One whose clock can be set: Options.Advance.
//
// # What is not checked
//
// Where the contract leaves a choice, any choice passes: whether a duplicate of a finished event
// is called queued while others wait; how many events are remembered; how long Due tells to
// wait, as long as nobody is late by it; how many dead letters are kept, and whether a turn for a
// timer leaves one; whether an event that was accepted before a Forget, but is stamped after it, is
// accepted again; whether a dead timer can be replayed whose event is stamped before a Forget, though it
// was set aside after it.
package storetest
