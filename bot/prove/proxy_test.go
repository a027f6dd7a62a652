package main

import (
	"bufio"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// echo answers each line with itself, and counts them.
func echo(t *testing.T) (addr string, lines chan string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = ln.Close() })
	lines = make(chan string, 10)
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for r := bufio.NewReader(c); ; {
					line, err := r.ReadString('\n')
					if err != nil {
						return
					}
					lines <- line
					fmt.Fprint(c, line)
				}
			}()
		}
	}()
	return ln.Addr().String(), lines
}

// ask sends a line and returns the answer.
func ask(t *testing.T, addr string, limit time.Duration) (string, error) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return "", err
	}
	t.Cleanup(func() { _ = c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(limit)))
	if _, err := fmt.Fprintln(c, "hello"); err != nil {
		return "", err
	}
	return bufio.NewReader(c).ReadString('\n')
}

func TestProxy(t *testing.T) {
	t.Parallel()
	target, lines := echo(t)
	p, err := startProxy(target, 1)
	require.NoError(t, err)
	t.Cleanup(p.close)

	got, err := ask(t, p.addr(), 5*time.Second)
	require.NoError(t, err)
	require.Equal(t, "hello\n", got)
	<-lines

	p.set(trouble{delay: 100 * time.Millisecond})
	start := time.Now()
	_, err = ask(t, p.addr(), 5*time.Second)
	require.NoError(t, err)
	require.GreaterOrEqual(t, time.Since(start), 100*time.Millisecond)
	<-lines

	p.set(trouble{hole: true})
	_, err = ask(t, p.addr(), 100*time.Millisecond)
	require.ErrorIs(t, err, errTimeout(err), "nothing comes through a black hole")

	p.set(trouble{cut: true})
	_, err = ask(t, p.addr(), 5*time.Second)
	require.Error(t, err)
}

// errTimeout returns err if it is a time-out.
func errTimeout(err error) error {
	if e, ok := err.(net.Error); ok && e.Timeout() {
		return err
	}
	return net.ErrClosed
}

// Most of the answers that are lost belong to requests that were carried out.
func TestProxyLosesAnswers(t *testing.T) {
	t.Parallel()
	target, lines := echo(t)
	p, err := startProxy(target, 1)
	require.NoError(t, err)
	t.Cleanup(p.close)
	p.set(trouble{lose: 1})
	for range 8 {
		_, err := ask(t, p.addr(), 5*time.Second)
		require.Error(t, err)
	}
	require.Equal(t, 8, p.losses())
	require.NotEmpty(t, lines)
}
