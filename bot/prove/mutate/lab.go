package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// verdict is what became of a guard.
type verdict string

const (
	killed   verdict = "killed"
	survived verdict = "SURVIVED"
	broken   verdict = "BROKEN"
)

// outcome is what taking a guard out came to.
type outcome struct {
	guard   guard
	verdict verdict
	why     string // of a guard that is not killed
	took    time.Duration
}

// lab runs tests of the module at root.
type lab struct{ root string }

// testTimeout ends a test that hangs without its guard. Those of the list take seconds.
const testTimeout = "90s"

// all takes the guards out, several at once, and yields what became of each as it is known.
func (l *lab) all(ctx context.Context, chosen []guard, jobs int) iter.Seq[outcome] {
	return func(yield func(outcome) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		work, done := make(chan guard), make(chan outcome)
		var workers sync.WaitGroup
		for range max(jobs, 1) {
			workers.Go(func() {
				for g := range work {
					done <- l.one(ctx, &g)
				}
			})
		}
		go func() {
			defer close(work)
			for _, g := range chosen {
				select {
				case work <- g:
				case <-ctx.Done():
					return
				}
			}
		}()
		go func() { workers.Wait(); close(done) }()
		more := true
		for o := range done {
			if more = more && yield(o); !more {
				cancel() // and let the workers end
			}
		}
	}
}

// one takes one guard out and runs its test.
func (l *lab) one(ctx context.Context, g *guard) outcome {
	began := time.Now()
	o := outcome{guard: *g, verdict: broken}
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		o.why = err.Error()
		return o
	}
	defer func() { _ = os.RemoveAll(dir) }()
	overlay, err := l.overlay(dir, g)
	if err != nil {
		o.why = err.Error()
		return o
	}
	out, err := l.test(ctx, g.pkg(), pattern(g.testName()), "-overlay", overlay)
	o.verdict, o.why = judge(g, out, err)
	o.took = time.Since(began)
	return o
}

// overlay writes the file without the guard, and what -overlay takes.
func (l *lab) overlay(dir string, g *guard) (string, error) {
	p, err := g.find(l.root)
	if err != nil {
		return "", err
	}
	other := filepath.Join(dir, filepath.Base(p.file))
	if err := os.WriteFile(other, []byte(p.without(g)), 0o600); err != nil {
		return "", err
	}
	list, err := json.Marshal(map[string]map[string]string{"Replace": {p.file: other}})
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "overlay.json")
	return name, os.WriteFile(name, list, 0o600)
}

// rowsPkg is the package of the rows: it is in a module of its own, and each row is a test that takes long.
const rowsPkg = "./bot/prove"

// test runs tests of a package and returns what they printed.
func (l *lab) test(ctx context.Context, pkg, run string, more ...string) (string, error) {
	args := append([]string{"test", "-v", "-vet=off", "-ldflags=-s -w", "-count=1", "-timeout", testTimeout, "-run", run}, more...)
	cmd := exec.CommandContext(ctx, "go", append(args, pkg)...)
	cmd.Dir = l.root
	if pkg == rowsPkg {
		cmd.Dir, cmd.Args[len(cmd.Args)-1] = filepath.Join(l.root, pkg), "."
		cmd.Env = append(os.Environ(), "KAIWA_PROVE_ROWS=1")
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

// judge reads what the test of a guard that is gone printed.
func judge(g *guard, out string, err error) (verdict, string) {
	name := g.testName()
	var exit *exec.ExitError
	switch {
	case err != nil && !errors.As(err, &exit):
		return broken, err.Error()
	case !strings.Contains(out, "=== RUN   "+name+"\n"):
		return broken, "the test did not run:\n" + tail(out)
	case strings.Contains(out, "--- SKIP: "+name+" "):
		return broken, "the test was skipped"
	case err == nil:
		return survived, ""
	case strings.Contains(out, "--- FAIL: "+name+" "), strings.Contains(out, "panic: "), strings.Contains(out, "fatal error: "):
		return killed, ""
	default:
		return broken, tail(out)
	}
}

// passes runs the tests on the code as it is: a test that fails anyhow proves nothing.
func (l *lab) passes(ctx context.Context, chosen []guard) error {
	tests := map[string][]string{}
	for _, g := range chosen {
		if g.pkg() == rowsPkg {
			continue // alone, below
		}
		top, _, _ := strings.Cut(g.testName(), "/")
		tests[g.pkg()] = append(tests[g.pkg()], "^"+top+"$")
	}
	for _, g := range chosen {
		if g.pkg() != rowsPkg {
			continue
		}
		if out, err := l.test(ctx, g.pkg(), pattern(g.testName())); err != nil || !strings.Contains(out, "--- PASS: "+g.testName()+" ") {
			return fmt.Errorf("%s did not pass: %v\n%s", g.test, err, tail(out))
		}
	}
	for pkg, names := range tests {
		slices.Sort(names)
		out, err := l.test(ctx, pkg, strings.Join(slices.Compact(names), "|"))
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", pkg, err, tail(out))
		}
		for _, g := range chosen {
			if g.pkg() == pkg && !strings.Contains(out, "--- PASS: "+g.testName()+" ") {
				return fmt.Errorf("%s did not pass: there is no such test, or it was skipped", g.test)
			}
		}
	}
	return nil
}

// tail is the end of what a test printed.
func tail(out string) string {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}
