// Package session says what a bot remembers of a conversation: its identity (Key, Scope), and the
// contract of the stores that keep it (Store).
//
// # Words
//
//	session         what is kept of one conversation: state, waiting events, outputs, a timer
//	account         whose sessions they are: Key.Channel. It is in the id of each session (Account)
//	lease           the right of one process to run the turns of a session, until a time
//	lease token     a random name of one acquisition of a lease: whoever has it holds the lease
//	head            the event that the present turn is for; it stays first in line until it is done
//	mailbox         the events of a session that wait behind the head, by their own time
//	outbox          the outputs of a session that are not yet known to be delivered, in order
//	delivery lease  the right to deliver the outbox, until a time
//	revision        how often the session was committed; a commit names the one its turn began with
//	tombstone       what is left of a forgotten session, so that its events are refused for 25 h
//	floor           a time: events from before it may be forgotten, so redeliveries of them are refused
//
// # The turn
//
// A Store is more than a map. One event becomes one turn by two calls:
//
//   - Begin makes the event durable and recognises an event that came before. It gives the caller the
//     lease of the session; or, if another process holds the lease, it leaves the event to that one.
//   - Commit writes the new state, the outputs and the time of the next timer in one step, and hands over
//     the next event that waits.
//
// For example, with two processes A and B:
//
//	A  Begin(e1)            Run, event e1, revision 7: A holds the lease
//	B  Begin(e2)            Queued: e2 is in the mailbox, and A will get it
//	A  Commit(e1, rev 7)    revision 8, next event e2: A holds the lease for e2, with a fresh term
//	A  Commit(e2, rev 8)    revision 9, no next event: nobody holds the lease
//
// If A dies in the turn of e1, its lease ends after three seconds, and Due lists the session:
//
//	B  Begin()              Run, event e1, attempt 2, crashed: B holds the lease
//	A  Commit(e1, rev 7)    ErrFenced, if A was only frozen: its lease is lost
//
// # Accounts
//
// One store may keep the sessions of several accounts, such as two LINE bots. A process names the accounts
// that it serves when it asks what is due (Store.Due), for dead letters and for the number of processes. It
// never learns of the sessions of another account, whose events it could only answer by the wrong token.
//
// Package memstore keeps sessions in memory, package redisstore in Redis. Package storetest proves a
// store, and the plain store in its tests shows how to write one.
package session
