package flowtest_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flowtest"
	"github.com/kaiwa-go/kaiwa/flowtest/needs"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// cafe is a flow with a picker of one month, a slow action, one that hangs and one that panics.
func cafe(*testing.T) []*flow.Flow {
	b := flow.New[tea]("cafe")
	b.Start(flow.Text("cafe")).To("ask")
	may := line.DatePicker("Day", "day").Between(
		time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 5, 31, 0, 0, 0, 0, time.UTC))
	wait := func(d time.Duration) flow.Action[tea] {
		return func(context.Context, *turn) error { time.Sleep(d); return nil }
	}
	b.In("ask").Enter(func(_ context.Context, t *turn) error {
		t.Send(line.Buttons("When?", may, line.Postback("Now", "now")))
		return nil
	}).
		On(flow.Date(), flow.Postback("now")).Do(say("Fine.")).End().
		On(flow.Text("more")).Do(func(_ context.Context, t *turn) error {
		t.Send(line.Carousel(line.Column("Cake", line.Postback("Add", "cake"), line.Postback("Cake", "cake")),
			line.Column("Pie", line.Postback("Add", "pie"), line.PostbackAction{Label: "Pie", Data: "pie", DisplayText: "Pie!"})),
			line.Text("Hungry?").Quick(line.Say("yes"), line.Postback("Hm", "hm"),
				line.ShareLocation("Where I am"), line.Camera("Photo")))
		return nil
	}).Stay().
		On(flow.Text("yes"), flow.Postback("hm", "pie", "cake")).Stay().
		On(flow.Text("slow")).Do(wait(3*time.Second), say("At last.")).Stay().
		On(flow.Text("hang")).Do(wait(time.Hour)).Stay().
		On(flow.Text("panic")).Do(func(context.Context, *turn) error { panic("no cups") }).Stay()
	return []*flow.Flow{b.MustBuild()}
}

const asked = "> cafe\n< When?\n  [Day] [Now]\n= cafe/ask\n"

// TestFailing fails in the way that the environment names: see TestFailures.
func TestFailing(t *testing.T) {
	src, ok := os.LookupEnv("KAIWA_FAILING")
	if !ok {
		t.Skip("it is run by TestFailures")
	}
	switch src {
	case "no buttons":
		play(t, "> mirror\n> [Yes]\n", mirror, nil)
	case "dead button", "dead picker", "dead words", "dead at last", "dead in Go":
		if src == "dead in Go" {
			flowtest.Talk(t, snack(t), nil, func(c *flowtest.Chat) { c.Say("snack"); c.Pick("Day", "2026-05-01") })
			return
		}
		taps := map[string]string{"dead button": "[Yes]", "dead picker": "[Day] 2026-05-01", "dead words": "[maybe]",
			"dead at last": "hm\n> [Yes]"}
		play(t, "> snack\n> "+taps[src]+"\n", snack, &flowtest.Options{Update: true})
	case "which":
		flowtest.Talk(t, cafe(t), nil, func(c *flowtest.Chat) { c.Tap("Now", 0) })
	case "start":
		flowtest.Talk(t, cafe(t), &flowtest.Options{Start: time.Unix(0, 0)}, nil)
	case "talk":
		flowtest.Talk(t, cafe(t), nil, func(c *flowtest.Chat) { c.Tap("Now") })
	case "clash":
		twice := func(t *testing.T) []*flow.Flow {
			b := flow.New[tea]("other")
			b.Start(flow.Text("CAFE")).To("ask")
			b.In("ask").On(flow.Any()).End()
			return append(cafe(t), b.MustBuild())
		}
		play(t, "> cafe\n", twice, nil)
	case "earlier build":
		o := &flowtest.Options{Cover: true, Builds: map[string]func(*testing.T) []*flow.Flow{"v1": cafe}}
		play(t, "+ build v1\n"+asked, cafe, o)
	case "no files":
		flowtest.Run(t, "testdata/none/*", cafe, nil)
	case "flows":
		broken := func(t *testing.T) []*flow.Flow { t.Fatal("a fault in the flow"); return nil }
		play(t, "> cafe\n", broken, nil)
	default:
		play(t, src, cafe, nil)
	}
}

func play(t *testing.T, src string, flows func(*testing.T) []*flow.Flow, o *flowtest.Options) {
	file := filepath.Join(t.TempDir(), "talk.txt")
	require.NoError(t, os.WriteFile(file, []byte(src), 0o644))
	flowtest.Run(t, file, flows, o)
}

