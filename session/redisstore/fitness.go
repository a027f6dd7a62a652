package redisstore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// demand is what a store wants of each master of Redis. faults says what is missing and keeps the store
// from starting; warn says what is unwise.
type demand struct {
	cluster  bool
	replicas int
	fsync    bool
}

// server is what a master says of itself. Of INFO, the store reads redis_version, maxmemory_policy, role,
// redis_mode, connected_slaves, min_slaves_good_slaves and aof_enabled.
type server struct {
	info map[string]string // of INFO
	// appendfsync is the setting of that name; empty if it was not asked for, or may not be read.
	appendfsync string
}

// survey asks all masters what they are and how they are set: one, or those of a Cluster at the same
// time, which is why a lock guards the list.
func (s *Store) survey(ctx context.Context) ([]server, error) {
	var mu sync.Mutex
	var all []server
	err := s.eachMaster(ctx, func(ctx context.Context, c *redis.Client) error {
		text, err := c.Info(ctx, "server", "memory", "replication", "persistence").Result()
		if err != nil {
			return callError("info", err)
		}
		one := server{info: parseInfo(text)}
		if s.demand.fsync && !one.since(7, 2) {
			// Where the user may not run CONFIG, this stays empty, which counts as not "always".
			one.appendfsync = c.ConfigGet(ctx, "appendfsync").Val()["appendfsync"]
		}
		mu.Lock()
		defer mu.Unlock()
		all = append(all, one)
		return nil
	})
	return all, err
}

// since says whether the server is of that version of Redis or newer. Example: for 7.4.1, since(7, 2) is true. Valkey
// calls itself Redis 7.2, whatever its own version is. A version that cannot be read counts as 0.0.
func (s *server) since(major, minor int) bool {
	first, rest, _ := strings.Cut(s.info["redis_version"], ".")
	second, _, _ := strings.Cut(rest, ".")
	m, _ := strconv.Atoi(first)
	n, _ := strconv.Atoi(second)
	return m > major || m == major && n >= minor
}

// haveWaitAOF says whether all servers know the command WAITAOF.
func haveWaitAOF(all []server) bool {
	for i := range all {
		if !all[i].since(7, 2) {
			return false
		}
	}
	return true
}

// faults says what makes the servers unfit to hold sessions: all that is wrong, joined. New and Check
// return it.
func (d demand) faults(all []server) error {
	waitAOF := haveWaitAOF(all)
	var faults []error
	for i := range all {
		faults = append(faults, d.fault(&all[i]), d.fsyncFault(&all[i], waitAOF))
	}
	return errors.Join(faults...)
}

// fault says what makes one server unfit. In a Cluster the client finds the masters itself, so role and
// mode need not be asked.
func (d demand) fault(s *server) error {
	var faults []error
	if !s.since(7, 0) {
		faults = append(faults, fmt.Errorf("redisstore: Redis is version %q, older than 7.0", s.info["redis_version"]))
	}
	if p := s.info["maxmemory_policy"]; p != "noeviction" {
		faults = append(faults, fmt.Errorf("redisstore: maxmemory-policy is %q and would lose sessions: set noeviction", p))
	}
	if !d.cluster && s.info["role"] != "master" {
		faults = append(faults, fmt.Errorf("redisstore: Redis is a %q, not a master", s.info["role"]))
	}
	if !d.cluster && s.info["redis_mode"] == "cluster" {
		faults = append(faults, errors.New("redisstore: Redis is a Cluster: use a redis.ClusterClient"))
	}
	if n, _ := strconv.Atoi(s.info["connected_slaves"]); n < d.replicas {
		faults = append(faults, fmt.Errorf("redisstore: Options.Replicas is %d, and a master has %d", d.replicas, n))
	}
	return errors.Join(faults...)
}

// fsyncFault says why Options.Fsync cannot hold on the server. Redis can tell when its disk has a write
// if it knows WAITAOF, or if it answers no write before it is on the disk (appendfsync always).
func (d demand) fsyncFault(s *server, waitAOF bool) error {
	switch {
	case !d.fsync:
		return nil
	case s.info["aof_enabled"] != "1":
		return errors.New("redisstore: Options.Fsync needs an append-only file: set appendonly yes")
	case !waitAOF && s.appendfsync != "always":
		return fmt.Errorf("redisstore: Options.Fsync needs WAITAOF, of Redis 7.2, or appendfsync always: "+
			"Redis is version %q, with appendfsync %q", s.info["redis_version"], s.appendfsync)
	}
	return nil
}

// warn logs what a store can live with, and an operator should know.
func (d demand) warn(all []server, log *slog.Logger) {
	// One master without is enough: its sessions would be the ones that are lost.
	noFile, noReplica := false, false
	for i := range all {
		noFile = noFile || all[i].info["aof_enabled"] != "1"
		noReplica = noReplica || all[i].info["connected_slaves"] == "0"
	}
	if noFile {
		log.Warn("redisstore: Redis has no append-only file: a restart loses what was acknowledged")
	}
	switch {
	case noReplica:
		log.Warn("redisstore: a master of Redis has no replica: with its host goes all that it has")
	case d.replicas == 0:
		log.Info("redisstore: replicas are not waited for: a failover may lose what was acknowledged last")
	}
	if !noReplica && !d.cluster && d.replicas == 0 && !limitsLag(all) {
		log.Warn("redisstore: min-replicas-to-write is 0: a master that is cut off from its replicas goes on taking " +
			"events, all of which are lost when it comes back: set it to 1, and min-replicas-max-lag to few seconds")
	}
}

// limitsLag says whether the masters refuse writes without replicas. INFO has this line only if they do.
func limitsLag(all []server) bool {
	for i := range all {
		if _, ok := all[i].info["min_slaves_good_slaves"]; !ok {
			return false
		}
	}
	return true
}

// parseInfo reads the lines "name:value" of INFO.
func parseInfo(text string) map[string]string {
	info := make(map[string]string)
	for line := range strings.Lines(text) {
		if k, v, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			info[k] = v
		}
	}
	return info
}
