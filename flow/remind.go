package flow

// setReminders computes what a transition does to its reminders. Those that it sets share one snapshot of
// the data.
func (s *step) setReminders() error {
	var snapshot []byte
	for i := range len(s.edge.remind) + len(s.branch.remind) {
		r := nth(s.edge.remind, s.branch.remind, i)
		s.phase = PhaseTimer
		set := Reminder{Flow: s.subName(), Name: r.name}
		if r.keyed {
			set.Key = r.key(s.user)
		}
		if due := r.at(s.user); due.After(s.in.Now) {
			if snapshot == nil {
				var err error
				if snapshot, err = s.encode(); err != nil {
					return err
				}
			}
			set.Due, set.Data = due, snapshot
		}
		s.result.Reminders = append(s.result.Reminders, set)
	}
	return nil
}

// nth returns the ith element of a and b.
func nth[E any](a, b []E, i int) *E {
	if i < len(a) {
		return &a[i]
	}
	return &b[i-len(a)]
}

// remind runs the action of a reminder that is due. Only what it sends and the menu that
// it switches to are kept.
func (s *step) remind() error {
	s.phase = PhaseDecode
	action := s.program.reminders[s.in.Event.Text]
	if action == nil {
		return s.fail(ErrUnknownReminder)
	}
	err := s.decode()
	if err == nil {
		err = s.runReminder(action)
	}
	if r := asRejection(err); r != nil {
		s.discard()
		s.turn.Send(r.msgs...)
	} else if err != nil {
		return s.fail(err)
	}
	res := &s.result
	res.Handled, res.State, res.Timers, res.Messages = true, s.in.State, s.in.Timers, s.outputs()
	res.Menu, res.MenuSwitched = s.turn.switchedMenu()
	return nil
}

func (s *step) runReminder(a action) (err error) {
	defer s.rescue(&err)
	s.phase = PhaseAction
	return s.call(a)
}
