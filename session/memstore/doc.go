// Package memstore keeps sessions in the memory of one process. It keeps the whole contract of
// session.Store except durability: what it holds is lost when the process ends. It is meant for
// tests, for trying a bot out, and for bots that may forget their conversations at a restart.
//
// # Words
//
//   - Session: what is kept for one conversation, found by its id.
//   - Lease: the right to run the turns of a session. It ends at a time, unless it is extended.
//   - Token: the random name of one holder of a lease.
//   - Mailbox: the events of a session that are accepted and not yet handled.
//   - Head: the event of the mailbox for which a turn has begun. It stays the head until it is
//     handled, also when its turn is lost and begins again.
//   - Outbox: the outputs of a session that are not yet delivered.
//   - Delivery lease: the right to deliver the outputs of the outbox. One
//     process may have it while another has the lease and runs the next turn.
//   - Revision: how many turns of a session were committed. A commit names the one it expects.
//   - Tombstone: what a forgotten session leaves for 25 hours, so that an event from before is
//     refused and does not begin the session again.
//   - Floor: when the youngest event was accepted whose id the session does not remember any more.
//     A redelivery that is not younger than the floor may be a duplicate, and is refused.
//
// # Concurrency
//
// A Store is safe for concurrent use. It has one lock, which is enough: where two processors do
// nothing but call the store, the two calls of a turn cost 2.2 µs of processor time, and cost
// 2.1 µs when 64 locks were tried. A whole turn of a bot costs 9 µs on the same machine.
//
// # Time
//
// The clock is time.Now. Inside a testing/synctest bubble a Store follows the bubble's clock.
//
// # Memory
//
// A Store starts no goroutine. Once an hour, a call of Due or the first event of a new session
// deletes the sessions whose time is over, so that memory follows the number of live sessions.
// That takes 7 ms where there are 100,000 sessions. A session in which something waits is deleted
// if nobody asks for it in 25 hours. The last 1,000 dead letters of each account are kept. A channel
// that Wake returned is kept as long as the store.
package memstore
