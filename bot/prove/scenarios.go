package main

import (
	"fmt"
	"strings"
	"time"
)

// base is the load that most rows share: a quarter of the events comes twice.
func base(name string, users, events, rate, procs int) trial {
	return trial{
		name: name, users: users, events: events, rate: rate, procs: procs,
		dup: 0.25, redeliver: true,
	}
}

// scenarios returns the rows in order, in the short form or in full.
func scenarios(long bool) []trial {
	rows := []trial{clean(long)}
	for _, some := range []func(long bool) []trial{ // those that mostly wait: they run beside each other
		hangRows, lateRows, outageRows, failingRows, replayRows, rollingRows, nestedRows, signalRows, deployRows, clockRows, stormRows, crashRows,
	} {
		rows = append(rows, some(long)...)
	}
	rows = append(rows, loadRows(long)...)
	rows = append(rows, stopRow(long), restartsRow(long), accountsRow(long))
	rows = append(rows, deathRows(long)...)
	rows = append(rows, frozenRows(long)...)
	rows = append(rows, redisRows(long)...)
	rows = append(rows, failoverRows(long)...)
	rows = append(rows, lineRows(long)...)
	rows = append(rows, poisonRow(long), fleetDown(long), soak(long))
	return rows
}

// pick returns the value for the short form or the full one.
func pick[T any](long bool, short, full T) T {
	if long {
		return full
	}
	return short
}

func clean(long bool) trial {
	t := base("clean", 50, pick(long, 20, 100), 300, 2)
	t.repair = 3 * time.Second
	return t
}

// anyPoint stands for all points together, which are passed about 8 times for each event.
const anyPoint = "any"

// points are those at which the bots can be made to die: see the calls of crash in package bot.
var points = []string{
	"before-begin", "after-begin", "before-turn", "after-turn", "before-commit", "after-commit",
	"before-next", "before-send", "after-send", "before-ack", "after-ack", "before-wake", "after-wake",
	"in-claim", "in-shutdown",
}

// crashRows is the matrix of points, hits, processes and redelivery; the short form has each
// point once.
func crashRows(long bool) (rows []trial) {
	if !long {
		return fewCrashRows()
	}
	for _, point := range append(points, anyPoint) {
		for _, hit := range []string{"1", "10", "/50"} {
			for _, procs := range []int{1, 3} {
				rows = append(rows, crashRow(50, point, hit, procs, true), crashRow(50, point, hit, procs, false))
			}
		}
	}
	return rows
}

func fewCrashRows() (rows []trial) {
	hits := map[string]string{ // of points that are passed often enough
		"before-begin": "/50", "after-begin": "/50", "after-turn": "/50", "after-commit": "/50",
		"after-send": "/50", "before-ack": "10", anyPoint: "/50",
	}
	for i, point := range append(points, anyPoint) {
		hit, procs := "1", 3
		if h := hits[point]; h != "" {
			hit = h
		}
		if i%3 == 1 {
			procs = 1
		}
		rows = append(rows, crashRow(15, point, hit, procs, i%4 < 2))
	}
	return rows
}

func crashRow(events int, point, hit string, procs int, redeliver bool) trial {
	again := "on"
	if !redeliver {
		again = "off"
	}
	name := fmt.Sprintf("crash/%s/%s/%d/%s", point, strings.Replace(hit, "/", "every", 1), procs, again)
	t := base(name, 20, events, 150, procs)
	t.redeliver, t.slow = redeliver, 5*time.Millisecond
	t.crash = point + "=" + hit
	if point == anyPoint {
		t.crash = "any=" + map[string]string{"1": "40", "10": "400", "/50": "/300"}[hit]
	}
	// A lease and a second; and a second for a process to start, where it is alone. An event has
	// five attempts.
	t.repair = 3 * time.Second
	if procs == 1 {
		t.repair += time.Second
	}
	switch point {
	case "in-claim":
		t.lineFault, t.repair = 0.05, 10*time.Second
		if hit == "/50" { // outputs of many users wait together
			t.users, t.events, t.during = 100, t.events/5, hiccups
		}
	case "before-wake", "after-wake":
		if hit == "/50" {
			t.timers = 14
		}
	case "before-next": // needs events that wait, and so they do; a mailbox holds 200
		t.users, t.events, t.slow = 6, t.events*10/3, 45*time.Millisecond
		t.repair = 10 * time.Second
	case "in-shutdown":
		t.during = restarts
		// As many restarts take their time.
		switch hit {
		case "10":
			t.rate = 60
		case "/50":
			t.rate = 15
		}
	}
	t.whole = 5 * t.repair
	return t
}

func loadRows(long bool) (rows []trial) {
	for i := range pick(long, 1, 5) {
		t := base(fmt.Sprintf("load/%d", i+1), pick(long, 300, 1000), pick(long, 20, 100), 400, 4)
		t.shuffle = true
		rows = append(rows, t)
	}
	return rows
}

// fleetDown has all processes die at once and stay away for longer than the window of a reply.
func fleetDown(long bool) trial {
	t := base("fleet-down", 30, pick(long, 20, 200), pick(long, 60, 80), 3)
	t.allow.ambiguous, t.patience, t.quiet = true, 3*time.Minute, 20*time.Second
	away := time.Minute
	if !long {
		t.window, away = 4*time.Second, 6*time.Second
	}
	t.during = func(s *stage) {
		if !s.pause(3 * time.Second) {
			return
		}
		s.fleet.setDown(true)
		s.pause(away)
		s.fleet.setDown(false)
		s.note("all processes away for %s", away)
	}
	return t
}
