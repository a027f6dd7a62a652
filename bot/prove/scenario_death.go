package main

import (
	"fmt"
	"slices"
	"time"
)

// deathRows kill a process that has much under way, and hold how long its users wait against the bars of
// people, not of leases.
func deathRows(long bool) []trial {
	return []trial{deathOfOne(), deathOfTwo(long)}
}

// deathOfOne kills the only process while a turn of a second runs for each of 100 users.
func deathOfOne() trial {
	t := base("death-under-load/one", 100, 1, 1000, 1)
	t.real()
	t.slow, t.timers = time.Second, -1
	var restarts []time.Time
	t.during = func(s *stage) {
		taken := func() bool { return s.count().accepted >= s.t.users }
		if err := await(s.life, 10*time.Second, taken); err != nil {
			s.fail("the webhooks were not taken: %v", err)
		}
		s.rest(100 * time.Millisecond) // in which each turn begins
		s.fleet.signal(0, sigkill)
		up := func() bool { return s.fleet.died() == 1 && s.fleet.alive() == 1 }
		if err := await(s.life, 10*time.Second, up); err != nil {
			s.fail("no restart: %v", err)
		}
		restarts = append(restarts, time.Now())
	}
	t.after = func(s *stage, r *result) {
		if len(restarts) == 0 {
			return
		}
		r.waits("after the restart", s.answers(restarts[len(restarts)-1], 0), 5*time.Second, 0)
		s.noNeedlessPush()
	}
	return t
}

// deathOfTwo kills one of two processes at 40 events a second, so that it has three turns under way most times.
func deathOfTwo(long bool) trial {
	t := base("death-under-load/two", 40, pick(long, 14, 40), 40, 2)
	t.real()
	t.slow = 150 * time.Millisecond
	t.during = func(s *stage) {
		kills := 0
		for wait := 3 * time.Second; s.pause(wait) && kills < pick(long, 2, 6); kills++ {
			s.fleet.signal(kills, sigkill)
			wait = 6 * time.Second // until all is well again: one death at a time
		}
		s.note("%d kills", kills)
	}
	t.after = func(s *stage, r *result) {
		r.waits("from the webhook", s.answers(time.Time{}, 1), 0, 4*time.Second)
		s.noNeedlessPush()
	}
	return t
}

// answers are how long the answers took, in order, from a time or from their webhook if that is later. The
// last events of each user are left out: they are those that read its end.
func (s *stage) answers(from time.Time, least int) []time.Duration {
	return s.answersOf(s.users, from, least)
}

// answersOf is answers, of some users.
func (s *stage) answersOf(users [][]*event, from time.Time, least int) (took []time.Duration) {
	for _, events := range users {
		for _, m := range s.line.snapshot(events[0].chat()) {
			if m.Timer || m.Part != 1 || m.Seq >= len(events)-1 || m.Seq < least {
				continue
			}
			since := events[m.Seq].first
			if since.Before(from) {
				since = from
			}
			took = append(took, m.at.Sub(since))
		}
	}
	slices.Sort(took)
	return took
}

// waits notes how long the answers took, which are in order, and holds the 99th of 100 and the longest
// against bars; 0 is for no bar.
func (r *result) waits(since string, took []time.Duration, p99, worst time.Duration) {
	if len(took) == 0 {
		r.deviations = append(r.deviations, "no answers")
		return
	}
	at := func(part int) time.Duration { return took[(len(took)-1)*part/100] }
	r.notes = append(r.notes, fmt.Sprintf("%d answers %s: p50 %s, p99 %s, worst %s",
		len(took), since, short(at(50)), short(at(99)), short(at(100))))
	r.timed = append(r.timed, timing{"99 of 100 answered within %s " + since + ", not %s", at(99), p99},
		timing{"all answered within %s " + since + ", not %s", at(100), worst})
}

// timing is a time and the bar that it is held against.
type timing struct {
	format    string
	took, bar time.Duration
}

// noNeedlessPush fails if an answer was pushed while its reply token was good. Of more than five messages the
// rest is pushed anyhow.
func (s *stage) noNeedlessPush() {
	needless := 0
	for _, events := range s.users {
		for _, m := range s.line.snapshot(events[0].chat()) {
			if m.pushed && !m.Timer && m.Part <= 5 && m.at.Sub(events[m.Seq].accepted) < s.t.window {
				needless++
			}
		}
	}
	s.note("%d answers pushed that a reply could serve", needless)
	if needless > 0 {
		s.fail("%d answers pushed that a reply could serve", needless)
	}
}
