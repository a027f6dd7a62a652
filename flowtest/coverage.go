package flowtest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
)

// coverage notes what the steps of all transcripts walked.
type coverage struct {
	mu      sync.Mutex
	flows   map[string]*flow.Flow
	taken   map[walk]bool
	refused map[walk]bool
	failed  map[label]bool
}

// walk is a branch of a transition in a state.
type walk struct {
	flow               string
	transition, branch int
	state              flow.State
}

// label is a guard of a transition.
type label struct {
	flow       string
	transition int
	guard      string
}

func newCoverage() *coverage {
	return &coverage{
		flows: map[string]*flow.Flow{}, taken: map[walk]bool{}, refused: map[walk]bool{}, failed: map[label]bool{},
	}
}

// watch returns what bot.Options.Stepped is to be: it notes the step, and tells it to next, which may be nil.
func (c *coverage) watch(flows []*flow.Flow, next func(bot.Stepped)) func(bot.Stepped) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range flows {
		c.flows[f.Name()] = f
		for _, sub := range f.Subs() {
			c.flows[sub.Name()] = sub
		}
	}
	return func(s bot.Stepped) {
		c.note(&s)
		if next != nil {
			next(s)
		}
	}
}

func (c *coverage) note(s *bot.Stepped) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.noteTrace(s.Flow, s.From, &s.Trace)
	for i := range s.Trace.Inner {
		in := &s.Trace.Inner[i]
		c.noteTrace(in.Flow, in.From, &in.Trace)
	}
}

func (c *coverage) noteTrace(name string, from flow.State, t *flow.Trace) {
	if t.Transition > 0 {
		c.taken[walk{name, t.Transition, t.Branch, from}] = true
	}
	for _, n := range t.Skipped {
		c.taken[walk{name, n, 0, ""}] = true
	}
	for _, n := range t.Refused {
		c.refused[walk{name, n, 0, from}] = true
	}
	for _, f := range t.Failed {
		c.refused[walk{name, f.Transition, 0, from}] = true
		c.failed[label{name, f.Transition, f.Guard}] = true
	}
}

// missing returns a line for everything that no transcript walked, in the order of the flows' tables:
// transitions that were not taken in a state, branches that were not taken at all, guards that never failed,
// and questions that never refused an answer.
func (c *coverage) missing() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var lines []string
	names := make([]string, 0, len(c.flows))
	for name := range c.flows {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		ts := c.flows[name].Transitions()
		for i := range ts {
			for _, text := range c.missed(c.flows[name], ts, i) {
				lines = append(lines, name+": "+place(&ts[i])+": "+ts[i].Trigger+": "+text)
			}
		}
	}
	return lines
}

// missed says what of the ith transition no transcript walked.
func (c *coverage) missed(f *flow.Flow, ts []flow.Transition, i int) (texts []string) {
	t, name, n := &ts[i], f.Name(), i+1
	branches := make([]bool, len(t.Branches))
	once, walked := isFallback(ts, t), false
	for _, state := range statesOf(f, ts, t) {
		taken := false
		for b := range branches {
			if c.taken[walk{name, n, b, state}] || c.taken[walk{name, n, b, ""}] {
				branches[b], taken = true, true
			}
		}
		walked = walked || taken
		if !taken && !once {
			texts = append(texts, strings.TrimSpace("never taken "+in(t, state)))
		}
		if t.Ask && !c.refused[walk{name, n, 0, state}] {
			texts = append(texts, "never refused an answer")
		}
	}
	if once && !walked {
		texts = append(texts, "never taken when nothing is behind")
	}
	if len(branches) > 1 {
		for b, taken := range branches {
			if !taken {
				texts = append(texts, fmt.Sprintf("the branch %q was never taken", cmp.Or(t.Branches[b].Guard, "else")))
			}
		}
	}
	for _, g := range t.Guards {
		if !c.failed[label{name, n, g}] {
			texts = append(texts, fmt.Sprintf("the guard %q never failed", g))
		}
	}
	return texts
}

func place(t *flow.Transition) string {
	switch {
	case t.From == "":
		return "start"
	case len(t.But) > 0:
		return fmt.Sprintf("* but %v", t.But)
	default:
		return string(t.From)
	}
}

func in(t *flow.Transition, state flow.State) string {
	if t.From != flow.AnyState {
		return ""
	}
	return "in " + string(state)
}

// statesOf returns the states in which a transition can be taken.
func statesOf(f *flow.Flow, ts []flow.Transition, t *flow.Transition) []flow.State {
	if t.From != flow.AnyState {
		return []flow.State{t.From}
	}
	var states []flow.State
	for _, s := range f.States() {
		if !slices.Contains(t.But, s) && !hidden(ts, t, s) {
			states = append(states, s)
		}
	}
	return states
}

// isFallback reports whether t is what happens on the events of a Back when nothing is behind. In most states
// something is: it is enough if one state sees it.
func isFallback(ts []flow.Transition, t *flow.Transition) bool {
	return len(t.Triggers) > 0 && slices.ContainsFunc(ts, func(back flow.Transition) bool {
		return back.From == t.From && slices.Equal(back.But, t.But) && back.Trigger == t.Trigger &&
			len(back.Branches) == 1 && back.Branches[0].Outcome == flow.Back && t.Branches[0].Outcome != flow.Back
	})
}

// hidden reports whether transitions of the state's own, without guards, take all events of t.
func hidden(ts []flow.Transition, t *flow.Transition, s flow.State) bool {
	if len(t.Triggers) == 0 {
		return false
	}
	return !slices.ContainsFunc(t.Triggers, func(trigger flow.Trigger) bool {
		return !slices.ContainsFunc(ts, func(own flow.Transition) bool {
			return own.From == s && len(own.Guards) == 0 && slices.ContainsFunc(own.Triggers, trigger.Clashes)
		})
	})
}
