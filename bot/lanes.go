package bot

import "sync"

// lanes are the sessions whose outputs this process is delivering in the background. One delivery
// each is enough: it looks for what others leave to it before it ends.
type lanes struct {
	mu   sync.Mutex
	open map[string]lane
}

type lane struct {
	behind  bool // others came, and left what they had in the store
	retried bool // some of it may have been sent before
}

// enter is false if a delivery of the session is under way, which will see to the caller's outputs
// as well. Otherwise leave must follow, until it is true. Retried says that the outputs may have
// been sent before.
func (l *lanes) enter(id string, retried bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ln, ok := l.open[id]; ok {
		l.open[id] = lane{behind: true, retried: retried || ln.retried}
		return false
	}
	if l.open == nil {
		l.open = make(map[string]lane)
	}
	l.open[id] = lane{retried: retried}
	return true
}

// look is called before the store is asked what waits, which its answer will then have. It returns
// whether something of that may have been sent before.
func (l *lanes) look(id string) (retried bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ln := l.open[id]
	l.open[id] = lane{retried: ln.retried}
	return ln.retried
}

// leave is false if others came since the last look: then the caller must look again.
func (l *lanes) leave(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[id].behind {
		return false
	}
	delete(l.open, id)
	return true
}
