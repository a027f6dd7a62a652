package main

import (
	"context"
	"sync/atomic"
	"time"
)

// ciRows begin the names of the rows of the short form that a pipeline runs: all crash rows, and one of
// each other kind of trouble. Rows that mostly wait cost little: they run beside each other.
var ciRows = []string{
	"clean", "answer-hangs/500-for-44s", "late-redelivery/real", "outage-window/short",
	"reminder-fails/real", "replay/real", "storm",
	"rolling/ServeMux", "signals", "deploy/rolling", "crash/", "stop", "restarts", "accounts", "death-under-load/one",
	"redis-lost-replies/5%", "redis-blackhole", "redis-restart/everysec", "redis-flush", "redis-full",
	"sentinel-killed", "cluster-failover", "line-faults", "poison", "fleet-down",
}

// slackPerDelay is by how many of the machine's delays a pipeline's bars on time are widened: what
// is timed is some ten steps of several processes, each of which may be made to wait.
const slackPerDelay = 20

// lull measures for how long this machine lets a goroutine wait that is ready to run.
type lull struct {
	worst atomic.Int64
	stop  context.CancelFunc
}

func startLull(ctx context.Context) *lull {
	ctx, stop := context.WithCancel(ctx)
	l := &lull{stop: stop}
	go func() {
		const tick = 5 * time.Millisecond
		for due := time.Now().Add(tick); sleepUntil(ctx, due); due = time.Now().Add(tick) {
			if late := int64(time.Since(due)); late > l.worst.Load() {
				l.worst.Store(late)
			}
		}
	}()
	return l
}

// end ends the measurement.
func (l *lull) end() time.Duration {
	l.stop()
	return time.Duration(l.worst.Load())
}
