package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// fleet is the bots of a row: processes that are started again when they end.
type fleet struct {
	bin programs
	cfg botConfig
	dir string // their logs

	mu      sync.Mutex // guards the rest
	procs   []*process
	down    bool // nothing is started
	deaths  int
	starts  int
	unready int         // starts that failed
	faults  []string    // ends that nobody asked for
	ends    []time.Time // deaths, and ends that left no process
	wg      sync.WaitGroup

	freezer freezer
}

// process is one bot.
type process struct {
	id     int
	serves []string // the accounts
	cmd    *exec.Cmd
	stdin  *os.File // closed, it ends the process
	addr   string   // kept over restarts
	crash  string   // KAIWA_CRASH
	build  int      // botConfig.Build
	ready  bool
	frozen bool // by SIGSTOP
	asked  bool // its end was asked for
}

func startFleet(
	ctx context.Context, bin programs, dir string, cfg botConfig, serve func(n int) []string, n int, crash string,
) (*fleet, error) {
	f := &fleet{bin: bin, cfg: cfg, dir: dir}
	for i := range n {
		p := &process{id: i, serves: serve(i), addr: "127.0.0.1:0", crash: crash}
		f.procs = append(f.procs, p)
		f.wg.Go(func() { f.keep(ctx, p) })
	}
	return f, await(ctx, 20*time.Second, func() bool { return f.alive() == n })
}

// keep runs a process and starts it again, until the fleet is closed.
func (f *fleet) keep(ctx context.Context, p *process) {
	for ctx.Err() == nil {
		f.mu.Lock()
		down := f.down
		f.mu.Unlock()
		if !down {
			if ok := f.once(p); ok {
				continue
			}
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// once runs a process to its end, and says whether it came to be ready.
func (f *fleet) once(p *process) bool {
	err := f.spawn(p)
	if err != nil {
		f.fault(fmt.Sprintf("start: %v", err))
		return false
	}
	err = p.cmd.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	ready, asked := p.ready, p.asked
	p.ready, p.frozen, p.asked = false, false, false
	_ = p.stdin.Close()
	switch {
	case p.cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL:
		f.deaths++
		f.ends = append(f.ends, time.Now())
		if !repeats(p.crash) {
			p.crash = ""
		}
	case !ready:
		f.unready++
	case err != nil || !asked:
		f.faults = append(f.faults, fmt.Sprintf("process %d ended by itself: %v", p.id, err))
	case !slices.ContainsFunc(f.procs, func(p *process) bool { return p.ready }):
		f.ends = append(f.ends, time.Now())
	}
	return ready
}

// repeats says whether a crash point strikes more than once.
func repeats(crash string) bool { return strings.Contains(crash, "/") }

// armed is the crash point of a process that starts. As it is shut down once, hits of that point
// are counted over the fleet. It is called with mu held.
func (f *fleet) armed(p *process) string {
	f.starts++
	point, hit, _ := strings.Cut(p.crash, "=")
	n, _ := strconv.Atoi(strings.TrimPrefix(hit, "/"))
	switch {
	case point != "in-shutdown" || n <= 1:
		return p.crash
	case f.starts == n || repeats(p.crash) && f.starts%n == 0:
		return point + "=1"
	default:
		return ""
	}
}

// deploy ends the nth process in an orderly way and starts it again with another build.
func (f *fleet) deploy(ctx context.Context, n, build int) error {
	f.mu.Lock()
	p := f.procs[n]
	p.build = build
	f.mu.Unlock()
	if !f.signal(n, syscall.SIGTERM) {
		return nil // it is starting
	}
	return await(ctx, 20*time.Second, func() bool {
		time.Sleep(20 * time.Millisecond)
		f.mu.Lock()
		defer f.mu.Unlock()
		return p.ready && !p.asked
	})
}

func (f *fleet) spawn(p *process) error {
	f.mu.Lock()
	cfg := f.cfg
	cfg.Listen, cfg.Accounts, cfg.Build = p.addr, p.serves, p.build
	crash := f.armed(p)
	f.mu.Unlock()
	if p.id == 0 && cfg.Redis.First != "" {
		cfg.Redis.Addrs = []string{cfg.Redis.First}
	}
	told, err := json.Marshal(&cfg)
	if err != nil {
		return err
	}
	name := filepath.Join(f.dir, fmt.Sprintf("bot%d.log", p.id))
	log, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	stdin, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer stdin.Close()
	bin, skew := f.bin.bot, time.Duration(0)
	if p.id == 0 && cfg.Skew != 0 {
		bin, skew = f.bin.skewed, cfg.Skew
	}
	cmd := exec.Command(bin)
	cmd.Env = append(os.Environ(), envBot+"="+string(told), "KAIWA_CRASH="+crash,
		fmt.Sprintf("%s=%.0f", envSkew, skew.Seconds()))
	cmd.Stdin, cmd.Stderr = stdin, log
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		_ = write.Close()
		return err
	}
	f.mu.Lock()
	p.cmd, p.stdin = cmd, write
	f.mu.Unlock()
	addr := ""
	if _, err := fmt.Fscanf(out, "ready %s\n", &addr); err == nil {
		f.mu.Lock()
		p.addr, p.ready = addr, true
		f.mu.Unlock()
	}
	return nil
}

func (f *fleet) fault(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = append(f.faults, text)
}

// alive is how many processes are ready, frozen ones included.
func (f *fleet) alive() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, p := range f.procs {
		if p.ready {
			n++
		}
	}
	return n
}

// died is how many processes were killed.
func (f *fleet) died() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.deaths
}

// serving is how many processes are ready and not to end.
func (f *fleet) serving() (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.procs {
		if p.ready && !p.asked {
			n++
		}
	}
	return n
}

// pick returns the address of a bot that is ready and serves the account. Like a load balancer it waits for a moment if
// there is none; then it returns "".
func (f *fleet) pick(ctx context.Context, account string, n int) (addr string) {
	_ = await(ctx, time.Second, func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		var ready []string
		for _, p := range f.procs {
			if p.ready && !p.asked && slices.Contains(p.serves, account) {
				ready = append(ready, p.addr)
			}
		}
		if len(ready) > 0 {
			addr = ready[n%len(ready)]
		}
		return addr != ""
	})
	return addr
}

// addrs are the addresses of all processes, whatever they do. They stay the same over restarts.
func (f *fleet) addrs() (all []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.procs {
		all = append(all, p.addr)
	}
	return all
}

// ready returns what a process says of its readiness; empty if it does not answer.
func (s *stage) ready(addr string) string {
	client := &http.Client{Timeout: webhookTimeout}
	res, err := client.Get("http://" + addr + "/readyz")
	if err != nil {
		return ""
	}
	defer res.Body.Close()
	said, _ := io.ReadAll(res.Body)
	return strings.TrimSpace(string(said))
}
