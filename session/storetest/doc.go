// Package storetest proves that a session.Store keeps its contract. A store's test is one line:
//
//	storetest.Run(t, func(t *testing.T) session.Store { return mystore.New(...) }, nil)
//
// Run makes one subtest for each promise, named after it, and one that compares the store with
// a small model of the contract over random calls. A failure names the promise, the call, what
// was expected and what came. The package needs nothing but the standard library.
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
// wait, as long as nobody is late by it; how many dead letters are kept, and whether a turn for a timer leaves one; whether an
// event that was accepted before a Forget, but is stamped after it, is accepted again.
package storetest
