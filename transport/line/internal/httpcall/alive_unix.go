//go:build unix

package httpcall

import (
	"net"
	"syscall"
)

// alive reports whether an idle connection is still open and quiet. A server that closed it, or
// that says something unasked, makes the socket readable: a read that does not wait tells.
func alive(c net.Conn) bool {
	sc, ok := c.(syscall.Conn)
	if !ok {
		return true
	}
	rc, err := sc.SyscallConn()
	if err != nil {
		return false
	}
	quiet := false
	err = rc.Read(func(fd uintptr) bool {
		var b [1]byte
		_, err := syscall.Read(int(fd), b[:])
		quiet = err == syscall.EAGAIN || err == syscall.EWOULDBLOCK
		return true
	})
	return err == nil && quiet
}
