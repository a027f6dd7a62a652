package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// server is a redis-server of one run.
type server struct {
	addr string
	dir  string
	cmd  *exec.Cmd
	c    *redis.Client
}

// startRedis starts a server that begins with what is in the file, or empty.
func startRedis(dir, file string) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{addr: l.Addr().String()}
	l.Close()
	if s.dir, err = os.MkdirTemp(dir, "redis"); err != nil {
		return nil, err
	}
	if file != "" {
		if err := os.Link(file, filepath.Join(s.dir, "dump.rdb")); err != nil {
			return nil, err
		}
	}
	_, port, _ := net.SplitHostPort(s.addr)
	s.cmd = exec.Command("redis-server", "--port", port, "--bind", "127.0.0.1", "--dir", s.dir, "--save", "")
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	s.c = redis.NewClient(&redis.Options{Addr: s.addr})
	for until := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		err := s.c.Ping(context.Background()).Err()
		if err == nil {
			return s, nil
		}
		if time.Now().After(until) {
			s.kill()
			return nil, fmt.Errorf("redis-server: %w", err)
		}
	}
}

// save returns the file of what the server has.
func (s *server) save() (string, error) {
	from := filepath.Join(s.dir, "dump.rdb")
	if err := s.c.Save(context.Background()).Err(); err != nil {
		return "", err
	}
	to := s.dir + ".rdb"
	return to, os.Rename(from, to)
}

func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	_ = s.c.Close()
	_ = os.RemoveAll(s.dir)
}

var usedCPU = regexp.MustCompile(`used_cpu_(?:user|sys)_main_thread:([0-9.]+)`)

// cpu returns how long the server's main thread has worked.
func (s *server) cpu() time.Duration {
	info := s.c.Info(context.Background(), "cpu").Val()
	var all float64
	for _, m := range usedCPU.FindAllStringSubmatch(info, -1) {
		x, _ := strconv.ParseFloat(m[1], 64)
		all += x
	}
	return time.Duration(all * float64(time.Second))
}
