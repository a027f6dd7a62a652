package bot

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
)

// checkParts reports parts that are missing, and flows that cannot be told apart: two of one name, as the
// name is stored with each session, or two that start on the same event.
func checkParts(channel Channel, store session.Store, flows []*flow.Flow) error {
	if isNil(channel) || isNil(store) || len(flows) == 0 {
		return errors.New("bot: a channel, a store and at least one flow are needed")
	}
	if i := slices.Index(flows, nil); i >= 0 {
		return fmt.Errorf("bot: flow %d is nil", i)
	}
	all := withSubs(flows)
	for i, f := range all[len(flows):] {
		if slices.ContainsFunc(all[:len(flows)+i], func(g *flow.Flow) bool { return g.Name() == f.Name() }) {
			return fmt.Errorf("bot: two flows are named %q, and another flow runs one of them", f.Name())
		}
	}
	for i, f := range flows {
		for _, g := range flows[:i] {
			if f.Name() == g.Name() {
				return fmt.Errorf("bot: two flows are named %q", f.Name())
			}
			if t, u, ok := clash(f, g); ok {
				return fmt.Errorf("bot: the flow %q starts on %s, but %q does so on %s already", f.Name(), t, g.Name(), u)
			}
		}
	}
	return checkNames(all)
}

// withSubs returns the flows, then those that they run.
func withSubs(flows []*flow.Flow) []*flow.Flow {
	all := slices.Clone(flows)
	for _, f := range flows {
		for _, sub := range f.Subs() {
			if !slices.Contains(all, sub) {
				all = append(all, sub)
			}
		}
	}
	return all
}

// isNil reports whether v is nil, or a nil pointer inside an interface, as the ignored error of a
// constructor leaves one.
func isNil(v any) bool {
	r := reflect.ValueOf(v)
	return v == nil || r.Kind() == reflect.Pointer && r.IsNil()
}

// clash returns two start triggers, one of each flow, that some event fits equally well, so that
// it could start either flow. Starts with guards are left out: the next flow is tried if they do not pass.
func clash(f, g *flow.Flow) (t, u flow.Trigger, ok bool) {
	for _, t := range startTriggers(f) {
		for _, u := range startTriggers(g) {
			if t.Clashes(u) {
				return t, u, true
			}
		}
	}
	return t, u, false
}

func startTriggers(f *flow.Flow) (all []flow.Trigger) {
	for _, t := range f.Transitions() {
		if t.From == "" && len(t.Guards) == 0 {
			all = append(all, t.Triggers...)
		}
	}
	return all
}
