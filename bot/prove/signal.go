package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// signal sends a signal to the nth process, if it is ready. SIGTERM asks for an orderly end.
func (f *fleet) signal(n int, sig syscall.Signal) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.procs[n%len(f.procs)]
	if !p.ready || p.asked {
		return false
	}
	p.asked = sig == syscall.SIGTERM
	if sig == syscall.SIGSTOP || sig == syscall.SIGCONT {
		p.frozen = sig == syscall.SIGSTOP
	}
	return syscall.Kill(p.cmd.Process.Pid, sig) == nil
}

// setDown ends all processes at once and keeps them down, or lets them start.
func (f *fleet) setDown(down bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.down = down
	for _, p := range f.procs {
		if down && p.cmd != nil {
			_ = p.cmd.Process.Kill() // it may have ended
		}
	}
}

// disarm lets no process die at a crash point any more, from its next start on.
func (f *fleet) disarm() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.procs {
		p.crash = ""
	}
}

// finish ends all processes in an orderly way and says how many did not end within 15 s.
func (f *fleet) finish() (stuck int) {
	f.disarm()
	f.mu.Lock()
	f.down = true
	f.mu.Unlock()
	for i := range f.procs {
		f.signal(i, syscall.SIGTERM)
	}
	for limit := time.Now().Add(15 * time.Second); f.alive() > 0 && time.Now().Before(limit); {
		time.Sleep(20 * time.Millisecond)
	}
	stuck = f.alive()
	f.setDown(true)
	return stuck
}

// lastEnd is when a process ended last before a time; zero if none did.
func (f *fleet) lastEnd(before time.Time) (last time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, end := range f.ends { // in order
		if end.After(before) {
			break
		}
		last = end
	}
	return last
}

// stats asks the processes for their goroutines and heap, and returns the highest.
func (f *fleet) stats() (most stats) {
	f.mu.Lock()
	var addrs []string
	for _, p := range f.procs {
		if p.ready && !p.frozen {
			addrs = append(addrs, p.addr)
		}
	}
	f.mu.Unlock()
	client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for _, addr := range addrs {
		res, err := client.Get("http://" + addr + "/stats")
		if err != nil {
			continue
		}
		var s stats
		_ = json.NewDecoder(res.Body).Decode(&s)
		_ = res.Body.Close()
		if s.Goroutines > most.Goroutines {
			most.Goroutines, most.Where = s.Goroutines, s.Where
		}
		most.HeapBytes = max(most.HeapBytes, s.HeapBytes)
		most.Rollbacks += s.Rollbacks
	}
	return most
}

// logged counts lines of the processes' logs that contain the text.
func (f *fleet) logged(text string) (n int) {
	files, _ := filepath.Glob(filepath.Join(f.dir, "bot*.log"))
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(b)) {
			if strings.Contains(line, text) {
				n++
			}
		}
	}
	return n
}
