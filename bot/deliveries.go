package bot

import "sync"

// deliveries are the sessions whose outputs this process is delivering in the background. One
// delivery a session is enough: before it ends, it looks for what others left to it.
type deliveries struct {
	mu   sync.Mutex
	open map[string]underWay
}

type underWay struct {
	behind  bool // others came, and left what they had in the store
	retried bool // some of it may have been sent before
}

// enter is false if a delivery of the session is under way, which will see to the caller's outputs
// as well. Otherwise leave must follow, until it is true. Retried says that the outputs may have
// been sent before.
func (l *deliveries) enter(id string, retried bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ln, ok := l.open[id]; ok {
		l.open[id] = underWay{behind: true, retried: retried || ln.retried}
		return false
	}
	if l.open == nil {
		l.open = make(map[string]underWay)
	}
	l.open[id] = underWay{retried: retried}
	return true
}

// look is called before the store is asked what waits, which its answer will then have. It returns
// whether something of that may have been sent before.
func (l *deliveries) look(id string) (retried bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ln := l.open[id]
	l.open[id] = underWay{retried: ln.retried}
	return ln.retried
}

// leave is false if others came since the last look: then the caller must look again.
func (l *deliveries) leave(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[id].behind {
		return false
	}
	delete(l.open, id)
	return true
}
