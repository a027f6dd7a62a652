package bot

import (
	"fmt"

	"github.com/kaiwa-go/kaiwa/flow"
)

// checkNames reports an old name of a flow that another flow has, now or as an old name too.
func checkNames(flows []*flow.Flow) error {
	of := map[string]*flow.Flow{}
	for _, f := range flows {
		of[f.Name()] = f
	}
	for _, f := range flows {
		for _, old := range f.Formerly() {
			if g := of[old]; g != nil {
				return fmt.Errorf("bot: %q is an old name of the flow %q, but a name of %q already", old, f.Name(), g.Name())
			}
			of[old] = f
		}
	}
	return nil
}

// present puts the flows' present names in the place of old ones (flow.Builder.Formerly).
func (p *planner) present(r *record) {
	if len(p.formerly) == 0 {
		return
	}
	name := func(of *string) {
		if now := p.formerly[*of]; now != "" {
			*of = now
		}
	}
	name(&r.flow)
	for i := range r.below {
		name(&r.below[i].flow)
	}
	for i := range r.timers {
		name(&r.timers[i].flow)
	}
}
