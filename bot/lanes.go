package bot

import "sync"

// lanes are the sessions whose stored outputs this process is delivering. One delivery each is
// enough: whatever comes behind is handed out when it acknowledges.
type lanes struct {
	mu   sync.Mutex
	open map[string]bool
}

// enter is false if a delivery of the session is under way. Otherwise leave must follow.
func (l *lanes) enter(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[id] {
		return false
	}
	if l.open == nil {
		l.open = make(map[string]bool)
	}
	l.open[id] = true
	return true
}

func (l *lanes) leave(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, id)
}
