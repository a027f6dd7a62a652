// Package redisstore keeps sessions in Redis, shared by any number of processes.
//
// A turn takes two round trips, whatever is in it: Begin and Commit are one Lua script each, and
// calls that are made at the same time travel together. It runs on Redis 7.0 or newer and on
// Valkey: standalone, behind Sentinel, or as a Cluster.
//
// # Keys
//
// Sessions are spread over partitions, 64 by default. All keys of a partition have one hash tag
// and so live in one slot, which is what lets one script write all that a turn changes. With an
// empty Namespace, partition p3f has these:
//
//	kaiwa:meta           layout and number of partitions, written once
//	kaiwa:{p3f}:<id>     a session: one packed string, with state, lease, outbox, seen events
//	kaiwa:{p3f}:q:<id>   events that wait behind the one that runs (sorted set)
//	kaiwa:{p3f}:w        when to look at which session next (sorted set)
//	kaiwa:{p3f}:dl       dead letters (stream of about 10,000); fields sid, why, body; of an event
//	                     also id, time, accepted, attempts, message; of an output seq
//
// By MEMORY USAGE, a session in the middle of a dialog with an idle timer takes under 400 bytes, its
// place in the index included. Sessions and mailboxes expire; the others do not.
//
// # What Redis must be
//
// New refuses a server that is older than 7.0, that is a replica, or that may evict keys
// (maxmemory-policy other than noeviction). A Redis that is full refuses new events but lets
// turns end. What was acknowledged is as durable as Redis is: replication is asynchronous, so a
// failover may lose the last moments unless Redis is told otherwise.
//
// # Operators
//
// Check runs a script that Redis refuses whenever it would refuse an event, and asks again what
// New asked. Forget leaves a tombstone of 33 bytes for 25 h; it, Purge and the end of turns work
// though Redis is full, Replay does not.
//
// # Concurrency
//
// A Store is safe for concurrent use. It starts goroutines only while calls are under way and
// holds nothing that needs closing. The client belongs to whoever made it.
//
// # Errors
//
// Every call ends when its context does, and at the latest after Options.Timeout (Forget and
// Letters, which may take many steps, after 5 s), with an error that wraps
// session.ErrUnavailable; so do answers such as OOM, LOADING, READONLY, CLUSTERDOWN and TRYAGAIN.
// Such a call may have happened, and may be repeated. Texts of errors carry the class of Redis'
// answer, never the answer.
package redisstore
