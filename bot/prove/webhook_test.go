package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// An outage lasts as long as webhooks are refused that follow each other closely, whatever else
// is accepted meanwhile, and in whatever order the answers come.
func TestStretch(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		at   []int64 // ms
		want time.Duration
	}{
		{"none", nil, 0},
		{"one", []int64{5000}, 0},
		{"a stretch", []int64{5000, 6000, 7000}, 2 * time.Second},
		{"not in order", []int64{7000, 5000, 6000}, 2 * time.Second},
		{"two, the first longer", []int64{1000, 2000, 3000, 6000, 7000}, 2 * time.Second},
		{"two, the second longer", []int64{1000, 4000, 5000}, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var refused []time.Time
			for _, ms := range tt.at {
				refused = append(refused, time.UnixMilli(ms))
			}
			require.Equal(t, tt.want, stretch(refused))
		})
	}
}

func TestPostCounts(t *testing.T) {
	t.Parallel()
	var c postCounts
	c.add(http.StatusOK, time.Millisecond)
	c.add(http.StatusServiceUnavailable, time.Second)
	c.add(0, webhookTimeout)
	c.add(http.StatusTeapot, time.Millisecond)
	require.Equal(t, postCounts{ok: 1, refused: 1, broken: 1, other: 1, late: 1, worst: time.Second}, c)
}
