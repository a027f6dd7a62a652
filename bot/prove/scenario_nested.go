package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/transport"
)

// nestedRows have users with up to eight conversations at once: they start one in the middle of another, tap
// on buttons that any of them showed, and end them, while timers of suspended conversations, reminders and idle
// times are due and processes are killed. A model follows each user's messages and says what the next one must
// be, and what stack the bots must tell of in the end.
func nestedRows(long bool) []trial {
	kills := nestedRow("nested/kills", long)
	kills.during = func(s *stage) {
		n := 0
		for s.pause(time.Duration(300+s.rng.IntN(900)) * time.Millisecond) {
			if s.fleet.signal(s.rng.IntN(s.t.procs), sigkill) {
				n++
			}
		}
		s.note("%d kills", n)
	}
	points := nestedRow("nested/points", long)
	points.crash = anyPoint + "=/300"
	return []trial{kills, points}
}

func nestedRow(name string, long bool) trial {
	t := base(name, 30, pick(long, 24, 200), 90, 3)
	t.slow, t.repair, t.beside = 5*time.Millisecond, 6*time.Second, true
	t.stacks, t.draw = true, drawWord
	t.after = func(s *stage, _ *result) { s.tellStacks() }
	return t
}

// drawWord draws what a user says: so that the stack is at its bound at times, and empty at others.
func drawWord(rng *rand.Rand) string {
	switch n := rng.IntN(100); {
	case n < 55:
		return stackFlow(rng.IntN(stackFlows))
	case n < 70:
		return kindNext
	case n < 76:
		return kindDone
	case n < 92:
		return kindTap
	default:
		return kindPlain
	}
}

// aim chooses a button for a tap, of those that the user has seen in the last messages.
func (s *sender) aim(e *event) {
	if e.kind != kindTap {
		return
	}
	var seen []string
	for _, w := range s.line.heard(e.chat()) {
		if w.button != "" && !slices.Contains(seen, w.button) {
			seen = append(seen, w.button)
		}
	}
	if len(seen) == 0 {
		e.kind = kindPlain
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	last := seen[max(len(seen)-10, 0):]
	e.data = last[s.rng.IntN(len(last))]
}

// countStacks follows what users see. It is called with the sender's mu held.
func (s *stage) countStacks() (*tally, []*stackModel) {
	c := &tally{}
	var models []*stackModel
	for _, events := range s.users {
		m := s.follow(c, events)
		m.finish()
		models = append(models, m)
	}
	return c, models
}

// follow follows what a user has seen so far.
func (s *stage) follow(c *tally, events []*event) *stackModel {
	m := newStackModel(c, events, s.signals[events[0].user], s.fleet.lastEnd)
	m.rolls = s.t.rolls
	for _, w := range s.line.heard(events[0].chat()) {
		m.see(&w)
	}
	return m
}

// compareStacks holds the stacks that the bots tell of against the models.
func (s *stage) compareStacks(ctx context.Context) {
	s.sender.mu.Lock()
	_, models := s.countStacks()
	s.sender.mu.Unlock()
	for i, m := range models {
		if m.broken != nil {
			continue // that is counted
		}
		got, err := s.stackOf(ctx, s.users[i][0])
		if want := m.where(); err != nil || !slices.Equal(got, want) {
			s.fail("the stack of %s is %q, not %q: %v", s.users[i][0].user[1:9], got, want, err)
		}
	}
}

// stackOf asks a bot for the conversations of a user.
func (s *stage) stackOf(ctx context.Context, e *event) (all []string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.sender.target(ctx, e)+"/stack/"+e.user, nil)
	if err != nil {
		return nil, err
	}
	res, err := s.sender.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	return all, json.NewDecoder(res.Body).Decode(&all)
}

// writeStack tells the conversations of a user, the active one first.
func writeStack(b *bot.Bot) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		user := r.PathValue("user")
		kept, err := b.Session(r.Context(), transport.Source{Chat: transport.ChatUser, ChatID: user, UserID: user})
		all := []string{}
		if kept.Flow != "" {
			for _, c := range append([]bot.Conversation{kept.Conversation}, kept.Suspended...) {
				d, _ := c.Data.(frame)
				all = append(all, fmt.Sprintf("%s/%s %d %s", c.Flow, c.State, d.N, d.Hash))
			}
		}
		if err != nil {
			all = append(all, err.Error())
		}
		_ = json.NewEncoder(w).Encode(all)
	}
}

// tellStacks notes what the row came to, and fails if that proves little.
func (s *stage) tellStacks() {
	s.sender.mu.Lock()
	_, models := s.countStacks()
	s.sender.mu.Unlock()
	deepest, full, ended, behind, raised := 0, 0, 0, 0, 0
	for _, m := range models {
		deepest = max(deepest, m.deepest)
		if m.deepest == maxTalks {
			full++
		}
		ended, behind, raised = ended+m.ended, behind+m.behind, raised+m.raised
	}
	s.note("%d users had %d conversations at once; %d conversations ended by that bound, %d timers of suspended ones, "+
		"%d brought back by a tap", full, deepest, ended, behind, raised)
	if deepest < maxTalks-1 || behind == 0 || raised == 0 {
		s.fail("the row has proved little")
	}
}
