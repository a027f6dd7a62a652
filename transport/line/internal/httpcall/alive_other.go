//go:build !unix

package httpcall

import "net"

// alive would report whether an idle connection is still open. Where there is no cheap way to
// know, a request on a dead connection fails and is left to the caller to repeat.
func alive(net.Conn) bool { return true }
