package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	ambiguous := tally{doubled: 5, ambiguous: 5, replies: 1}
	for _, tt := range []struct {
		name string
		row  trial
		r    result
		want []string
	}{
		{"fine", trial{redeliver: true}, result{}, nil},
		{"lost", trial{}, result{tally: tally{lost: 2}}, []string{"2 lost"}},
		{"lost by Redis", trial{allow: allowance{rollback: true}}, result{tally: tally{lost: 2}}, nil},
		{"run again by Redis", trial{allow: allowance{rollback: true}}, result{tally: tally{doubled: 2, rerun: 1}}, []string{"1 doubled"}},
		{"run again", trial{}, result{tally: tally{doubled: 1, rerun: 1}}, []string{"1 doubled"}},
		{"doubled by Redis", trial{allow: allowance{rollback: true}}, result{tally: tally{doubled: 1}}, []string{"1 doubled"}},
		{"ambiguous", trial{}, result{tally: ambiguous, counted: 1}, []string{"5 doubled"}},
		{"ambiguous and allowed", trial{allow: allowance{ambiguous: true}}, result{tally: ambiguous, counted: 1}, nil},
		{"ambiguous and not counted", trial{allow: allowance{ambiguous: true}}, result{tally: ambiguous}, []string{"5 doubled"}},
		{"never accepted", trial{redeliver: true}, result{tally: tally{absent: 1}}, []string{"1 never accepted"}},
		{"not sent again", trial{}, result{tally: tally{absent: 1}}, nil},
		{"slow", trial{repair: time.Second}, result{tally: tally{repaired: 2 * time.Second}}, []string{"answered after 2s, not 1s"}},
		{"slow while the machine was busy", trial{repair: time.Second}, result{delay: time.Second, tally: tally{repaired: 2 * time.Second}}, []string{"answered after 2s, not 1s; what was ready waited for the machine for up to 1s"}},
		{"slow in all", trial{whole: time.Second}, result{tally: tally{worst: 2 * time.Second}}, []string{"answered in all after 2s, not 1s"}},
		{"slow machine", trial{repair: time.Second}, result{slack: time.Second, tally: tally{repaired: 2 * time.Second}}, nil},
		{"slower than the machine", trial{repair: time.Second}, result{slack: 500 * time.Millisecond, tally: tally{repaired: 2 * time.Second}}, []string{"answered after 2s, not 1s"}},
		{"late on a slow machine", trial{}, result{slack: time.Second, posts: postCounts{late: 1, worst: 2 * time.Second}}, nil},
		{"later than the machine", trial{}, result{slack: time.Millisecond, posts: postCounts{late: 1, worst: 2 * time.Second}}, []string{"1 webhooks answered late"}},
		{"lost on a slow machine", trial{}, result{slack: time.Hour, tally: tally{lost: 1}}, []string{"1 lost"}},
		{"busy when idle", trial{}, result{idle: stats{Goroutines: maxGoroutines + 2, Where: []string{"9 a", "8 b"}}}, []string{"2 goroutines more than an idle bot has: 9 a, 8 b"}},
		{"lost and not forgotten", trial{allow: allowance{rollback: true}}, result{spans: 1, tally: tally{lost: 3, unexcused: 2}}, []string{"2 lost that Redis did not forget"}},
		{"shed", trial{}, result{shed: 1}, []string{"1 times events were left out"}},
		{"late", trial{}, result{posts: postCounts{late: 1}}, []string{"1 webhooks answered late"}},
		{"out", trial{outage: time.Second}, result{posts: postCounts{outage: 3 * time.Second}}, []string{"webhooks refused for 3s, not 1s"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.r.trial = &tt.row
			tt.r.judge()
			require.Equal(t, tt.want, tt.r.deviations)
		})
	}
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "table.md")
	row := &trial{name: "stop"}
	r := &result{trial: row, tally: tally{events: 7}, notes: []string{"one"}, deviations: []string{"1 lost"}}
	require.NoError(t, writeMarkdown(path, 3, []*result{r}))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(text), "Seed 3.")
	require.Contains(t, string(text), "| `stop` | 7 | 0 |")
	require.Contains(t, string(text), "one; **1 lost** |")
}

// Names of rows are unique, and a name selects its rows.
func TestRows(t *testing.T) {
	t.Parallel()
	for _, long := range []bool{false, true} {
		seen := map[string]bool{}
		for _, row := range scenarios(long) {
			require.False(t, seen[row.name], row.name)
			seen[row.name] = true
		}
	}
	require.Len(t, selectRows(scenarios(true), "crash/"), (len(points)+1)*3*2*2)
	require.Len(t, selectRows(scenarios(false), "stop,soak"), 2)
	waits := trial{beside: true}
	require.Equal(t, []int{1, 3, 0, 2}, waitingFirst([]trial{{}, waits, {}, waits}))
}
