package main

import (
	"math/rand/v2"
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
	return []trial{t}
}
