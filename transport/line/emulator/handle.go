package emulator

// handler is a function of the API that is called with Platform.mu held, after all that was due.
type handler func(*call) answer

// locked makes such a function one that an endpoint can have.
func (p *Platform) locked(f handler) func(*call) answer {
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

// ofUser is locked for a function about the user in the path, whom nobody may know.
func (p *Platform) ofUser(f func(*call, *user) answer) func(*call) answer {
	return func(c *call) answer {
		id := c.values["userId"]
		if !userID.MatchString(id) {
			return invalid("userId")
		}
		return p.locked(func(c *call) answer { return f(c, p.find(id)) })(c)
	}
}
