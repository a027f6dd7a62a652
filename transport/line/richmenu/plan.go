package richmenu

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// ErrAliasTaken is returned for an alias that leads to a menu of another program or owner.
var ErrAliasTaken = errors.New("richmenu: the alias leads to a menu that was not made by this owner")

// What a Change does.
const (
	opCreate       = "create"
	opUpload       = "upload the image of"
	opPoint        = "point the alias to"
	opDefault      = "make the default"
	opClearDefault = "make no longer the default"
	opDropAlias    = "delete the alias of"
	opMove         = "move users from an old"
	opDelete       = "delete"
)

// Change is one step of a set-up.
type Change struct {
	// What is done, in words that come before the alias: "create", "delete".
	What string
	// Alias is that of the menu.
	Alias string
	// MenuID is LINE's id of the menu; empty for one that is yet to be made.
	MenuID string
}

// String returns a line such as "delete booking (richmenu-1234)".
func (c Change) String() string {
	if c.MenuID == "" {
		return c.What + " " + c.Alias
	}
	return fmt.Sprintf("%s %s (%s)", c.What, c.Alias, c.MenuID)
}

// plan compares the declaration with what LINE has. Wherever its steps are interrupted, another
// plan completes them, as a menu is in use only when it is complete, and nothing is deleted that
// is in use.
func (s *setup) plan(st *state) (changes []Change, current map[string]string, err error) {
	add := func(what, alias, id string) { changes = append(changes, Change{what, alias, id}) }
	current = map[string]string{} // of the declared menus: the ids, by alias
	for i := range s.menus {
		w := &s.menus[i]
		id := st.aliases[w.Alias]
		if st.exists[id] && !slices.ContainsFunc(st.ours, func(m made) bool { return m.id == id }) {
			return nil, nil, fmt.Errorf("%w: %s", ErrAliasTaken, w.Alias)
		}
		m, ok := st.find(w)
		current[w.Alias] = m.id
		if !ok {
			add(opCreate, w.Alias, "")
		}
		if !m.image {
			add(opUpload, w.Alias, m.id)
		}
		if !ok || id != m.id {
			add(opPoint, w.Alias, m.id)
		}
	}
	changes = append(changes, s.planDefault(st, current)...)
	return append(changes, st.planOld(current)...), current, nil
}

// find returns the menu that is as declared. Should set-ups at the same time have made several,
// they must agree on one, so it is the one with the least id.
func (st *state) find(w *wanted) (found made, ok bool) {
	for _, m := range st.ours {
		if m.alias == w.Alias && m.hash == w.hash && (!ok || m.id < found.id) {
			found, ok = m, true
		}
	}
	return found, ok
}

func (s *setup) planDefault(st *state, current map[string]string) []Change {
	for i := range s.menus {
		if !s.menus[i].Default {
			continue
		}
		alias := s.menus[i].Alias
		if id := current[alias]; id == "" || id != st.def {
			return []Change{{opDefault, alias, id}}
		}
		return nil
	}
	for _, m := range st.ours {
		if m.id == st.def {
			return []Change{{opClearDefault, m.alias, m.id}}
		}
	}
	return nil
}

// planOld sees to the menus that are out of use: first those whose alias is not declared any
// more, then the old versions of those that are, whose users are to be moved.
func (st *state) planOld(current map[string]string) (changes []Change) {
	var moves, deletes []Change
	ours := slices.Clone(st.ours)
	slices.SortFunc(ours, func(a, b made) int { return cmp.Or(cmp.Compare(a.alias, b.alias), cmp.Compare(a.id, b.id)) })
	for _, m := range ours {
		now, declared := current[m.alias]
		switch {
		case declared && now != m.id:
			moves = append(moves, Change{opMove, m.alias, m.id})
			deletes = append(deletes, Change{opDelete, m.alias, m.id})
		case !declared:
			if st.aliases[m.alias] == m.id {
				changes = append(changes, Change{opDropAlias, m.alias, m.id})
			}
			changes = append(changes, Change{opDelete, m.alias, m.id})
		}
	}
	return append(append(changes, moves...), deletes...)
}
