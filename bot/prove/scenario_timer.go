package main

import (
	"slices"
	"strings"
	"time"
)

// failingRows have the database away for longer than reminders are tried. Each is a dead letter then, and
// comes once when it is replayed; a timer of the flow is tried until it works. Meanwhile users are answered
// as ever, also those whose own event fails three times while a reminder of theirs fails.
func failingRows(long bool) []trial {
	rows := terms("reminder-fails", func(bool) trial {
		t := failing(long)
		t.ends = [][]string{{kindTimer, kindTimer, kindTimer, kindShaky}, {kindTimer, kindPlain}, {kindPlain, kindTimer}}
		return t
	})
	if long {
		t := failing(long)
		t.real()
		t.name, t.quiet = "reminder-fails/idle", 90*time.Second
		t.ends = [][]string{{kindTimer, kindShaky}, {kindTimer, kindNap}, {kindTimer, kindPlain}}
		rows = append(rows, t)
	}
	return rows
}

func failing(long bool) trial {
	t := base("", pick(long, 30, 100), pick(long, 6, 12), pick(long, 20, 60), 2)
	t.database, t.timers, t.beside = true, 6, true
	t.repair, t.quiet = 6*time.Second, 20*time.Second // a lease, a process that starts, and a second
	t.during = func(s *stage) {
		s.line.setDatabase(true)
		kills := 0
		for ; s.pause(4 * time.Second); kills++ {
			s.fleet.signal(kills, sigkill)
		}
		n := s.awaitDeadReminders(45 * time.Second)
		s.line.setDatabase(false)
		s.replayAll(0)
		s.note("%d kills; %d reminders were dead letters, and replayed", kills, n)
		if s.fleet.logged("timer=later flow=prove") == 0 {
			s.fail("the log does not name the reminder that failed")
		}
	}
	return t
}

// awaitDeadReminders waits until each reminder that was set is a dead letter, and nothing else is, and
// returns how many there are.
func (s *stage) awaitDeadReminders(limit time.Duration) int {
	var dead []string
	set := -1
	err := await(s.life, limit, func() bool {
		time.Sleep(100 * time.Millisecond)
		var err error
		dead, err = s.deadLetters(s.life)
		set = s.remindersSet()
		return err == nil && len(dead) >= set && s.count().messages >= s.t.users*s.t.events
	})
	if err != nil {
		s.fail("%d dead letters of %d reminders", len(dead), set)
	}
	if n := len(slices.DeleteFunc(slices.Clone(dead), isTimerID)); n > 0 {
		s.fail("%d dead letters of events that could be handled", n)
	}
	return len(dead)
}

// isTimerID says whether an event that is a dead letter is a timer.
func isTimerID(id string) bool { return strings.HasPrefix(id, "timer:") }

// remindersSet counts the answers that set a reminder.
func (s *stage) remindersSet() (n int) {
	for _, events := range s.users {
		for _, m := range s.line.snapshot(events[0].chat()) {
			if !m.Timer && m.Part == 1 && m.Due > 0 && events[m.Seq].kind == kindTimer {
				n++
			}
		}
	}
	return n
}

// replayRows have events, reminders and timers of the flow become dead letters, the last as they kill their
// process. Then all are replayed while processes die and LINE fails, and each is handled once.
func replayRows(long bool) []trial {
	return terms("replay", func(bool) trial {
		t := base("", pick(long, 45, 150), 4, pick(long, 40, 100), 2)
		t.database, t.lethal, t.attempts, t.timers, t.beside = true, true, 3, -1, true
		t.slow, t.quiet = 200*time.Millisecond, 30*time.Second // so that turns are under way when processes die
		for len(t.ends) < 14 {
			t.ends = append(t.ends, []string{kindNeedy}, []string{kindTimer})
		}
		t.ends = append(t.ends, []string{kindNap})
		t.during = func(s *stage) {
			s.line.setDatabase(true)
			<-s.ctx.Done()
			var dead []string
			err := await(s.life, 90*time.Second, func() bool {
				time.Sleep(100 * time.Millisecond)
				dead, _ = s.deadLetters(s.life)
				return len(dead) >= s.t.users
			})
			if err != nil {
				s.fail("%d dead letters of %d", len(dead), s.t.users)
			}
			calls, _ := s.line.counts()
			s.note("%d apologies for events that failed", calls.apologies)
			s.line.setDatabase(false)
			before := s.fleet.died()
			s.line.setFaults(0.3, apiFault{})
			s.replayAll(6)
			s.rest(s.t.lease + 2*time.Second) // LINE fails until what dead processes left is done, too
			deaths := s.fleet.died() - before
			s.note("%d dead letters, replayed while %d processes died", len(dead), deaths)
			if deaths < 3 {
				s.fail("%d deaths, not 3", deaths)
			}
		}
		return t
	})
}
