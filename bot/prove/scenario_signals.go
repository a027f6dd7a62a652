package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/transport"
)

// given is a signal for a user's conversation of a flow.
type given struct {
	user, name, flow, id string
	accepted             time.Time // when a bot took it first
}

func (g *given) turn() string { return "signal:" + g.name + ":" + g.id }

// signalRows gives signals to users as those of nestedRows, each twice: one to each place of their stacks, and
// some to flows that have no conversation, which are dead letters. In the end the users start what these were
// for, and the letters are replayed, while processes are killed all the time.
func signalRows(long bool) []trial {
	t := nestedRow("signals", long)
	t.events = pick(long, 16, 120)
	t.during = func(s *stage) {
		var killing sync.WaitGroup
		defer killing.Wait()
		done, end := context.WithCancel(s.life)
		defer end()
		kills := 0
		killing.Go(func() {
			for sleepUntil(done, time.Now().Add(700*time.Millisecond)) {
				if s.fleet.signal(kills, sigkill) {
					kills++
				}
			}
		})
		n := s.giveSignals()
		letters := s.replaySignals()
		end()
		killing.Wait()
		s.note("%d kills; %d signals, %d of which were dead letters at first", kills, n, letters)
		if letters == 0 || s.fleet.logged("nobody took it") == 0 {
			s.fail("no signal was a dead letter that says why")
		}
	}
	t.after = func(s *stage, _ *result) {
		s.tellStacks()
		s.tellSignals()
	}
	return []trial{t}
}

// giveSignals gives signals while events are sent, and returns how many.
func (s *stage) giveSignals() (n int) {
	var all sync.WaitGroup
	defer all.Wait()
	for ; s.pause(20 * time.Millisecond); n++ {
		g := s.drawSignal(n)
		s.sender.mu.Lock()
		s.signals[g.user] = append(s.signals[g.user], g)
		s.sender.mu.Unlock()
		for range 2 {
			all.Go(func() { s.give(g) })
		}
	}
	return n
}

// drawSignal draws a signal for one of the conversations of a user; one of ten is for any flow.
func (s *stage) drawSignal(n int) *given {
	s.sender.mu.Lock()
	defer s.sender.mu.Unlock()
	events := s.users[s.rng.IntN(len(s.users))]
	g := &given{user: events[0].user, name: saidPaid, id: fmt.Sprintf("pay-%d", n)}
	if s.rng.IntN(2) == 0 {
		g.name = saidMoved
	}
	var flows []string
	if s.rng.IntN(10) > 0 {
		for _, t := range s.follow(&tally{}, events).stack {
			flows = append(flows, t.flow)
		}
	}
	for i := range stackFlows {
		if lapses(i) { // it may be gone at any time: nobody could replay a signal for it
			flows = slices.DeleteFunc(flows, func(f string) bool { return f == stackFlow(i) })
		}
	}
	if len(flows) == 0 {
		flows = []string{stackFlow(4 * s.rng.IntN(2)), stackFlow(2), stackFlow(6), stackFlow(7)}
	}
	g.flow = flows[s.rng.IntN(len(flows))]
	return g
}

// give gives a signal until a bot takes it.
func (s *stage) give(g *given) {
	path := fmt.Sprintf("/signal/%s/%s/%s/%s", g.user, g.name, g.flow, g.id)
	err := await(s.life, s.t.patience, func() bool {
		if s.post(path) {
			s.sender.mu.Lock()
			defer s.sender.mu.Unlock()
			if g.accepted.IsZero() {
				g.accepted = time.Now()
			}
			return true
		}
		time.Sleep(50 * time.Millisecond)
		return false
	})
	if err != nil {
		s.fail("no bot took the signal %s: %v", g.turn(), err)
	}
}

// post asks a bot for something, and says whether it did it.
func (s *stage) post(path string) bool {
	addr := s.sender.target(s.life, s.users[0][0])
	req, err := http.NewRequestWithContext(s.life, http.MethodPost, "http://"+addr+path, nil)
	if err != nil || addr == "" {
		return false
	}
	res, err := s.sender.client.Do(req)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// giveSignal has a bot give a signal.
func giveSignal(b *bot.Bot) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		user := r.PathValue("user")
		src := transport.Source{Chat: transport.ChatUser, ChatID: user, UserID: user}
		p := paidFor{Flow: r.PathValue("flow")}
		if err := b.Signal(r.Context(), src, r.PathValue("name"), p, r.PathValue("id")); err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}
}

// replaySignals has users start the flows of signals that nobody took, and replays these, until none is left. It
// returns how many there were.
func (s *stage) replaySignals() int {
	letters := map[string]bool{}
	var left int
	err := await(s.life, 30*time.Second, func() bool {
		dead, err := s.deadLetters(s.life)
		for _, id := range dead {
			letters[firstTurn(id)] = true
		}
		left = s.startForSignals()
		s.post("/replay")
		time.Sleep(200 * time.Millisecond)
		return err == nil && len(dead) == 0 && left == 0
	})
	if err != nil {
		s.fail("%d signals were not taken: %v", left, err)
	}
	return len(letters)
}

// startForSignals has each user who is to get a signal start the flow that it is for. It returns how many
// signals there are.
func (s *stage) startForSignals() (left int) {
	var start []*event
	s.sender.mu.Lock()
	for u, events := range s.users {
		m := s.follow(&tally{}, events)
		waiting := m.waiting()
		left += len(waiting)
		if m.next < len(events) || len(waiting) == 0 {
			continue
		}
		g := slices.MinFunc(waiting, func(a, b *given) int { return a.accepted.Compare(b.accepted) })
		if slices.ContainsFunc(m.stack, func(t *talk) bool { return t.flow == g.flow }) {
			continue
		}
		last := events[len(events)-1]
		e := &event{
			user: last.user, acct: last.acct, seq: last.seq + 1, kind: g.flow, id: fmt.Sprintf("%s-%s", last.id, g.flow), dup: -1,
			stamp: time.Now().UnixMilli(),
		}
		s.users[u] = append(events, e)
		start = append(start, e)
	}
	s.sender.mu.Unlock()
	var all sync.WaitGroup
	for _, e := range start {
		all.Go(func() { s.sender.deliver(s.life, e) })
	}
	all.Wait()
	return left
}

// tellSignals notes at which places of the stacks signals were taken.
func (s *stage) tellSignals() {
	s.sender.mu.Lock()
	_, models := s.countStacks()
	s.sender.mu.Unlock()
	var taken [maxTalks]int
	for _, m := range models {
		for i, n := range m.taken {
			taken[i] += n
		}
	}
	s.note("signals taken by the active conversation and by those below: %v", taken)
	if taken[0] == 0 || taken[1] == 0 || taken[4] == 0 {
		s.fail("the signals have proved little")
	}
}
