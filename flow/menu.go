package flow

import "github.com/kaiwa-go/kaiwa/transport"

// menu returns the name of the menu that a state is bound to; empty if it is to none.
func (d *draft[T]) menu(s *draftState[T]) string {
	for _, from := range [...]*draftState[T]{s, d.anyOf} {
		if len(from.menus) > 0 {
			return from.menus[0]
		}
	}
	return ""
}

// boundMenu is what Menu said of a state, or of AnyState.
type boundMenu struct {
	state State
	name  string
}

// boundMenus returns the menus that have names.
func (d *draft[T]) boundMenus() (all []boundMenu) {
	for _, s := range append(d.states[:len(d.states):len(d.states)], d.anyOf) {
		if len(s.menus) > 0 && s.menus[0] != "" {
			all = append(all, boundMenu{s.name, s.menus[0]})
		}
	}
	return all
}

func (s *draftState[T]) checkMenu(r *report) {
	if len(s.menus) > 1 {
		r.add(s.name, "", "is bound to %d menus", len(s.menus))
	}
	for _, name := range s.menus {
		if (transport.Menu{Name: name}).Validate() != nil {
			r.add(s.name, "", "the menu's name %q is not up to %d of a-z, 0-9, _ and -", name, transport.MaxMenuName)
		}
	}
}
