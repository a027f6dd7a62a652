package main

import (
	"io"
	"net/http"
	"time"
)

// frozenRows freeze a process whenever it has answered, and wake it for the next request. A scheduler calls
// every second, as a minute would be too long for a row. Every answer is a reply. It comes before the response,
// but in the row in which a turn takes longer than a webhook may wait for it.
func frozenRows(long bool) []trial {
	quick := frozenRow("frozen-after-answer/quick", 6, pick(long, 30, 150), 6, 50*time.Millisecond)
	quick.repair = time.Second
	slow := frozenRow("frozen-after-answer/slow", 6, pick(long, 8, 40), 2, 1700*time.Millisecond)
	slow.quiet = 20 * time.Second
	return []trial{quick, slow}
}

func frozenRow(name string, users, events, rate int, slow time.Duration) trial {
	t := base(name, users, events, rate, 2)
	t.freezes, t.slow, t.single, t.timers = true, slow, true, 6
	t.during = func(s *stage) {
		client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
		calls := 0
		for n := 0; s.pause(time.Second); n++ {
			if s.pending(client, n) {
				calls++
			}
		}
		s.fleet.freezer.mu.Lock()
		frozen := s.fleet.freezer.frozen
		s.fleet.freezer.mu.Unlock()
		// A process that is asked again before it is frozen stays awake: slow turns freeze it a few times a row.
		if calls == 0 || frozen < 5 {
			s.fail("frozen %d times, and %d calls of the scheduler succeeded", frozen, calls)
		}
		late := 0
		for _, events := range s.users {
			for _, m := range s.line.snapshot(events[0].user) {
				if m.pushed && !m.Timer {
					late++
				}
			}
		}
		if late > 0 {
			s.fail("%d answers were pushed", late)
		}
		s.note("frozen %d times; a scheduler called %d times", frozen, calls)
	}
	return t
}

// pending calls the handler for schedulers of a process, and says whether it answered 200.
func (s *stage) pending(client *http.Client, n int) bool {
	addr := s.fleet.pick(s.ctx, "", n)
	done := s.fleet.freezer.request(addr)
	defer done()
	res, err := client.Post("http://"+addr+"/pending", "", nil)
	if err != nil {
		s.fail("scheduler: %v", err)
		return false
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}
