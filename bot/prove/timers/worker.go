package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// A worker is this program with envWorker set to its kind and envAddr to the address of Redis. It says "ready",
// waits for a line, and works, with envSlow as long for each timer, until its input ends. Every 2 ms it writes how many timers it has worked off, and
// when the last one was.
const (
	envWorker = "TIMERS_WORKER"
	envAddr   = "TIMERS_REDIS"
	envSlow   = "TIMERS_SLOW"
)

// The kinds of workers.
const (
	kindKaiwa      = "kaiwa"
	kindAsynq      = "asynq"
	kindAsynqState = "asynq+state"
)

const concurrency = 256 // bot.Options.MaxTurns by default

// fill stores n timers that are due at that time.
func fill(kind, addr string, n int, due time.Time) error {
	if kind == kindKaiwa {
		return fillBot(addr, n, due)
	}
	return fillAsynq(addr, n, due)
}

// tally is what a worker has done.
type tally struct {
	slow time.Duration // how long the action of a timer waits
	n    atomic.Int64
	last atomic.Int64 // when, in ns
}

func (t *tally) add() {
	t.last.Store(time.Now().UnixNano())
	t.n.Add(1)
}

func work() error {
	var t tally
	t.slow, _ = time.ParseDuration(os.Getenv(envSlow))
	var begin func() (end func(), err error)
	var err error
	switch kind, addr := os.Getenv(envWorker), os.Getenv(envAddr); kind {
	case kindKaiwa:
		begin, err = newBot(addr, &t)
	default:
		begin, err = newAsynq(addr, kind == kindAsynqState, &t)
	}
	if err != nil {
		return err
	}
	fmt.Println("ready")
	in := bufio.NewReader(os.Stdin)
	if _, err := in.ReadString('\n'); err != nil {
		return err
	}
	end, err := begin()
	if err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, in)
		close(ended)
	}()
	for tick := time.Tick(2 * time.Millisecond); ; {
		select {
		case <-tick:
			fmt.Println(t.n.Load(), t.last.Load())
		case <-ended:
			end()
			return nil
		}
	}
}

// worker is a process that works, as its parent sees it.
type worker struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	out   *bufio.Reader
	tally
}

// hire starts the workers of a contender, and waits until all of them are ready.
func hire(ctx context.Context, c *contender, addr string, slow time.Duration) ([]*worker, error) {
	var crew []*worker
	for range c.workers {
		w := &worker{cmd: exec.CommandContext(ctx, c.bin)}
		w.cmd.Env = append(os.Environ(), envWorker+"="+c.kind, envAddr+"="+addr, envSlow+"="+slow.String())
		w.cmd.Stderr = os.Stderr
		w.stdin, _ = w.cmd.StdinPipe()
		out, err := w.cmd.StdoutPipe()
		if err != nil {
			return crew, err
		}
		w.out = bufio.NewReader(out)
		if err := w.cmd.Start(); err != nil {
			return crew, err
		}
		crew = append(crew, w)
		if _, err := w.out.ReadString('\n'); err != nil {
			return crew, fmt.Errorf("worker: %w", err)
		}
	}
	return crew, nil
}

// begin lets the worker begin, and follows what it does.
func (w *worker) begin() {
	fmt.Fprintln(w.stdin)
	go func() {
		for {
			var n, last int64
			if _, err := fmt.Fscanln(w.out, &n, &last); err != nil {
				return
			}
			w.last.Store(last)
			w.n.Store(n)
		}
	}()
}

// await waits until the workers have done n, and returns when the last one was.
func await(ctx context.Context, crew []*worker, n int) (time.Time, error) {
	for tick := time.Tick(2 * time.Millisecond); ; {
		var sum, last int64
		for _, w := range crew {
			sum, last = sum+w.n.Load(), max(last, w.last.Load())
		}
		switch {
		case sum > int64(n):
			return time.Time{}, errors.New("some timers were worked off twice")
		case sum == int64(n):
			return time.Unix(0, last), nil
		}
		select {
		case <-ctx.Done():
			return time.Time{}, fmt.Errorf("%d of %d timers were worked off in time", sum, n)
		case <-tick:
		}
	}
}

// cpu returns how long the process has worked so far, to 10 ms, as Linux tells it.
func (w *worker) cpu() time.Duration {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", w.cmd.Process.Pid))
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest) // the 14th and 15th of the line are its times in user and system mode
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// dismiss ends the workers.
func dismiss(crew []*worker) error {
	var all error
	for _, w := range crew {
		w.stdin.Close()
	}
	for _, w := range crew {
		all = errors.Join(all, w.cmd.Wait())
	}
	return all
}
