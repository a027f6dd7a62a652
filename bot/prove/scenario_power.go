package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/redis/go-redis/v9"
)

// span is a time of which Redis forgot what it had acknowledged.
type span struct{ from, to time.Time }

// powerRows start Redis again from what its disk had. Synced every second, the disk is up to a
// second behind, and what came in it is lost and counted; nothing from before may be. With Fsync
// nothing is lost.
func powerRows(long bool) []trial {
	master := powerRow("power-loss/master", long, "everysec", time.Second)
	master.allow.rollback = true
	fsync := powerRow("power-loss/fsync", long, "always", 0)
	fsync.fsync = true
	return []trial{master, fsync}
}

// powerRow has the disk be so far behind.
func powerRow(name string, long bool, fsync string, behind time.Duration) trial {
	t := base(name, 30, pick(long, 40, 150), 100, 3)
	t.redis, t.outage, t.quiet = redisAOF, 4*time.Second, 20*time.Second
	t.redisArgs = []string{"--appendfsync", fsync, "--auto-aof-rewrite-percentage", "0"}
	t.during = func(s *stage) {
		d, err := openDisk(s)
		if err != nil {
			s.fail("append-only file: %v", err)
			return
		}
		n := 0
		for ; d.watch(s, 4*time.Second) && n < pick(long, 2, 8); n++ {
			s.redis.server.Kill()
			killed := time.Now()
			from, err := d.cut(killed.Add(-behind))
			if err != nil {
				s.fail("append-only file: %v", err)
			}
			s.forget(from, killed)
			s.redis.server.Restart()
		}
		s.note("%d times Redis began with what its disk had %s before", n, behind)
	}
	return t
}

// disk is the append-only file of a Redis that does not rewrite it: it only grows.
type disk struct {
	file  string
	sizes []size
}

type size struct {
	at    time.Time
	bytes int64
}

func openDisk(s *stage) (*disk, error) {
	at, err := s.redis.client.(*redis.Client).ConfigGet(context.Background(), "*").Result()
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(at["dir"], at["appenddirname"], "*.incr.aof"))
	if err == nil && len(files) != 1 {
		err = os.ErrNotExist
	}
	if err != nil {
		return nil, err
	}
	return &disk{file: files[0]}, nil
}

// watch notes the size of the file for a time, and says whether events are still being sent.
func (d *disk) watch(s *stage, during time.Duration) bool {
	for end := time.Now().Add(during); time.Now().Before(end); {
		now := time.Now() // before the look: what is written between the two is not of its size
		if f, err := os.Stat(d.file); err == nil {
			d.sizes = append(d.sizes, size{at: now, bytes: f.Size()})
		}
		if !s.pause(20 * time.Millisecond) {
			return false
		}
	}
	return true
}

// cut takes from the file what was written since a time, and returns when the rest was there.
// What was written since the last look at the file is kept only if that time is now.
func (d *disk) cut(since time.Time) (time.Time, error) {
	last := len(d.sizes) - 1
	if last < 0 || since.After(d.sizes[last].at) {
		d.sizes = nil
		return since, nil
	}
	for last > 0 && d.sizes[last].at.After(since) {
		last--
	}
	keep := d.sizes[last]
	d.sizes = nil
	return keep.at, os.Truncate(d.file, keep.bytes)
}

// forget says that Redis has nothing of what it acknowledged in a time.
func (s *stage) forget(from, to time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgotten = append(s.forgotten, span{from, to})
}

// covers says whether what was acknowledged then may be lost. An answer takes a moment from Redis to
// LINE.
func covers(spans []span, acknowledged time.Time) bool {
	const moment = 300 * time.Millisecond
	for _, p := range spans {
		if acknowledged.After(p.from) && acknowledged.Before(p.to.Add(moment)) {
			return true
		}
	}
	return false
}
