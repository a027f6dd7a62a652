package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flowtest"
)

// update writes the transcripts and the diagram again.
var update = os.Getenv("KAIWA_UPDATE") != ""

func flows(t *testing.T) []*flow.Flow {
	repo := &Tables{PerDay: 1}
	require.NoError(t, repo.Reserve(t.Context(), "earlier", Booking{Day: "2026-12-24", Party: 2}))
	f, err := New(repo)
	require.NoError(t, err)
	return []*flow.Flow{f}
}

func TestTranscripts(t *testing.T) {
	flowtest.Run(t, "testdata/*.txt", flows, &flowtest.Options{Bot: botOptions(), Update: update})
}

func TestDiagram(t *testing.T) {
	f, err := New(&Tables{})
	require.NoError(t, err)
	const file = "testdata/booking.mmd"
	if update {
		require.NoError(t, os.WriteFile(file, []byte(f.Diagram()), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), f.Diagram())
}

// The flow is what the README shows, and it keeps to the length that it promises.
func TestHeroIsShort(t *testing.T) {
	src, err := os.ReadFile("flow.go")
	require.NoError(t, err)
	_, body, ok := strings.Cut(string(src), "error) {\n")
	require.True(t, ok)
	body, _, ok = strings.Cut(body, "\n}\n")
	require.True(t, ok)
	require.LessOrEqual(t, strings.Count(body, "\n")+1, 20)
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	require.Contains(t, string(readme), body, "README.md shows another flow")
}
