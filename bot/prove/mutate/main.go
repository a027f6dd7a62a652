package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(mutate(ctx))
}

func mutate(ctx context.Context) int {
	run := flag.String("run", "", "run the guards whose name matches this regular expression")
	list := flag.Bool("list", false, "print the guards as a table and exit")
	jobs := flag.Int("jobs", 2, "how many to run at once")
	flag.Parse()
	names, err := regexp.Compile(*run)
	if flag.NArg() > 0 || err != nil {
		flag.Usage()
		return 2
	}
	root, err := moduleRoot(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		return 1
	}
	if *list {
		fmt.Print(table(guards()))
		if err := check(root, guards()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return 0
	}
	var chosen []guard
	for _, g := range guards() {
		if names.MatchString(g.name) {
			chosen = append(chosen, g)
		}
	}
	return report(ctx, &lab{root: root}, chosen, *jobs)
}

// report runs the guards, prints what becomes of each and returns the exit status.
func report(ctx context.Context, l *lab, chosen []guard, jobs int) int {
	began := time.Now()
	if err := l.passes(ctx, chosen); err != nil {
		fmt.Fprintln(os.Stderr, "mutate: without a change:", err)
		return 1
	}
	count := map[verdict]int{}
	for o := range l.all(ctx, chosen, jobs) {
		count[o.verdict]++
		fmt.Printf("%-8s %-48s %s (%s)\n", o.verdict, o.guard.name, o.guard.test, o.took.Round(100*time.Millisecond))
		if o.why != "" {
			fmt.Println("        ", strings.ReplaceAll(strings.TrimSpace(o.why), "\n", "\n         "))
		}
	}
	fmt.Printf("%d guards, %d killed, %d survived, %d broken (%s)\n", len(chosen), count[killed],
		count[survived], count[broken], time.Since(began).Round(time.Second))
	if ctx.Err() != nil || count[killed] != len(chosen) {
		return 1
	}
	return 0
}

// moduleRoot is the directory of the library's module.
func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/kaiwa-go/kaiwa").Output()
	if err != nil {
		return "", fmt.Errorf("go list: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}
