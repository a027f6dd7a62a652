package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A soak runs at half of what the machine takes, for as long as it should, and not above its bound.
func TestHalve(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name         string
		most         float64
		rate, events int
	}{
		{"half", 500, 250, 150},
		{"bounded", 5000, 400, 240},
		{"a machine that stands still", 1, 1, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			row := trial{users: 100, rate: 400, lasts: time.Minute}
			row.halve(tt.most)
			require.Equal(t, tt.rate, row.rate)
			require.Equal(t, tt.events, row.events)
		})
	}
}

func TestScale(t *testing.T) {
	t.Parallel()
	row := trial{events: 10, lasts: time.Minute}
	row.scale(0.5)
	require.Equal(t, 5, row.events)
	require.Equal(t, 30*time.Second, row.lasts)
}
