package flow

import (
	"slices"

	"github.com/kaiwa-go/kaiwa/transport"
)

// menuSwitch is what an action asked for by Turn.SwitchMenu.
type menuSwitch struct {
	name  string
	fault error // not nil if no menu can have the name
}

// SwitchMenu switches the menu of the chat once the turn is committed, and after the messages of
// the turn are sent. The name is that of a menu which was declared for the bot's channel: on LINE,
// the alias of a rich menu. The empty name is the menu that everybody has.
//
// If a turn switches more than once, the last switch counts. Like messages, a switch is forgotten
// if the input is rejected, and a guard cannot make one. In a group or room it does nothing.
//
// The menu stays until a state with another menu is entered (see StateBuilder.Menu), or the flow
// ends. To leave a menu behind, switch to it in the turn that ends the flow.
//
// A name that is not up to 32 of a-z, 0-9, _ and - makes the turn fail with a Permanent error when
// the action returns.
func (t *turn) SwitchMenu(name string) {
	if t.menu == nil || t.menu.fault == nil {
		t.menu = &menuSwitch{name: name, fault: Permanent(transport.CheckMenuName(name))}
	}
}

// switchedMenu returns the menu that an action switched to, and whether one did.
func (t *turn) switchedMenu() (name string, switched bool) {
	if t.menu == nil {
		return "", false
	}
	return t.menu.name, true
}

// menu returns the name of the menu that a state is bound to, by itself or by InAny, and whether it is to one.
func (d *draft) menu(s *draftState) (name string, bound bool) {
	for _, from := range d.sources(s) {
		if len(from.menus) > 0 {
			return from.menus[0], true
		}
	}
	return "", false
}

// boundMenu is what Menu said of a state, or of AnyState.
type boundMenu struct {
	state State
	name  string
}

// boundMenus returns the menus that have names.
func (d *draft) boundMenus() (all []boundMenu) {
	for _, s := range slices.Concat(d.states, d.globals) {
		if len(s.menus) > 0 && s.menus[0] != "" {
			all = append(all, boundMenu{s.name, s.menus[0]})
		}
	}
	return all
}

// checkMenus reports a menu of InAny or InAnyBut that never shows, because an earlier one of them binds the
// states to another.
func (d *draft) checkMenus(r *report) {
	for i, g := range d.globals {
		taken := 0
		shows := slices.ContainsFunc(d.statesOf(g), func(s *draftState) bool {
			earlier := slices.ContainsFunc(d.globals[:i], func(h *draftState) bool {
				return len(h.menus) > 0 && !slices.Contains(h.but, s.name)
			})
			if earlier {
				taken++
			}
			return !earlier && len(s.menus) == 0
		})
		if len(g.menus) > 0 && !shows && taken > 0 {
			r.add(g.place(), "", "the menu %q never shows: an InAny or InAnyBut before it has another", g.menus[0])
		}
	}
}

func (s *draftState) checkMenu(r *report) {
	if len(s.menus) > 1 {
		r.add(s.place(), "", "is bound to %d menus", len(s.menus))
	}
	for _, name := range s.menus {
		if transport.CheckMenuName(name) != nil {
			r.add(s.place(), "", "the menu's name %q is not up to %d of a-z, 0-9, _ and -", name, transport.MaxMenuName)
		}
	}
}
