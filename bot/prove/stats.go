package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/bot"
)

// maxGoroutines is what an idle bot may have: it keeps 64 that ran a turn for the next ones, has
// about ten besides, and some for connections.
const maxGoroutines = 64 + 20

// mostIdle is what an idle bot of the row may have. Each user who was shown the loading animation may have
// left a connection that is kept for a while, and such a connection has two goroutines.
func (t *trial) mostIdle() int {
	if t.slow < time.Second {
		return maxGoroutines
	}
	return maxGoroutines + 2*t.users
}

// stats is what a process says of itself.
type stats struct {
	Goroutines int
	HeapBytes  uint64
	Rollbacks  int      // bot.Stats.Rollbacks; of all processes together
	Where      []string // what most of the goroutines do, if there are too many
}

func writeStats(counted func() bot.Stats) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		s := stats{Goroutines: runtime.NumGoroutine(), HeapBytes: m.HeapInuse, Rollbacks: int(counted().Rollbacks)}
		if s.Goroutines > maxGoroutines {
			var profile bytes.Buffer
			_ = pprof.Lookup("goroutine").WriteTo(&profile, 1)
			s.Where = outermost(profile.String())
		}
		_ = json.NewEncoder(w).Encode(s)
	}
}

// outermost counts the goroutines of a profile by the function that they began with, and returns
// the most frequent ones.
func outermost(profile string) (most []string) {
	count := map[string]int{}
	for entry := range strings.SplitSeq(profile, "\n\n") {
		n, began := 0, ""
		for line := range strings.Lines(entry) {
			if head, _, ok := strings.Cut(line, " @ "); ok {
				n, _ = strconv.Atoi(head)
			}
			if f := strings.Split(line, "\t"); len(f) > 2 && f[0] == "#" {
				began, _, _ = strings.Cut(f[2], "+")
			}
		}
		if began != "" {
			count[began] += n
		}
	}
	names := slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		return cmp.Or(count[b]-count[a], strings.Compare(a, b))
	})
	for _, name := range names[:min(len(names), 5)] {
		most = append(most, fmt.Sprintf("%d %s", count[name], name))
	}
	return most
}
