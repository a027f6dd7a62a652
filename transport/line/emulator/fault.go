package emulator

import (
	"net/http"
)

// Fault is a way for one API call to fail. The zero value is no fault.
type Fault struct {
	// Status answers the call with this status and LINE's text for it, such as 429 or 500.
	Status int
	// Message replaces LINE's text, for instance to tell the kinds of 429 apart.
	Message string
	// Hang gives no answer: the call is held until the caller gives up or the platform is closed.
	Hang bool
	// Cut breaks the connection without an answer.
	Cut bool
	// After carries the call out first, so that only its answer is lost. Without it, the call
	// changes nothing.
	After bool
}

func (f Fault) none() bool { return f.Status == 0 && !f.Hang && !f.Cut }

// FailNext makes the next n API calls fail in this way. Calls of FailNext queue up, and come before
// Options.Fault.
func (p *Platform) FailNext(n int, f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for range n {
		p.faults = append(p.faults, f)
	}
}

func (p *Platform) nextFault(r *http.Request) Fault {
	p.mu.Lock()
	if len(p.faults) > 0 {
		f := p.faults[0]
		p.faults = p.faults[1:]
		p.mu.Unlock()
		return f
	}
	p.mu.Unlock()
	if p.opt.Fault == nil {
		return Fault{}
	}
	return p.opt.Fault(r)
}

// fail answers a call with the fault, or does not answer.
func (p *Platform) fail(w http.ResponseWriter, r *http.Request, f Fault) {
	switch {
	case f.Hang:
		select {
		case <-r.Context().Done():
		case <-p.life.Done():
		}
		panic(http.ErrAbortHandler)
	case f.Cut:
		panic(http.ErrAbortHandler)
	case f.Message != "":
		refuse(f.Status, f.Message).write(w)
	default:
		refuse(f.Status, statusMessage(f.Status)).write(w)
	}
}

// statusMessage is what LINE says with a status that is not about the body of the call.
func statusMessage(status int) string {
	switch status {
	case http.StatusTooManyRequests:
		return "The API rate limit has been exceeded. Try again later."
	case http.StatusInternalServerError:
		return "Internal server error"
	default:
		return http.StatusText(status)
	}
}
