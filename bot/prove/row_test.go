package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flowtest/needs"
)

// envRows has TestRow run. Only mutate sets it: prove-ci runs the same rows.
const envRows = "KAIWA_PROVE_ROWS"

// A row of the short form, with this test's binary as its bots: so a guard that mutate takes out is missing
// in them. They have the terms of users, as it is no build with crash points.
func TestRow(t *testing.T) {
	if os.Getenv(envRows) == "" {
		t.Skip("make mutate runs it")
	}
	needs.Program(t, "redis-server", "apt-get install redis-server")
	bin, err := os.Executable()
	require.NoError(t, err)
	for _, row := range scenarios(false) {
		t.Run(row.name, func(t *testing.T) {
			r := runTrial(t.Context(), programs{bot: bin}, 1, &row, true)
			t.Log(r.line())
			require.Empty(t, r.deviations)
		})
	}
}
