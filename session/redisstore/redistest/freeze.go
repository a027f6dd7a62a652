//go:build unix

package redistest

import "syscall"

// Freeze stops the process where it is, as a host that hangs would: its connections stay, and
// nothing answers. Thaw lets it go on.
func (s *Server) Freeze() { s.signal(syscall.SIGSTOP) }

// Thaw lets a frozen server go on.
func (s *Server) Thaw() { s.signal(syscall.SIGCONT) }

// signal sends the process a signal. The server must run.
func (s *Server) signal(sig syscall.Signal) {
	s.t.Helper()
	must(s.t, s.cmd.Process.Signal(sig))
}
