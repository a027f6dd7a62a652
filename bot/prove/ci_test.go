package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// Each name of the pipeline's form is that of one row; and all crash rows of the short form are in it.
func TestRowsOfThePipeline(t *testing.T) {
	t.Parallel()
	crashes := selectRows(scenarios(false), "crash/")
	require.Len(t, crashes, len(points)+1, "each point, and any")
	rows := selectRows(scenarios(false), strings.Join(ciRows, ","))
	require.Len(t, rows, len(ciRows)-1+len(crashes))
}

// A goroutine that waits for nothing but the clock is not late in virtual time.
func TestLull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := startLull(t.Context())
		time.Sleep(time.Second)
		require.Zero(t, l.end())
		l.worst.Store(int64(10 * time.Millisecond))
		require.Equal(t, 10*time.Millisecond, l.end())
	})
}

// A soak holds the last third of its samples against the first.
func TestSteady(t *testing.T) {
	t.Parallel()
	at := func(goroutines int, mib uint64) stats { return stats{Goroutines: goroutines, HeapBytes: mib << 20} }
	for _, tt := range []struct {
		name string
		seen []stats
		want string
	}{
		{"flat", []stats{at(30, 8), at(60, 20), at(40, 9)}, ""},
		{"too few", []stats{at(30, 8)}, "only 1 samples"},
		{"goroutines", []stats{at(30, 8), at(40, 8), at(51, 8)}, "goroutines grow"},
		{"heap", []stats{at(30, 8), at(30, 8), at(30, 11)}, "the heap grows"},
		{"a heap of next to nothing", []stats{at(30, 1), at(30, 2), at(30, 4)}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &stage{}
			s.steady(tt.seen, 1)
			if tt.want == "" {
				require.Empty(t, s.wrong)
				return
			}
			require.Len(t, s.wrong, 1)
			require.Contains(t, s.wrong[0], tt.want)
		})
	}
}

func TestFate(t *testing.T) {
	t.Parallel()
	e := &event{first: time.UnixMilli(1000)}
	require.Equal(t, "never acknowledged", e.fate())
	e.accepted = time.UnixMilli(1200)
	require.Equal(t, "taken after 200ms", e.fate())
}

// Whoever repairs may end as well: then the time within which an event is answered begins anew.
func TestRepairedSinceTheLastEnd(t *testing.T) {
	t.Parallel()
	at := func(ms int64) time.Time { return time.UnixMilli(ms) }
	f := &fleet{ends: []time.Time{at(1000), at(3000), at(9000)}}
	for _, tt := range []struct {
		name            string
		first, answered int64
		want            time.Duration
	}{
		{"no end since", 4000, 5000, time.Second},
		{"an end since", 2500, 5000, 2 * time.Second},
		{"an end after it", 8000, 8500, 500 * time.Millisecond},
		{"several since", 500, 9500, 500 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := view{c: &tally{}, lastEnd: f.lastEnd}
			v.took(&event{user: userID(1, 1), seq: 3, first: at(tt.first), accepted: at(tt.first)}, at(tt.answered))
			require.Contains(t, v.c.slowest, "/3, taken after 0s")
			require.Equal(t, tt.want, v.c.repaired)
			require.Equal(t, at(tt.answered).Sub(at(tt.first)), v.c.worst)
		})
	}
}
