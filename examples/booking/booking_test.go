package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/examples/booking/dialog"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flowtest"
)

// update writes the transcripts and the diagram again.
var update = os.Getenv("KAIWA_UPDATE") != ""

func flows(t *testing.T) []*flow.Flow {
	repo := &dialog.Tables{PerDay: 1}
	require.NoError(t, repo.Reserve(t.Context(), "earlier", dialog.Booking{Day: "2026-12-24", Party: 2}))
	f, err := dialog.New(repo)
	require.NoError(t, err)
	return []*flow.Flow{f}
}

func TestTranscripts(t *testing.T) {
	flowtest.Run(t, "testdata/*.txt", flows, &flowtest.Options{Bot: botOptions(), Cover: true, Update: update})
}

// The last table goes to somebody else while the user thinks: the words say so, the question with its buttons
// comes again, and another day is one tap away.
func TestSoldMeanwhile(t *testing.T) {
	repo := &dialog.Tables{PerDay: 1}
	f, err := dialog.New(repo)
	require.NoError(t, err)
	flowtest.Talk(t, []*flow.Flow{f}, &flowtest.Options{Bot: botOptions()}, func(c *flowtest.Chat) {
		for _, said := range []string{"book", "1/24", "2"} {
			c.Say(said)
		}
		require.NoError(t, repo.Reserve(t.Context(), "another", dialog.Booking{Day: "2026-01-24", Party: 4}))
		c.Sent()
		c.Tap("Yes")
		require.Equal(t, []string{
			"Sorry, Saturday, 24 January has just sold out.",
			"Saturday, 24 January for 2. Shall I book it?\n[Yes] [Other day] [Other number] [Cancel]",
		}, c.Sent())
		c.Tap("Other day")
		c.Say("1/25")
		c.Tap("Yes")
		require.Equal(t, "end", c.State())
	})
}

func TestDiagram(t *testing.T) {
	f, err := dialog.New(&dialog.Tables{})
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
	src, err := os.ReadFile("dialog/flow.go")
	require.NoError(t, err)
	_, body, ok := strings.Cut(string(src), "error) {\n")
	require.True(t, ok)
	body, _, ok = strings.Cut(body, "\n}\n")
	require.True(t, ok)
	require.LessOrEqual(t, strings.Count(body, "\n")+1, 16)
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	require.Contains(t, string(readme), body, "README.md shows another flow")
}
