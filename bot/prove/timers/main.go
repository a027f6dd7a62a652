package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

func main() {
	run := bench
	if os.Getenv(envWorker) != "" {
		run = work
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "timers:", err)
		os.Exit(1)
	}
}

// contender is a row of the table.
type contender struct {
	name    string
	kind    string // of its workers
	bin     string // which program they are
	workers int
	runs    []outcome
}

// outcome is what one run of a contender came to, for each timer: the time, and the CPU of Redis and of the workers.
type outcome struct {
	wall, redis, own time.Duration
	late             time.Duration // of the last one, where they are due at a moment to come
}

type settings struct {
	n, rounds int
	late      bool          // the timers are due at a moment to come
	slow      time.Duration // how long the action of a timer waits for something
	base      string
	run       string
	limit     time.Duration
}

func bench() error {
	var s settings
	var late, slow int
	flag.IntVar(&s.n, "n", 20_000, "so many timers are due at once")
	flag.IntVar(&s.rounds, "rounds", 3, "so many rounds")
	flag.IntVar(&slow, "slow", 4000, "then so many whose action waits for 50 ms; 0 for no such rounds")
	flag.IntVar(&late, "late", 1000, "then so many are due at a moment to come; 0 for no such rounds")
	flag.StringVar(&s.base, "base", "", "this program, built from another commit: its bots are contenders too")
	flag.StringVar(&s.run, "run", "", "run the contenders whose name begins with one of these, separated by commas")
	flag.DurationVar(&s.limit, "limit", 2*time.Minute, "how long one run may take")
	flag.Parse()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for _, part := range []settings{{n: s.n}, {n: slow, slow: 50 * time.Millisecond}, {n: late, late: true}} {
		s.n, s.slow, s.late = part.n, part.slow, part.late
		if s.n == 0 {
			continue
		}
		if err := s.measure(contenders(self, &s)); err != nil {
			return err
		}
	}
	return nil
}

func contenders(self string, s *settings) []*contender {
	all := []*contender{
		{name: "kaiwa, 1 process", kind: kindKaiwa, bin: self, workers: 1},
		{name: "kaiwa, 2 processes", kind: kindKaiwa, bin: self, workers: 2},
		{name: "asynq, 1 process", kind: kindAsynq, bin: self, workers: 1},
		{name: "asynq+state, 1 process", kind: kindAsynqState, bin: self, workers: 1},
		{name: "asynq+state, 2 processes", kind: kindAsynqState, bin: self, workers: 2},
	}
	if s.base != "" {
		all = append(all,
			&contender{name: "base, 1 process", kind: kindKaiwa, bin: s.base, workers: 1},
			&contender{name: "base, 2 processes", kind: kindKaiwa, bin: s.base, workers: 2})
	}
	return slices.DeleteFunc(all, func(c *contender) bool {
		begins := func(name string) bool { return strings.HasPrefix(c.name, name) }
		return s.run != "" && !slices.ContainsFunc(strings.Split(s.run, ","), begins)
	})
}

// measure runs the rounds and prints the table.
func (s *settings) measure(all []*contender) error {
	dir, err := os.MkdirTemp("", "timers")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	files := map[string]string{} // what is stored for each kind of worker
	for round := range s.rounds {
		for i := range all {
			c := all[(i+round)%len(all)] // another one begins each round
			if !s.late && files[c.kind] == "" {
				if files[c.kind], err = store(dir, c.kind, s.n); err != nil {
					return err
				}
			}
			o, err := s.once(dir, files[c.kind], c)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			c.runs = append(c.runs, o)
			fmt.Fprintf(os.Stderr, "round %d: %s: %v\n", round+1, c.name, o)
		}
	}
	s.print(all)
	return nil
}

// store makes n timers that are overdue, and returns the file of a Redis that has them.
func store(dir, kind string, n int) (string, error) {
	r, err := startRedis(dir, "")
	if err != nil {
		return "", err
	}
	defer r.kill()
	if err := fill(kind, r.addr, n, time.Now().Add(-time.Second)); err != nil {
		return "", err
	}
	return r.save()
}

// once runs a contender once.
func (s *settings) once(dir, file string, c *contender) (o outcome, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), s.limit)
	defer cancel()
	r, err := startRedis(dir, file)
	if err != nil {
		return o, err
	}
	defer r.kill()
	due := time.Now().Truncate(time.Second).Add(3 * time.Second) // asynq counts in seconds
	if s.late {
		if err := fill(c.kind, r.addr, s.n, due); err != nil {
			return o, err
		}
		if time.Until(due) < 500*time.Millisecond {
			return o, errors.New("too many timers for -late")
		}
	}
	crew, err := hire(ctx, c, r.addr, s.slow)
	defer func() { err = errors.Join(err, dismiss(crew)) }()
	if err != nil {
		return o, err
	}
	before, began := r.cpu(), time.Now()
	own := make([]time.Duration, len(crew))
	for i, w := range crew {
		own[i] = w.cpu()
	}
	for _, w := range crew {
		w.begin()
	}
	last, err := await(ctx, crew, s.n)
	if err != nil {
		return o, err
	}
	n := time.Duration(s.n)
	o.wall, o.redis, o.late = last.Sub(began)/n, (r.cpu()-before)/n, last.Sub(due)
	for i, w := range crew {
		o.own += (w.cpu() - own[i]) / n
	}
	return o, nil
}

// print prints the medians of the contenders, and of their ratios to the first.
func (s *settings) print(all []*contender) {
	fmt.Printf("\n%d timers due at once, each waits for %v, %d rounds\n", s.n, s.slow, s.rounds)
	if s.late {
		fmt.Printf("%-26s %12s %12s %12s\n", "how late is the last, ms", "median", "best", "worst")
		for _, c := range all {
			late := sorted(c.runs, func(o outcome) float64 { return ms(o.late) })
			fmt.Printf("%-26s %12.0f %12.0f %12.0f\n", c.name, median(late), late[0], late[len(late)-1])
		}
		return
	}
	fmt.Printf("%-26s %8s %10s %10s   %s\n", "", "us/timer", "Redis CPU", "own CPU", "time against each of the others, median of ratios")
	for _, c := range all {
		us := func(f func(o outcome) time.Duration) float64 {
			return median(sorted(c.runs, func(o outcome) float64 { return ms(f(o)) * 1000 }))
		}
		fmt.Printf("%-26s %8.1f %10.1f %10.1f  ", c.name,
			us(func(o outcome) time.Duration { return o.wall }),
			us(func(o outcome) time.Duration { return o.redis }),
			us(func(o outcome) time.Duration { return o.own }))
		for _, other := range all {
			var ratios []float64
			for i := range c.runs {
				ratios = append(ratios, float64(c.runs[i].wall)/float64(other.runs[i].wall))
			}
			slices.Sort(ratios)
			fmt.Printf(" %6.2f", median(ratios))
		}
		fmt.Println()
	}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func sorted[T any, V cmp.Ordered](list []T, f func(T) V) []V {
	var values []V
	for _, x := range list {
		values = append(values, f(x))
	}
	slices.Sort(values)
	return values
}

func median(sorted []float64) float64 {
	return (sorted[len(sorted)/2] + sorted[(len(sorted)-1)/2]) / 2
}
