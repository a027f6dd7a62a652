package main

import (
	"sync"
	"syscall"
)

// freezer plays a host that freezes a process whenever no request to it is under way, from the moment of the
// last response on. It does nothing until begin.
type freezer struct {
	mu     sync.Mutex
	fleet  *fleet
	open   map[string]int // how many requests are under way, by address
	frozen int            // how often a process was frozen
}

// begin freezes all processes: no request is under way yet.
func (f *freezer) begin(fl *fleet) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fleet, f.open = fl, map[string]int{}
	for i := range fl.procs {
		fl.signal(i, syscall.SIGSTOP)
	}
}

// end leaves all processes alone from now on. Whoever calls it wakes them.
func (f *freezer) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fleet = nil
}

// request wakes the process at the address for a request. Done says that there is a response.
func (f *freezer) request(addr string) (done func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fleet == nil {
		return func() {}
	}
	if f.open[addr]++; f.open[addr] == 1 {
		f.signal(addr, syscall.SIGCONT)
	}
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.open[addr]--; f.open[addr] == 0 && f.fleet != nil {
			f.signal(addr, syscall.SIGSTOP)
			f.frozen++
		}
	}
}

// signal is called with mu held.
func (f *freezer) signal(addr string, sig syscall.Signal) {
	for i, p := range f.fleet.procs {
		f.fleet.mu.Lock()
		here := p.addr == addr
		f.fleet.mu.Unlock()
		if here {
			f.fleet.signal(i, sig)
		}
	}
}
