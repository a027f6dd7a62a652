package main

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flowtest/needs"
)

func TestMain(m *testing.M) {
	if os.Getenv(envBot) != "" {
		if err := runBot(); err != nil {
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// A bot without one of its guards is found out; one with all of them is not.
func TestBites(t *testing.T) {
	needs.Program(t, "redis-server", "apt-get install redis-server")
	bin, clean, err := botPrograms(&settings{}, nil)
	require.NoError(t, err)
	t.Cleanup(clean)
	plain := base("plain", 10, 20, 150, 2)
	busy := base("busy", 4, 30, 80, 2)
	busy.slow = 70 * time.Millisecond // so that events wait
	dying := crashRow(10, "before-send", "10", 2, true)
	frozen := stopRow(false)
	frozen.users, frozen.events, frozen.rate, frozen.procs, frozen.lease = 20, 25, 80, 2, time.Second
	several := accountsRow(false)
	several.users, several.events, several.crash = 9, 20, ""
	stacked := nestedRow("nested", false)
	signalled := signalRows(false)[0]
	signalled.users, signalled.events, signalled.after = 10, 10, nil
	signalled.during = func(s *stage) { s.giveSignals() } // kills and replays have nothing to do with the guard
	rolled := deployRows(false)[0]
	rolled.users, rolled.events, rolled.rate, rolled.after = 10, 20, 50, nil
	stacked.users, stacked.events, stacked.after = 10, 20, nil
	for _, c := range []struct {
		guard string
		row   trial
		found func(*result) int // what must not be 0
	}{
		{"", busy, nil},
		{guardDedup, plain, func(r *result) int { return r.chain }},
		{guardLost, plain, func(r *result) int { return r.chain + r.order }},
		{guardOrder, busy, func(r *result) int { return r.order }},
		{guardOutbox, dying, func(r *result) int { return r.lost }},
		{guardAccounts, several, func(r *result) int { return r.alone }},
		{guardLost, stacked, func(r *result) int { return r.chain + r.doubled + r.lost }},
		{guardDedup, signalled, func(r *result) int { return r.chain + r.order + r.lost + r.doubled }},
		{guardLost, rolled, func(r *result) int { return r.chain + r.doubled + r.lost }},
		{guardFence, frozen, func(r *result) int { return r.chain + r.order + r.lost }},
	} {
		t.Run("guard="+c.guard, func(t *testing.T) {
			if c.found != nil { // none disturbs the bot that has all guards
				t.Parallel()
			}
			row := c.row
			row.guard, row.quiet, row.patience = c.guard, 2*time.Second, 5*time.Second
			r := runTrial(t.Context(), bin, 1, &row, false)
			t.Log(r.line())
			if c.found == nil {
				require.Empty(t, r.deviations)
				return
			}
			require.NotEmpty(t, r.deviations)
			require.NotZero(t, c.found(r))
		})
	}
}
