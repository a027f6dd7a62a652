// Package memstore keeps sessions in the memory of one process. It keeps the whole contract of
// session.Store except durability: what it holds ends with the process. It is meant for tests,
// for trying a bot out, and for bots that may forget their conversations at a restart.
//
// # Concurrency
//
// A Store is safe for concurrent use. Sessions are spread over shards, each with a lock of its
// own that is held for less than a microsecond, so that sessions rarely wait for each other.
//
// # Time
//
// The clock is time.Now. Inside a testing/synctest bubble a Store follows the bubble's clock.
//
// # Memory
//
// A Store starts no goroutine. Whenever a new session is made, and whenever Due is asked, a few
// sessions are looked at and dropped if their time has run out, so that memory follows the
// number of live sessions. A session in which something waits is dropped when nobody came for
// it in 25 hours; what is left of a forgotten one goes after as long. The last 1,000 dead letters
// are kept.
package memstore
