// Package redisledger keeps the ledgers of campaigns in Redis, for programs that have no disk of
// their own or run in several places.
//
// # Keys
//
// With an empty Namespace, the campaign "spring" has these, in one slot of a Cluster:
//
//	kaiwa:campaign:{spring}:log    its records, in order (list)
//	kaiwa:campaign:{spring}:lease  who runs it (string, expires)
//
// A record of 500 recipients takes about 17 kB. A log expires Options.Keep after its last record;
// from then on the campaign would begin anew under its name.
//
// # One process at a time
//
// A process that runs a campaign holds a lease and renews it. Each record is appended only if the
// lease is still held and nobody else appended in the meantime, so that one that was stopped for
// long cannot write behind its successor's back.
//
// # What Redis must be
//
// Redis 7.0 or newer or Valkey, that does not evict keys: New refuses others. The ledger is as
// durable as Redis is. A Redis that forgets the last moment when it dies (appendfsync everysec, or
// a failover) may forget a chunk that was sent; with the same list of recipients the same chunk is
// made again, and LINE refuses it by its retry key. Set appendfsync always if the list may change.
//
// # Errors
//
// Texts of errors carry the class of Redis' answer, never the answer, which may quote a record.
package redisledger
