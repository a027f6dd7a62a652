package emulator

// locked makes an endpoint's function of one that is called with p.mu held, after all that was due.
func (p *Platform) locked(f func(*call) answer) func(*call) answer {
	return func(c *call) answer {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.settle()
		return f(c)
	}
}

// parsed makes an endpoint's function of one that takes the JSON object in the body.
func parsed(f func(*call, object) answer) func(*call) answer {
	return func(c *call) answer {
		o, bad := parseBody(c.body)
		if bad != nil {
			return *bad
		}
		return f(c, o)
	}
}

// bodied is parsed and locked.
func (p *Platform) bodied(f func(*call, object) answer) func(*call) answer {
	return parsed(func(c *call, o object) answer {
		return p.locked(func(c *call) answer { return f(c, o) })(c)
	})
}

// about is locked for a function about what the call's path names. find may refuse the call.
func about[T any](p *Platform, find func(*call) (T, *answer), f func(*call, T) answer) func(*call) answer {
	return p.locked(func(c *call) answer {
		named, bad := find(c)
		if bad != nil {
			return *bad
		}
		return f(c, named)
	})
}

// userNamed is the user of a call's path, or nil if nobody has that id.
func (p *Platform) userNamed(c *call) (*user, *answer) {
	id := c.values["userId"]
	if !userID.MatchString(id) {
		return nil, new(invalid("userId"))
	}
	return p.find(id), nil
}
