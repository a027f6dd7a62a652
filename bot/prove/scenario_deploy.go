package main

import (
	"math/rand/v2"
	"sync"
	"time"
)

// deployRows roll a later build out, back, and out again, while users of nestedRows talk: for most of the time
// both builds run side by side. The later one knows a flow, a state and a form of data that the first does not
// know: what the first cannot read, anywhere in a stack, it leaves to the later one.
func deployRows(long bool) []trial {
	t := nestedRow("deploy/rolling", long)
	t.events, t.rate, t.procs, t.repair = pick(long, 36, 200), 75, 3, 30*time.Second
	t.rolls = true
	t.draw = func(rng *rand.Rand) string {
		switch rng.IntN(10) {
		case 0:
			return stackFlow(moreFlow)
		case 1, 2:
			return kindMore
		case 3, 4:
			return stackFlow(moreState)
		case 5:
			return stackFlow(moreData)
		default:
			return drawWord(rng)
		}
	}
	t.during = func(s *stage) {
		rolls := 0
		for sending := true; sending; rolls++ {
			for n, build := range []int{moreBuild, moreBuild, 0, 0, moreBuild} {
				if sending = s.pause(1500 * time.Millisecond); !sending {
					break
				}
				if err := s.fleet.deploy(s.life, n%2, build); err != nil {
					s.fail("deploy: %v", err)
				}
			}
		}
		for n := range s.t.procs {
			if err := s.fleet.deploy(s.life, n, moreBuild); err != nil {
				s.fail("deploy: %v", err)
			}
		}
		s.note("%d times rolled out and back; %d times left to a later process", rolls, s.fleet.logged("left to a newer build"))
		if s.fleet.logged("left to a newer build") == 0 {
			s.fail("no process met what a later build wrote")
		}
	}
	t.after = func(s *stage, _ *result) {
		s.tellStacks()
		s.sender.mu.Lock()
		_, models := s.countStacks()
		s.sender.mu.Unlock()
		more, begun, owed := 0, 0, 0
		for _, m := range models {
			more, begun, owed = more+m.more, begun+m.begun, owed+m.owed
		}
		s.note("%d conversations of the later flow, the later state entered %d times, %d questions put off", begun, more, owed)
		if more == 0 || begun == 0 {
			s.fail("the later build has done little")
		}
	}
	return []trial{t, removedRow(long)}
}

// removedRow rolls out a build that has no flow f4 any more, of which users have a conversation somewhere in their
// stack. After 30 s at most that is a dead letter, and the user goes on with the one below. Then the flow comes
// back, as after a rollback; the letters are replayed, and the conversations go on where they were.
func removedRow(long bool) trial {
	t := nestedRow("deploy/removed", long)
	t.users, t.events, t.rate, t.repair = pick(long, 20, 60), 26, pick(long, 11, 33), 40*time.Second
	t.rolls = true
	t.draw = func(rng *rand.Rand) string {
		if rng.IntN(5) == 0 {
			return stackFlow(goneFlow)
		}
		return drawWord(rng)
	}
	t.during = func(s *stage) {
		roll := func(build int) {
			for n := range s.t.procs {
				if err := s.fleet.deploy(s.life, n, build); err != nil {
					s.fail("deploy: %v", err)
				}
			}
		}
		s.pause(5 * time.Second)
		roll(goneBuild)
		for s.pause(time.Second) {
		}
		s.drain(s.life)
		roll(0)
		dead, _ := s.deadLetters(s.life)
		s.replayAll(0)
		lost := s.askForLost()
		s.note("%d conversations could not be read, and came back by a replay", lost)
		if lost == 0 || lost != len(dead) {
			s.fail("%d dead letters of %d conversations that could not be read", len(dead), lost)
		}
	}
	t.after = nil
	return t
}

// askForLost has each user whose conversation came back ask for it. It returns how many did.
func (s *stage) askForLost() (lost int) {
	var ask []*event
	s.sender.mu.Lock()
	for u, events := range s.users {
		m := s.follow(&tally{}, events)
		last := events[len(events)-1]
		e := &event{
			user: last.user, acct: last.acct, seq: last.seq + 1, kind: stackFlow(goneFlow), id: last.id + "-back", dup: -1,
			stamp: time.Now().UnixMilli(), replayed: true,
		}
		if len(m.aside) > 0 {
			lost += len(m.aside)
			s.users[u], ask = append(events, e), append(ask, e)
		}
	}
	s.sender.mu.Unlock()
	var all sync.WaitGroup
	for _, e := range ask {
		all.Go(func() { s.sender.deliver(s.life, e) })
	}
	all.Wait()
	return lost
}
