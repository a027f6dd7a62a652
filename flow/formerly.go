package flow

import "slices"

// Formerly says what the flow was called in earlier builds: conversations and reminders that are stored under
// an old name are those of this flow. A flow that took over the conversations of another is such a case, too.
func (b *Builder[T]) Formerly(names ...string) *Builder[T] {
	b.formerly = append(b.formerly, names...)
	return b
}

// Formerly says what the state was called in earlier builds: conversations that are stored in an old state go
// on in this one, and so do calls and history that name it. A state that was removed may be an old name of the
// state that does its work now.
func (s *StateBuilder[T]) Formerly(names ...State) *StateBuilder[T] {
	s.formerly = append(s.formerly, names...)
	return s
}

// Formerly returns the old names of the flow: see Builder.Formerly.
func (f *Flow) Formerly() []string { return slices.Clone(f.formerly) }

// checkFormerly reports old names that are none, that are in use, or that two states or flows claim.
func (d *draft) checkFormerly(r *report) {
	for i, name := range d.b.formerly {
		switch f := nameFault(name); {
		case f != "":
			r.add("", "", "the flow's old name %q %s", name, f)
		case name == d.b.name:
			r.add("", "", "the flow's old name %q is its name", name)
		case slices.Contains(d.b.formerly[:i], name):
			r.add("", "", "the flow's old name %q is declared twice", name)
		}
	}
	for _, block := range d.b.blocks() {
		if len(block.formerly) > 0 && (len(block.states) != 1 || nameFault(string(block.states[0])) != "") {
			for _, s := range block.states {
				r.add(s, "", "Formerly belongs to one state, which In names")
			}
		}
	}
	of := map[State]State{}
	for _, s := range d.states {
		for _, old := range s.formerly {
			switch f := nameFault(string(old)); {
			case f != "":
				r.add(s.name, "", "the old name %q %s", old, f)
			case d.byName[old] != nil:
				r.add(s.name, "", "the old name %q is a state of the flow", old)
			case of[old] != "":
				r.add(s.name, "", "the old name %q is one of %s already", old, of[old])
			}
			of[old] = s.name
		}
	}
}
