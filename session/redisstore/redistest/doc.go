// Package redistest gives tests a real Redis: a server of their own, one with replicas, a Cluster,
// or a master with a replica under Sentinel. It runs the redis-server that is on the PATH, on free
// ports of the loopback interface, and stops what it started when the test ends.
//
// With go test -short no server is started: the test is skipped.
//
// # Without redis-server
//
// Where there is no redis-server the test is skipped with a line that says how to get one. With
// CI=true in the environment it fails instead, so that a pipeline cannot be green by accident.
// With REDIS_ADDR set, Start uses that server and starts none. Nothing is ever flushed: give
// each test a Namespace.
package redistest
