package bot

import "sync"

// deliveries are the sessions whose outputs this process is delivering in the background, one delivery
// for each session. Others who have outputs of the session to deliver leave them to that delivery: they
// are in the store, where it finds them before it ends.
//
//	        enter: true              enter: false
//	none -------------> under way ----------------> under way, with more behind it
//	      <------------           <----------------
//	        leave: true               look               (leave: false, so look, and ask the store)
//
// For example: a delivery sends the outputs 5.1 and 5.2 of a session. Meanwhile an acknowledgement of
// the output 4.1 makes the store hand out 5.1, 5.2 and 6.1 to a second goroutine of this process. Its
// enter returns false, and it stops. The first has sent 5.2, and its leave returns false. It calls look,
// asks the store what waits behind 5.2, and gets 6.1. Without deliveries both would send 5.1 and 5.2.
type deliveries struct {
	mu   sync.Mutex
	open map[string]bool // by the session's id: true if others left outputs to it since the last look
}

// enter returns true if the caller may deliver outputs of the session. The caller then calls leave until
// that returns true. It returns false if a delivery of the session is under way, which will deliver the
// caller's outputs too.
func (l *deliveries) enter(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.open[id]; ok {
		l.open[id] = true
		return false
	}
	if l.open == nil {
		l.open = make(map[string]bool)
	}
	l.open[id] = false
	return true
}

// lookAgain says that the delivery itself has to look once more before it ends.
func (l *deliveries) lookAgain(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[id] = true
}

// look forgets that others came. The delivery calls it just before it asks the store what waits: the
// answer has all that others left until now.
func (l *deliveries) look(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[id] = false
}

// leave ends the delivery and returns true, or returns false if others came since the last look. The
// delivery then has to look again.
func (l *deliveries) leave(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[id] {
		return false
	}
	delete(l.open, id)
	return true
}
