package redistest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kaiwa-go/kaiwa/flowtest/needs"
)

// Options are the settings of a Server. Nil and the zero value mean the defaults.
type Options struct {
	// Args are more arguments of redis-server, such as "--maxmemory", "10mb".
	Args []string
	// AOF keeps an append-only file that is synced at every write, so that what was
	// acknowledged survives Kill. The default is to keep nothing.
	AOF bool
}

// Server is a running redis-server. Its methods are for the goroutine of the test.
type Server struct {
	t    testing.TB
	bin  string
	dir  string
	port int
	args []string
	cmd  *exec.Cmd
	gone chan struct{} // closed when the process has ended
}

// StartServer starts a server and waits until it answers. It is killed when the test ends.
func StartServer(t testing.TB, o *Options) *Server {
	t.Helper()
	var opt Options
	if o != nil {
		opt = *o
	}
	s := prepare(t)
	s.args = []string{
		"--port", strconv.Itoa(s.port), "--bind", "127.0.0.1", "--dir", s.dir, "--save", "",
		"--logfile", filepath.Join(s.dir, "log"),
		// A replica is in step at once. By default it waits for others for 5 s, and, as its master sends
		// no file, gets the first write up to a second later.
		"--repl-diskless-sync", "no", "--rdb-del-sync-files", "yes",
	}
	if opt.AOF {
		s.args = append(s.args, "--appendonly", "yes", "--appendfsync", "always")
	}
	s.args = append(s.args, opt.Args...)
	s.start()
	return s
}

// prepare returns a server with a port and a folder that does not run yet. The caller sets args and
// calls start.
func prepare(t testing.TB) *Server {
	t.Helper()
	bin := needs.Program(t, "redis-server", "apt-get install redis-server, or set REDIS_ADDR")
	s := &Server{t: t, bin: bin, dir: t.TempDir(), port: freePort(t)}
	t.Cleanup(s.Kill) // after TempDir, and so before it is removed
	return s
}

// Addr returns the server's address.
func (s *Server) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// Client returns a new client of the server, which is closed when the test ends.
func (s *Server) Client() *redis.Client { return newClient(s.t, s.Addr()) }

// Kill ends the process at once, as a crash would, and waits until it is gone. It does nothing
// if the server does not run.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill() // it may have ended by itself
	<-s.gone
	s.cmd = nil
}

// Restart starts the server again, with the same address and files, and waits until it answers.
// One that still runs is killed first.
func (s *Server) Restart() {
	s.t.Helper()
	s.Kill()
	s.start()
}

// start starts the process and waits until it answers. It fails the test with the server's log if the
// process ends instead, as it does if another process took the port meanwhile.
func (s *Server) start() {
	s.t.Helper()
	cmd, gone := exec.Command(s.bin, s.args...), make(chan struct{})
	if err := cmd.Start(); err != nil {
		s.t.Fatalf("redistest: start redis-server: %v", err)
	}
	s.cmd, s.gone = cmd, gone
	go func() {
		_ = cmd.Wait() // a killed process is an error by definition
		close(gone)
	}()
	c := redis.NewClient(&redis.Options{Addr: s.Addr(), MaxRetries: -1})
	defer c.Close()
	await(s.t, "redis-server", func() bool {
		select {
		case <-gone:
			log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			s.t.Fatalf("redistest: redis-server ended:\n%s", log)
		default:
		}
		conn, err := net.Dial("tcp", s.Addr()) // go-redis would log each failure
		if err != nil {
			return false
		}
		_ = conn.Close()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		return c.Ping(ctx).Err() == nil
	})
}

// freePort returns a port of the loopback interface that was free a moment ago. It lies below
// those that systems give to outgoing connections, of which a busy test machine opens many.
func freePort(t testing.TB) int {
	t.Helper()
	for range 100 {
		l, err := net.Listen("tcp", fmt.Sprint("127.0.0.1:", 12_000+rand.IntN(20_000)))
		if err == nil {
			defer l.Close()
			return l.Addr().(*net.TCPAddr).Port
		}
	}
	t.Fatal("redistest: no port is free")
	return 0
}
