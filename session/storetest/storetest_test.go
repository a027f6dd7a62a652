package storetest

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
)

// recorder keeps the failure that a check reports, and ends the check.
type recorder struct {
	t       *testing.T
	failure string
}

func (r *recorder) Helper()                  {}
func (r *recorder) Context() context.Context { return r.t.Context() }
func (r *recorder) Logf(string, ...any)      {}
func (r *recorder) Fatalf(format string, args ...any) {
	r.failure = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// judge runs a check against a store in virtual time, and returns its failure or nothing.
func judge(t *testing.T, c check, newStore func() session.Store, o Options) string {
	t.Helper()
	var failure string
	synctest.Test(t, func(t *testing.T) {
		o.Virtual = true
		r := &recorder{t: t}
		done := make(chan struct{})
		go func() {
			defer close(done)
			c.run(newProbe(r, c.promise, newStore(), o))
		}()
		<-done
		failure = r.failure
	})
	return failure
}

func find(t *testing.T, promise string) check {
	t.Helper()
	all := checks()
	i := slices.IndexFunc(all, func(c check) bool { return c.promise == promise })
	require.GreaterOrEqual(t, i, 0, "no check is called %q", promise)
	return all[i]
}

// TestBrokenStores shows that each promise is watched: a store that breaks it fails the check
// of that name.
func TestBrokenStores(t *testing.T) {
	watched := map[string]bool{}
	for _, tt := range brokenStores() {
		watched[tt.promise] = true
		t.Run(tt.name+": "+tt.promise, func(t *testing.T) {
			newStore := func() session.Store { return newBroken(tt.spoil) }
			failure := judge(t, find(t, tt.promise), newStore, Options{Seed: 1})
			require.NotEmpty(t, failure, "the store passed")
			require.Contains(t, failure, tt.promise, "the failure names the promise")
		})
	}
	for _, c := range checks() {
		require.True(t, watched[c.promise], "no broken store for %q", c.promise)
	}
}

// TestGoodStore shows that the recorder and the wrapper fail nothing themselves.
func TestGoodStore(t *testing.T) {
	for _, c := range checks() {
		good := func() session.Store { return newBroken(func(session.Store, *broken) {}) }
		require.Empty(t, judge(t, c, good, Options{}))
	}
	Run(t, func(*testing.T) session.Store { return memstore.New() }, &Options{Virtual: true, Seed: 1})
}
