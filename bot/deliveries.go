package bot

import (
	"sync"
	"time"
)

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
	open map[string]underWay // by the session's id
}

// underWay is the delivery of one session.
type underWay struct {
	behind  bool      // others left outputs to it since the last look
	retried bool      // some of those may have been sent before
	until   time.Time // the delivery lease that they had for those does not end before
}

// enter returns true if the caller may deliver outputs of the session. The caller then calls leave until
// that returns true. It returns false if a delivery of the session is under way, which will deliver the
// caller's outputs too. Retried says that the caller's outputs may have been sent before, and until that the
// caller's delivery lease does not end before.
func (l *deliveries) enter(id string, retried bool, until time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ln, ok := l.open[id]; ok {
		l.open[id] = underWay{behind: true, retried: retried || ln.retried, until: later(ln.until, until)}
		return false
	}
	if l.open == nil {
		l.open = make(map[string]underWay)
	}
	l.open[id] = underWay{retried: retried, until: until}
	return true
}

// look forgets that others came. The delivery calls it just before it asks the store what waits: the
// answer has all that others left until now. It returns whether some of that may have been sent before, and
// how long the delivery lease of this process lasts at least.
func (l *deliveries) look(id string) (retried bool, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ln := l.open[id]
	l.open[id] = underWay{retried: ln.retried, until: ln.until}
	return ln.retried, ln.until
}

// leave ends the delivery and returns true, or returns false if others came since the last look. The
// delivery then has to look again.
func (l *deliveries) leave(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[id].behind {
		return false
	}
	delete(l.open, id)
	return true
}
