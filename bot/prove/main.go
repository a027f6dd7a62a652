package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

func main() {
	if os.Getenv(envBot) != "" {
		if err := runBot(); err != nil {
			fmt.Fprintln(os.Stderr, "prove: bot:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(prove())
}

// settings are the flags.
type settings struct {
	run, markdown, bot string
	seed               uint64
	long, ci           bool
	list, race         bool
	scale              float64
	jobs               int
}

func prove() int {
	var s settings
	flag.StringVar(&s.run, "run", "", "run the rows whose name begins with one of these, separated by commas")
	flag.BoolVar(&s.long, "long", false, "run all rows, in full size")
	flag.BoolVar(&s.ci, "ci", false, "run a part of the short form; a slow machine widens the bars on time")
	flag.BoolVar(&s.list, "list", false, "list the rows and exit")
	flag.BoolVar(&s.race, "race", false, "build the bots with the race detector")
	flag.Uint64Var(&s.seed, "seed", 0, "seed of the schedule; 0 draws one")
	flag.Float64Var(&s.scale, "scale", 1, "multiply the events of each user by this")
	flag.IntVar(&s.jobs, "jobs", 6, "run so many of the rows that mostly wait at once, such as crash rows; the others run alone")
	flag.StringVar(&s.markdown, "markdown", "", "write the table to this file")
	flag.StringVar(&s.bot, "bot", "", "use this binary for the bots; the default is to build one")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "prove tries to break a bot, and says what it found.")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() > 0 {
		flag.Usage()
		return 2
	}
	if s.seed == 0 {
		s.seed = uint64(time.Now().UnixNano())%1_000_000 + 1
	}
	if s.ci && s.run == "" {
		s.run = strings.Join(ciRows, ",")
	}
	rows := selectRows(scenarios(s.long), s.run)
	if s.list || len(rows) == 0 {
		for _, t := range rows {
			fmt.Println(t.name)
		}
		return 0
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return proveAll(ctx, &s, rows)
}

// proveAll runs the rows and returns the exit status.
func proveAll(ctx context.Context, s *settings, rows []trial) int {
	redis.SetLogger(quiet{})
	bin, clean, err := botPrograms(s, rows)
	if err != nil {
		fmt.Fprintln(os.Stderr, "prove:", err)
		return 1
	}
	defer clean()
	fmt.Printf("seed %d, %d rows\n", s.seed, len(rows))
	results := runAll(ctx, bin, s, rows)
	if ctx.Err() != nil {
		fmt.Fprintln(os.Stderr, "prove: interrupted")
		return 1
	}
	failed := 0
	for _, r := range results {
		if len(r.deviations) > 0 {
			failed++
		}
	}
	fmt.Printf("%d rows, %d with deviations, seed %d\n", len(results), failed, s.seed)
	if s.markdown != "" {
		if err := writeMarkdown(s.markdown, s.seed, results); err != nil {
			fmt.Fprintln(os.Stderr, "prove:", err)
			return 1
		}
	}
	return min(failed, 1)
}

// runAll runs the rows and prints what becomes of each as it is known: first those that mostly wait, several at
// once, and then the others, one after the other.
func runAll(ctx context.Context, bin programs, s *settings, rows []trial) []*result {
	results := make([]*result, len(rows))
	free := make(chan struct{}, max(s.jobs, 1))
	var running sync.WaitGroup
	for _, i := range waitingFirst(rows) {
		t := &rows[i]
		if !t.mostlyWaits() {
			running.Wait()
		}
		free <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		running.Go(func() {
			defer func() { <-free }()
			t.scale(s.scale)
			results[i] = runTrial(ctx, bin, s.seed, t, s.ci)
			if ctx.Err() == nil {
				fmt.Println(results[i].line())
			}
		})
		if !t.mostlyWaits() {
			running.Wait()
		}
	}
	running.Wait()
	return results
}

// waitingFirst returns the places of the rows in the order in which they run.
func waitingFirst(rows []trial) []int {
	var order, alone []int
	for i := range rows {
		if rows[i].mostlyWaits() {
			order = append(order, i)
		} else {
			alone = append(alone, i)
		}
	}
	return append(order, alone...)
}

// quiet keeps what go-redis has to say of a Redis that goes away out of the table.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

func selectRows(rows []trial, names string) []trial {
	if names == "" {
		return rows
	}
	var chosen []trial
	for _, t := range rows {
		for name := range strings.SplitSeq(names, ",") {
			if strings.HasPrefix(t.name, name) {
				chosen = append(chosen, t)
				break
			}
		}
	}
	return chosen
}