// The text of a failure is what people see of the harness most.
func TestFailures(t *testing.T) {
	needs.Processes(t)
	const (
		more = "> cafe\n> more\n"
		gone = `flowtest: the quick reply "yes" is gone: LINE takes quick replies away when one of them is tapped, ` +
			"and when the bot or the user sends a message\n"
	)
	dead := func(label, what string) string {
		return fmt.Sprintf("flowtest: nothing takes the button %q: no transition of the state offer of the flow %q, "+
			"or of InAny, answers to %s\n", label, "snack", what)
	}
	for _, tt := range []struct{ name, src, want string }{
		{"no such button", asked + "> [Never]\n", "talk.txt:5: flowtest: no button \"Never\" in the chat\n" +
			"    offered now, the newest first: [Day] [Now]\n"},
		{"no button at all", "> [Now]\n", "talk.txt:1: flowtest: no button \"Now\" in the chat\n    the bot has sent no message yet\n"},
		{"no buttons", "no buttons", "talk.txt:2: flowtest: no button \"Yes\" in the chat\n    nothing is offered now; the last message is: I look.\n"},
		{"a quick reply behind which the bot wrote", more + "> [Now]\n> [yes]\n", "talk.txt:4: " + gone +
			"    offered now, the newest first: [Add] [Cake] [Add] #2 [Pie] [Day] [Now]\n"},
		{"a quick reply behind which the user wrote", more + "> yes\n> [yes]\n", "talk.txt:4: " + gone},
		{"a quick reply that was tapped", more + "> [Hm]\n> [yes]\n", "talk.txt:4: " + gone},
		{"a button that wrote for the user", more + "> [Pie]\n> [yes]\n", "talk.txt:4: " + gone},
		{"too few of them", more + "> [Add] #3\n", "talk.txt:3: flowtest: no button \"Add\" #3: the newest message with that label has 2 of them\n" +
			"    offered now, the newest first: [yes] [Hm] [Where I am] [Photo] [Add] [Cake] [Add] #2 [Pie] [Day] [Now]\n"},
		{"a button that nothing takes", "dead button", "talk.txt:2: " + dead("Yes", `the data "Yes"`)},
		{"a picker that nothing takes", "dead picker", "talk.txt:2: " + dead("Day", `the data "day"`)},
		{"a quick reply that nothing takes", "dead words", "talk.txt:2: " + dead("maybe", `the text "maybe"`)},
		{"a button that only Wrong takes", "dead at last", "talk.txt:3: " + dead("Yes", `the data "Yes"`)},
		{"such a picker in Go", "dead in Go", ": " + dead("Day", `the data "day"`)},
		{"which in Go", "which", "flowtest: button \"Now\": one number says which, counted from 1\n"},
		{"a place", more + "> [Where I am]\n", "button \"Where I am\": it opens the map: write what the user shares there, such as > (location)\n"},
		{"a photo", more + "> [Photo]\n", "button \"Photo\": it opens the camera or the album: write what the user sends, such as > (image)\n"},
		{"nothing to quote", "> (quote) this\n", "talk.txt:1: flowtest: the bot has sent no message yet that could be quoted\n"},
		{"a wait into the past", "@ 2026-05-01 10:00\n~ 2026-05-01 10:00\n", "talk.txt:2: flowtest: it is 2026-05-01 10:00 now: no wait until 2026-05-01 10:00\n"},
		{"a value for a plain button", asked + "> [Now] 2026-05-01\n", `talk.txt:5: flowtest: button "Now": it is no picker`},
		{"too early", asked + "> [Day] 2026-04-30\n", `button "Day": it does not offer 2026-04-30: from "2026-05-01" to "2026-05-31"`},
		{"too late", asked + "> [Day] 2026-06-01\n", `button "Day": it does not offer 2026-06-01`},
		{"nothing to repeat", "> (again)\n", "talk.txt:1: flowtest: the user has done nothing yet"},
		{"a signal that no flow names", "> cafe\n! payd {\"id\": 1}\n",
			"talk.txt:2: flowtest: the bot refused the signal: bot: bad signal: no flow of the bot names the signal \"payd\"\n"},
		{"a payload that is no JSON", "! paid {id: 1} #cb-1\n", "talk.txt:1: the payload of the signal paid is no JSON: {id: 1}\n"},
		{"malformed", "hello\n", "talk.txt:1: a line begins with a mark"},
		{"a build that is not there", "> cafe\n+ build v9\n", "talk.txt:2: flowtest: no build \"v9\" in Options.Builds\n"},
		{"what is no build", "+ deploy v2\n",
			"talk.txt:1: behind + stands \"build\", and the name of one of Options.Builds, if any\n"},
		{"what only an earlier build walked", "earlier build",
			"flowtest: the transcripts do not walk all of the flows:\ncafe: start: text \"cafe\""},
		{"a panic", "> cafe\n> panic\n", "flow: panic with a string: no cups\n"},
		{"in Go", "talk", "flowtest: no button \"Now\""},
		{"too long ago", "start", "flowtest: Options.Start is before the year 2000"},
		{"no files", "no files", "flowtest: no transcript matches testdata/none/*"},
		{"flows of one start", "clash", `bot: the flow "other" starts on text "CAFE", but "cafe" does so on text "cafe" already`},
		{"flows that fail", "flows", "a fault in the flow"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run=^TestFailing$")
			cmd.Env = append(os.Environ(), "KAIWA_FAILING="+tt.src)
			out, err := cmd.CombinedOutput()
			require.Error(t, err)
			text := strings.ReplaceAll(string(out), "        ", "")
			require.Contains(t, text, tt.want)
			require.NotContains(t, text, "FailNow on a parent")
		})
	}
}

func TestRunTakesLineEndsOfWindows(t *testing.T) {
	play(t, "> cafe\r\n< When?\r\n  [Day] [Now]\r\n= cafe/ask\r\n", cafe, nil)
}

// A method returns when all is done, though an action takes its time, unless it is given up.
func TestSlowActions(t *testing.T) {
	o := &flowtest.Options{Bot: bot.Options{TurnTimeout: time.Second}}
	flowtest.Talk(t, cafe(t), o, func(c *flowtest.Chat) {
		c.Say("cafe")
		c.Sent()
		began := time.Now()
		c.Say("slow")
		require.Equal(t, []string{"At last."}, c.Sent())
		require.Equal(t, 3*time.Second, time.Since(began))
		c.Say("hang")
		require.Less(t, time.Since(began), time.Minute)
		require.Contains(t, c.Errors(), "event set aside: action did not return in cafe/ask")
		c.Wait(time.Hour) // a bubble ends when all in it has
	})
}
