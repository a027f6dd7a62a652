package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flowtest"
	"github.com/kaiwa-go/kaiwa/transport"
)

// noted is an office whose desk shows in transcripts.
type noted struct {
	*Counter
	services *flowtest.Services
}

func (n noted) Tell(ctx context.Context, key string, user transport.Source, text string) error {
	n.services.Told("desk", text)
	return n.Counter.Tell(ctx, key, user, text)
}

func (n noted) Rate(ctx context.Context, user transport.Source, talk, grade string) error {
	n.services.Told("desk", fmt.Sprintf("talk %s went %s", talk, grade))
	return n.Counter.Rate(ctx, user, talk, grade)
}

func harness(services *flowtest.Services) *flowtest.Options {
	return &flowtest.Options{
		Bot: *options(), Start: time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC), Services: services,
		Cover: true, Update: os.Getenv("KAIWA_UPDATE") != "",
	}
}

func TestTranscripts(t *testing.T) {
	services := &flowtest.Services{}
	flowtest.Run(t, "testdata/*.txt", func(*testing.T) []*flow.Flow {
		desk := noted{&Counter{}, services}
		return flows(Office{desk, desk})
	}, harness(services))
}

// shaky is a desk that fails once, after it noted what it was told.
type shaky struct {
	*Counter
	failed bool
}

func (s *shaky) Tell(ctx context.Context, key string, user transport.Source, text string) error {
	err := s.Counter.Tell(ctx, key, user, text)
	if !s.failed {
		s.failed = true
		return errors.New("the desk's line broke")
	}
	return err
}

// The desk is told once what a user writes, though the turn runs twice and the event comes twice.
func TestDeskIsToldOnce(t *testing.T) {
	desk := &shaky{Counter: &Counter{}, failed: true}
	flowtest.Talk(t, flows(Office{desk, desk}), harness(nil), func(c *flowtest.Chat) {
		c.Say("human")
		desk.failed = false
		c.Say("my TV is dark")
		require.Contains(t, strings.Join(c.Errors(), ""), "the desk's line broke")
		c.Wait(time.Minute)
		c.Repeat()
		require.Equal(t, []string{"human", "my TV is dark"}, desk.going()[0].Said)
	})
}

// Nobody closes a ticket of somebody else, whatever data a tap has.
func TestTicketIsTheUsers(t *testing.T) {
	desk := &Counter{}
	flowtest.Talk(t, flows(Office{desk, desk}), harness(nil), func(ann *flowtest.Chat) {
		for _, said := range []string{"ticket", "tv", "It is dark.", "no call"} {
			ann.Say(said)
		}
		ann.User("Bob").TapMenu("solved 1")
		open, err := desk.IsOpen(t.Context(), 1)
		require.NoError(t, err)
		require.True(t, open)
	})
}

// The bot is no longer than it needs to be.
func TestLength(t *testing.T) {
	require.LessOrEqual(t, lines(t, "flow.go", "import (")+lines(t, "dialog.go", "import ("), 160)
	require.LessOrEqual(t, lines(t, "main.go", "func main()"), 50)
}

// lines counts the lines of a file behind a text, without those that are blank or a comment.
func lines(t *testing.T, file, behind string) (n int) {
	src, err := os.ReadFile(file)
	require.NoError(t, err)
	_, body, ok := strings.Cut(string(src), behind)
	require.True(t, ok)
	for line := range strings.Lines(body) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			n++
		}
	}
	return n
}
