package flowtest_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flowtest"
	"github.com/kaiwa-go/kaiwa/flowtest/needs"
)

// tour is a flow that has one of each kind of thing that a transcript walks.
func tour(*testing.T) []*flow.Flow {
	parse := func(_ context.Context, a *flow.Answer) (string, error) {
		if a.Text == "?" {
			return "", flow.Reject()
		}
		return a.Text, nil
	}
	green := func(_ context.Context, t *turn) error { t.Data.Kind = "green"; return nil }
	kind := flow.Question(say("Which tea?"), parse, func(d *tea) *string { return &d.Kind })
	known := flow.Question(say("Which one?"), parse, func(d *tea) *string { return &d.Kind }).SkipKnown()
	b := flow.New[tea]("tour")
	b.Start(flow.Text("tour")).To("ask")
	b.Start(flow.Text("known")).Do(green).To("skip")
	b.Start(flow.Text("which")).To("skip")
	b.Start(flow.Text("hours")).Do(say("Always.")).End()
	b.In("ask").Ask(kind).To("brew")
	b.In("skip").Ask(known).To("brew")
	b.In("brew").Enter(say("Ready?")).
		On(flow.Text("yes")).When("it is tea", func(t *turn) bool { return t.Data.Kind != "cocoa" }).
		If("it is late", func(t *turn) bool { return t.Now().Hour() > 20 }).Again().
		ElseIf("it is black", func(t *turn) bool { return t.Data.Kind == "black" }).Stay().Else().End().
		On(flow.Text("other")).To("ask").
		On(flow.Text("help")).Do(say("Say yes.")).Again()
	b.InAnyBut("skip").
		On(flow.Text("back")).Back().
		On(flow.Text("back")).Do(say("This is the first step.")).Again()
	b.InAny().
		On(flow.Text("help")).Do(say("Name a tea.")).Again().
		Wrong(2).Do(say("Call us.")).End()
	b.InAnyBut("brew").After(time.Hour).End()
	return []*flow.Flow{b.MustBuild()}
}

// What the transcripts do not walk is told with the flow, the state, the transition, and what is missing. Two
// transcripts walk together.
func TestCoverage(t *testing.T) {
	needs.Processes(t)
	for _, name := range []string{"nothing", "some", "all"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run=^TestCovering$")
			cmd.Env = append(os.Environ(), "KAIWA_COVERING="+name)
			out, err := cmd.CombinedOutput()
			if name == "all" {
				require.NoError(t, err, "%s", out)
				return
			}
			require.Error(t, err)
			_, got, _ := strings.Cut(string(out), "do not walk all of the flows:\n")
			got, _, _ = strings.Cut(got, "FAIL\n")
			got = strings.ReplaceAll(got, "        ", "")
			got, _, _ = strings.Cut(got, "--- ")
			file := filepath.Join("testdata", "coverage", name+".golden")
			if os.Getenv("KAIWA_UPDATE") != "" {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), got)
		})
	}
}

// TestCovering walks the flow as the environment says: see TestCoverage.
func TestCovering(t *testing.T) {
	name, ok := os.LookupEnv("KAIWA_COVERING")
	if !ok {
		t.Skip("it is run by TestCoverage")
	}
	pattern := "testdata/coverage/" + name + "*.txt"
	if name == "nothing" {
		pattern = filepath.Join(t.TempDir(), "nothing.txt")
		require.NoError(t, os.WriteFile(pattern, []byte("# nobody says anything\n"), 0o644))
	}
	flowtest.Run(t, pattern, tour, &flowtest.Options{Cover: true, Update: os.Getenv("KAIWA_UPDATE") != ""})
}
