package flowtest

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session/memstore"
)

// firstYear is the one at whose beginning, by UTC, a bubble begins.
const firstYear = 2000

// Options change how flows are tested. The zero value holds the defaults.
type Options struct {
	// Bot are the options of the bot under test. Its Logger is replaced: errors that it logs
	// become part of the transcript.
	Bot bot.Options
	// Start is the virtual time at the beginning, which "@" in a transcript overrides.
	// The default is 2026-01-05 09:00 UTC, a Monday. The least is the year 2000.
	Start time.Time
	// Services, if it is not nil, has what services beside the bot were told by the flows of a transcript, which
	// shows it. The transcripts that share it are played one after the other.
	Services *Services
	// Builds are other builds of the bot, by name: the line "+ build v2" of a transcript has the flows of the
	// build v2 take the place of those that run, as a deploy does. So a transcript can show what becomes of
	// conversations that an earlier build began. They are called as the flows of Run are. Cover looks at the
	// flows of Run alone.
	Builds map[string]func(t *testing.T) []*flow.Flow
	// Cover makes Run fail if the transcripts together leave something of the flows unwalked, with a line for
	// each: a transition that was not taken (one of InAny in each state), a branch that was not taken, a guard
	// that never failed, a question that never refused an answer.
	Cover bool
	// Update writes what happened into the transcripts instead of comparing. Set it from a flag of the test.
	// A transcript with a line that cannot be played, such as a tap on a button that is gone, stays as it is.
	Update bool
}

func (o *Options) withDefaults() Options {
	var out Options
	if o != nil {
		out = *o
	}
	if out.Start.IsZero() {
		out.Start = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	}
	return out
}

// zone is that of the times in a transcript, but for the one at its start.
func (o *Options) zone() *time.Location { return cmp.Or(o.Bot.Zone, time.UTC) }

// Run plays each transcript that matches the pattern (see filepath.Match) as a subtest named
// after its file. flows is called for each with the subtest's t, so that they share nothing. o
// may be nil.
func Run(t *testing.T, pattern string, flows func(t *testing.T) []*flow.Flow, o *Options) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("flowtest: no transcript matches %s", pattern)
	}
	covered := newCoverage()
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
		t.Run(name, func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want := strings.ReplaceAll(string(src), "\r\n", "\n") // as git may check it out
			script, err := parse(want)
			if err != nil {
				t.Fatalf("%s:%v", file, err)
			}
			opts := o.withDefaults()
			script.file, script.zone, script.services = file, opts.zone(), opts.Services
			if !script.start.IsZero() {
				opts.Start = script.start
			}
			var got string
			bubble(t, &opts, opts.builds(flows, covered), func(c *Chat) { got = script.play(c) })
			switch {
			case got == want:
			case opts.Update:
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			default:
				t.Errorf("%s", mismatch(file, want, got))
			}
		})
	}
	if lines := covered.missing(); o != nil && o.Cover && len(lines) > 0 {
		t.Errorf("flowtest: the transcripts do not walk all of the flows:\n%s", strings.Join(lines, "\n"))
	}
}

// Talk runs f with a chat between one user and a bot with the flows. o may be nil.
func Talk(t *testing.T, flows []*flow.Flow, o *Options, f func(c *Chat)) {
	t.Helper()
	opts := o.withDefaults()
	bubble(t, &opts, opts.builds(func(*testing.T) []*flow.Flow { return flows }, nil), f)
}

// bubble runs f on virtual time, which starts at o.Start.
func bubble(t *testing.T, o *Options, b builds, f func(c *Chat)) {
	t.Helper()
	if o.Start.Year() < firstYear {
		t.Fatalf("flowtest: Options.Start is before the year %d", firstYear)
	}
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(o.Start))
		b.store = memstore.New()
		c := &Chat{t: t, user: defaultUser, shared: &shared{channel: newChannel(), builds: b}}
		defer c.stop()
		c.Build("")
		f(c)
	})
}
