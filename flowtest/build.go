package flowtest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
)

// builds are what may run in a test, and what they share.
type builds struct {
	store session.Store
	bot   bot.Options
	begin func(t *testing.T, name string) (flows []*flow.Flow, stepped func(bot.Stepped), err error)
}

// builds returns those of a test that begins with the flows. The steps of these alone are covered.
func (o *Options) builds(flows func(*testing.T) []*flow.Flow, cover *coverage) builds {
	b := builds{bot: o.Bot}
	b.begin = func(t *testing.T, name string) ([]*flow.Flow, func(bot.Stepped), error) {
		other, ok := o.Builds[name]
		switch {
		case ok:
			return other(t), o.Bot.Stepped, nil
		case name != "":
			return nil, nil, fmt.Errorf("no build %q in Options.Builds", name)
		}
		fs := flows(t)
		if cover == nil {
			return fs, o.Bot.Stepped, nil
		}
		return fs, cover.watch(fs, o.Bot.Stepped), nil
	}
	return b
}

// Build has other flows take the place of those that the bot runs, as a deploy does: those of Options.Builds
// with this name, or, if the name is empty, those that the test began with. What is stored goes on.
func (c *Chat) Build(name string) {
	c.t.Helper()
	flows, stepped, err := c.builds.begin(c.t, name)
	if err != nil {
		c.fatalf("%v", err)
	}
	c.stop()
	o := c.builds.bot
	o.Logger, o.Stepped = slog.New(&botLog{chat: c}), c.watch(stepped)
	c.store = newStore(c.builds.store)
	if c.bot, err = bot.New(c.channel, c.store, flows, &o); err != nil {
		c.fatalf("%v", err)
	}
}

// stop stops the bot that runs, if one does.
func (c *Chat) stop() {
	if c.bot == nil {
		return
	}
	close(c.store.over)
	if err := c.bot.Shutdown(context.Background()); err != nil {
		c.t.Error(err)
	}
	c.bot = nil
}

// parseBuild reads what stands behind "+" in a transcript: "build", or "build" and a name.
func parseBuild(text string) (name string, err error) {
	words := strings.Fields(text)
	switch {
	case len(words) == 1 && words[0] == "build":
		return "", nil
	case len(words) == 2 && words[0] == "build":
		return words[1], nil
	}
	return "", errors.New("behind + stands \"build\", and the name of one of Options.Builds, if any")
}
