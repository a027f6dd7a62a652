package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A process is shut down once, so that the hits of this point are counted over the fleet; those
// of all others are counted in the process.
func TestArmed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, crash, want string
		at                []int // of six starts, those that are armed
	}{
		{"none", "", "", nil},
		{"another point", "after-commit=/2", "after-commit=/2", []int{1, 2, 3, 4, 5, 6}},
		{"first shutdown", "in-shutdown=1", "in-shutdown=1", []int{1, 2, 3, 4, 5, 6}},
		{"third shutdown", "in-shutdown=3", "in-shutdown=1", []int{3}},
		{"each second shutdown", "in-shutdown=/2", "in-shutdown=1", []int{2, 4, 6}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, p := &fleet{}, &process{crash: tt.crash}
			var at []int
			for i := range 6 {
				if got := f.armed(p); got != "" {
					require.Equal(t, tt.want, got)
					at = append(at, i+1)
				}
			}
			require.Equal(t, tt.at, at)
		})
	}
}

// Whoever is to end does not serve any more, and a deployment goes on when its successor does.
func TestServing(t *testing.T) {
	t.Parallel()
	f := &fleet{procs: []*process{{ready: true}, {ready: true, asked: true}, {}, {ready: true, frozen: true}}}
	require.Equal(t, 2, f.serving())
	require.Equal(t, 3, f.alive())
}
