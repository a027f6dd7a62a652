// Package session holds what a conversation remembers between two events: its identity (Key,
// Scope), its content (Record), and the contract of the stores that keep it (Store).
//
// # The turn
//
// A Store is more than a map. One event becomes one turn by two calls: Begin makes the event
// durable, recognises it if it came before, and takes the session's lease or leaves the event
// to the process that holds it; Commit writes new state, outputs and timers at once and hands
// over the next event that waits. Package memstore keeps sessions in memory, package redisstore
// in Redis; package storetest proves a store.
package session
