package memstore

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestQueue sets due times at random and compares with a sorted list.
func TestQueue(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var q queue
	all := make([]*entry, 60)
	for i := range all {
		all[i] = &entry{id: name(i), queued: -1}
	}
	for range 3000 {
		e := all[r.IntN(len(all))]
		due := 1 + r.Int64N(100)
		if r.IntN(4) == 0 {
			due = never
		}
		q.set(e, due)
		require.Equal(t, due, e.due)

		now, limit := r.Int64N(110), r.IntN(70)
		var want []int64
		for _, e := range all {
			if e.queued >= 0 {
				require.Equal(t, slot{e.due, e}, q[e.queued])
				want = append(want, e.due)
			}
		}
		require.Len(t, q, len(want))
		slices.Sort(want)
		n := 0
		for n < min(limit, len(want)) && want[n] <= now {
			n++
		}
		after := int64(never)
		if n < len(want) {
			after = want[n]
		}
		found, next := q.first(nil, limit, now)
		require.Equal(t, after, next)
		got := []int64{}
		for _, f := range found {
			got = append(got, f.due)
		}
		require.Equal(t, append([]int64{}, want[:n]...), got)
	}
}
