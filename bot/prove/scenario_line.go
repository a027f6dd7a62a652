package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore"
)

// lineRows have LINE fail, before it accepted a call and after.
func lineRows(long bool) []trial {
	// With three calls of ten failing, a user's outputs wait for each other. A user sends so
	// seldom that no reply waits for longer than its token lives.
	faults := base("line-faults", pick(long, 50, 400), pick(long, 20, 12), pick(long, 50, 80), 3)
	faults.lineFault, faults.quiet, faults.beside = 0.3, 40*time.Second, true

	rows := []trial{faults}
	for _, row := range []struct {
		name  string
		fault apiFault
	}{
		{"line-outage", apiFault{status: 503}},
		{"line-401", apiFault{status: 401, text: "Authentication failed due to the following reason: invalid token"}},
	} {
		row.fault.before = true
		t := base(row.name, 30, pick(long, 30, 60), 60, 3)
		t.quiet = 60 * time.Second
		t.during = func(s *stage) { s.refuse(row.fault, pick(long, 5*time.Second, 10*time.Second)) }
		rows = append(rows, t)
	}
	return append(rows, quotaRow(long))
}

// quotaRow has the month's quota used up for a time, in which reminders fall due and users write. No reply
// is late. The reminders are dead letters, and come when the limit was raised and they were replayed.
func quotaRow(long bool) trial {
	t := base("quota-spent", 30, pick(long, 30, 60), 60, 3)
	t.single, t.timers, t.repair = true, 6, 2*time.Second
	t.during = func(s *stage) {
		s.refuse(apiFault{
			before: true, status: 429, text: "You have reached your monthly limit.", pushOnly: true,
		}, pick(long, 5*time.Second, 15*time.Second))
		n := 0
		for again := true; again; {
			again = s.pause(300 * time.Millisecond)
			n += s.replay()
		}
		if n == 0 {
			s.fail("no dead letter")
		}
		s.note("%d dead letters were replayed", n)
	}
	return t
}

// replay replays all dead letters, as an operator does, and says how many there were.
func (s *stage) replay() (n int) {
	ctx := context.Background()
	b, err := redisstore.New(ctx, s.redis.client, &redisstore.Options{
		Namespace: s.namespace, Logger: slog.New(slog.DiscardHandler),
	})
	for from, first := "", true; err == nil && (first || from != ""); first = false {
		var page []session.DeadLetter
		if page, from, err = b.DeadLetters(ctx, []string{""}, from, 100); err != nil {
			break
		}
		for _, l := range page {
			if err = b.Replay(ctx, l.ID); err != nil {
				break
			}
			n++
		}
	}
	if err != nil {
		s.fail("replay: %v", err)
	}
	return n
}

// hiccups has LINE refuse all calls for longer than the first retries take, again and again.
func hiccups(s *stage) {
	n := 0
	for ; s.pause(time.Second); n++ {
		s.line.setFaults(0, apiFault{before: true, status: 503})
		s.pause(1200 * time.Millisecond)
		s.line.setFaults(s.t.lineFault, apiFault{})
	}
	s.note("LINE answered 503 %d times for 1.2s", n)
}

// refuse has LINE refuse all calls in one way for a time. All outputs are to go out after it.
func (s *stage) refuse(f apiFault, d time.Duration) {
	if !s.pause(2 * time.Second) {
		return
	}
	s.line.setFaults(0, f)
	s.pause(d)
	s.line.setFaults(0, apiFault{})
	s.note("LINE answered %d for %s", f.status, d)
}
