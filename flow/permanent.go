package flow

// Permanent marks an error of an action as one that trying again cannot mend: the event is set
// aside at once. Other errors are tried again for a while. Permanent(nil) is nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &permanent{err}
}

type permanent struct{ error }

func (p *permanent) Unwrap() error { return p.error }

// Permanent tells package bot, which knows errors by what they can say.
func (p *permanent) Permanent() bool { return true }
