package flow

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A model of the history, a stack of plain snapshots, and the history side by side over random steps: data
// that grows, shrinks and changes in the middle; steps forth and back; changes that are no steps; moves of a
// timer. What the bound takes away is taken from the far end.
func TestHistoryIsAStackOfSnapshots(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 10))
		var tr trail
		var model []past
		now := []byte("{}")
		change := func() []byte {
			b := slices.Clone(now)
			for range r.IntN(3) {
				from := r.IntN(len(b) + 1)
				to := from + r.IntN(len(b)-from+1)
				b = slices.Concat(b[:from], bytes.Repeat([]byte{byte('a' + r.IntN(3))}, r.IntN(200)), b[to:])
			}
			return b
		}
		for step := range 60 {
			at := fmt.Sprintf("seed %d, step %d", seed, step)
			switch next := change(); r.IntN(8) {
			default:
				p := past{State("s" + string(rune('0'+r.IntN(4)))), waiting("c", "d")[:r.IntN(3)], nil, now}
				n := tr.push(p, next)
				require.LessOrEqual(t, n, len(model)+1, at)
				model = append(model, p)[n:]
				now = next
			case 0, 1:
				p, ok := tr.pop(now)
				require.Equal(t, len(model) > 0, ok, at)
				if ok {
					want := model[len(model)-1]
					model = model[:len(model)-1]
					require.Equal(t, want.state, p.state, at)
					require.Equal(t, string(want.data), string(p.data), at)
					require.Equal(t, append(waiting(), want.callers...), append(waiting(), p.callers...), at)
					now = p.data
				}
			case 2, 3:
				model = model[tr.rebase(now, next):]
				now = next
			case 4:
				tr.forget(now, next, func(p *past) bool { return p.state == "s1" })
				i := len(model) - 1
				for ; i >= 0 && model[i].state != "s1"; i-- {
				}
				model, now = model[:max(i, 0)], next
			}
			require.LessOrEqual(t, len(tr.history), maxHistory, at)
			var packed trail
			require.NoError(t, packed.unpack(tr.pack()))
			tr = packed
		}
	}
}

func TestTrailPacksAndUnpacks(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		tr := trail{tries: r.IntN(1 << (seed % 20))}
		for range r.IntN(maxCallers + 1) {
			tr.callers = append(tr.callers, caller{state: State(strings.Repeat("s", 1+r.IntN(64)))})
		}
		for range r.IntN(5) {
			tr.push(past{"s", tr.callers, nil, []byte(strings.Repeat("d", r.IntN(300)))}, []byte("d"))
		}
		var got trail
		require.NoError(t, got.unpack(tr.pack()))
		require.Equal(t, tr.tries, got.tries)
		require.Equal(t, tr.callers, got.callers)
		require.Equal(t, string(tr.history), string(got.history))
	}
	require.Nil(t, (&trail{}).pack(), "a conversation that uses none of this stores not one byte more")
}

// FuzzTrail reads anything as a trail. It never panics, and what was read is read again as the same.
func FuzzTrail(f *testing.F) {
	tr := trail{tries: 3, callers: waiting("summary", "deep")}
	tr.push(past{"a", waiting("summary"), nil, []byte(`{"day":"2026-12-05"}`)}, []byte(`{"day":"2026-12-05","party":4}`))
	f.Add(tr.pack(), []byte(`{"day":"2026-12-05","party":4}`))
	f.Add([]byte{0, 255, 255, 255, 255, 15, 1}, []byte{})
	f.Add([]byte{0, 0, 1, 's', 0, 255, 255, 255, 255, 7, 255, 255, 255, 255, 7, 0}, []byte("x"))
	f.Fuzz(func(t *testing.T, b, now []byte) {
		var tr, again trail
		if err := tr.unpack(b); err != nil {
			require.ErrorIs(t, err, errBadTrail)
			return
		}
		require.NoError(t, again.unpack(tr.pack()))
		require.Equal(t, tr.tries, again.tries)
		require.Equal(t, tr.callers, again.callers)
		require.Equal(t, string(tr.history), string(again.history))
		again.push(past{"s", tr.callers, nil, now}, []byte("other"))
		p, ok := again.pop([]byte("other"))
		if ok {
			require.Equal(t, string(now), string(p.data))
		}
		tr.rebase(now, []byte("new"))
		tr.forget([]byte("new"), now, func(p *past) bool { return p.state == "s" })
		for ok = true; ok; {
			p, ok = tr.pop(now)
		}
		require.Empty(t, tr.history)
	})
}

// waiting returns callers without sub-flows.
func waiting(states ...State) []caller {
	callers := []caller{}
	for _, s := range states {
		callers = append(callers, caller{state: s})
	}
	return callers
}

// TestTrailLayout holds the bytes of a trail: those without sub-flows are stored since November 2026.
func TestTrailLayout(t *testing.T) {
	t.Parallel()
	tr := trail{tries: 2, callers: waiting("a", "b")}
	tr.push(past{"c", waiting("a"), nil, []byte(`{"n":1}`)}, []byte(`{"n":12}`))
	require.Equal(t, "\x02\x02\x01a\x01b"+"\x01c\x01\x01a\x06\x01\x00", string(tr.pack()))

	in := []frame{{flow: "f", state: "s", data: []byte("{}")}}
	tr = trail{callers: []caller{{"a", in}}, inner: in}
	tr.push(past{"c", nil, in, []byte("1{}")}, []byte("2{}"))
	require.Equal(t, "\x00"+"\x21\x01a"+"\x01\x01f\x01s\x00\x02{}"+"\x01\x01f\x01s\x00\x02"+"{}"+
		"\x01c\x20\x01\x01f\x01s\x00\x02"+"\x00\x02\x011", string(tr.pack()))
}

// TestTrailWithSubFlows packs sub-flows in callers of sub-flows, and reads them as they were.
func TestTrailWithSubFlows(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 2))
		var frames func(depth int) []frame
		frames = func(depth int) (all []frame) {
			for range r.IntN(3) {
				f := frame{flow: "f", state: "s", data: bytes.Repeat([]byte("d"), r.IntN(9))}
				for range r.IntN(3) {
					c := caller{state: "c"}
					if depth > 0 {
						c.inner = frames(depth - 1)
					}
					f.callers = append(f.callers, c)
				}
				all = append(all, f)
			}
			return all
		}
		tr := trail{tries: r.IntN(3), inner: frames(3)}
		own := []byte("own")
		tr.push(past{"s", nil, tr.inner, joined(own, tr.inner)}, joined([]byte("other"), tr.inner))
		var got trail
		require.NoError(t, got.unpack(tr.pack()))
		require.Equal(t, string(tr.pack()), string(got.pack()))
		p, ok := got.pop(joined([]byte("other"), got.inner))
		require.True(t, ok)
		data, ok := split(p.data, p.inner)
		require.True(t, ok)
		require.Equal(t, "own", string(data))
		require.Equal(t, string(appendPlace(nil, nil, tr.inner)), string(appendPlace(nil, nil, p.inner)))
		for i := range 60 {
			_ = got.unpack(tr.pack()[:min(i, len(tr.pack()))]) // no panic
		}
	}
}
