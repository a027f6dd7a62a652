package main

import (
	"net/http"
	"time"
)

// apiFault is how one call of LINE's API fails.
type apiFault struct {
	before, after bool // before the call is accepted, or after
	status        int
	text, wait    string        // of a 429
	hang, garbage bool          // otherwise the connection is reset
	slow          time.Duration // how long a call takes, which does not fail
	pushOnly      bool          // replies are well
}

// apiFaults are drawn from with equal chances.
var apiFaults = [...]apiFault{
	{before: true, status: 500}, {before: true, status: 502}, {before: true}, {before: true, hang: true},
	{before: true, status: 429, text: "The API rate limit has been exceeded. Try again later."},
	{before: true, status: 429, text: "The API rate limit has been exceeded. Try again later.", wait: "1"},
	{before: true, status: 429, text: "The API rate limit has been exceeded. Try again later.", wait: "soon"},
	{after: true, status: 500}, {after: true, status: 503}, {after: true}, {after: true, hang: true},
	{after: true, garbage: true, status: 200},
}

func (p *platform) draw(push bool) apiFault {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := apiFault{}
	switch {
	case p.always != (apiFault{}) && (push || !p.always.pushOnly):
		f = p.always
	case p.faults > 0 && p.rng.Float64() < p.faults:
		f = apiFaults[p.rng.IntN(len(apiFaults))]
	default:
		return f
	}
	p.calls.faults++
	return f
}

// act lets the call fail. It returns true where the call goes on.
func (f *apiFault) act(w http.ResponseWriter, r *http.Request) bool {
	switch {
	case f.slow > 0:
		time.Sleep(f.slow)
		return true
	case f.hang:
		select {
		case <-r.Context().Done():
		case <-time.After(5 * time.Second):
		}
		panic(http.ErrAbortHandler)
	case f.garbage:
		w.WriteHeader(f.status)
		_, _ = w.Write([]byte("<html>"))
	case f.status > 0:
		if f.wait != "" {
			w.Header().Set("Retry-After", f.wait)
		}
		respond(w, f.status, f.text)
	default:
		panic(http.ErrAbortHandler)
	}
	return false
}
