package bot_test

import (
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session/redisstore"
)

// A bot that is killed between any two lines of a turn goes on after its restart, and the user
// gets each message once.
func TestKilled(t *testing.T) {
	t.Parallel()
	points := []string{
		"before begin", "after begin", "in action", "before commit", "after commit", "before send", "after send",
	}
	for _, point := range points {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			p := s.start(point)
			s.line.SetWebhook("http://" + p.addr + "/")
			s.say("ann", "start")
			s.shown("ann", 1)
			s.say("ann", "a")
			s.shown("ann", 2)

			require.NoError(t, os.WriteFile(s.armed, nil, 0o600))
			s.say("ann", "b")
			s.shown("ann", 3)
			require.Eventually(t, func() bool { return p.deaths() == 1 }, 10*time.Second, 10*time.Millisecond)
			s.say("ann", "c")
			s.shown("ann", 4)
			s.settled("ann")
			require.Equal(t, []string{"counting", "1 a", "2 b", "3 c"}, s.texts("ann"))
		})
	}
}

// The same event delivered 20 times, at once and later, over two processes: one turn, one reply.
func TestDeliveredTwentyTimes(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	first, second := s.start(""), s.start("")
	s.line.SetWebhook("http://" + first.addr + "/")
	s.say("ann", "start")
	s.shown("ann", 1)
	d := s.say("ann", "a")
	var wg sync.WaitGroup
	for i := range 20 {
		if i == 10 {
			wg.Wait()
			s.line.SetWebhook("http://" + second.addr + "/")
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			again, err := s.line.Redeliver(t.Context(), d)
			if err != nil || again.Status != 200 {
				t.Errorf("redelivery: status %d, %v", again.Status, err)
			}
		}()
	}
	wg.Wait()
	s.say("ann", "b")
	s.shown("ann", 3)
	s.settled("ann")
	require.Equal(t, []string{"counting", "1 a", "2 b"}, s.texts("ann"))
}

// An event that kills every process that runs it is set aside after its attempts; its user is
// told, and nothing of the others is lost or doubled.
func TestEventThatKills(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	p := s.start("")
	s.line.SetWebhook("http://" + p.addr + "/")
	for _, user := range []string{"ann", "bob"} {
		s.say(user, "start")
		s.shown(user, 1)
	}
	s.say("ann", "kill")
	s.say("ann", "a")
	want := []string{"counting"}
	for i := 1; i <= 8; i++ {
		s.say("bob", "b")
		want = append(want, fmt.Sprintf("%d b", i))
		s.shown("bob", i+1)
	}
	s.shown("ann", 3)
	s.settled("ann")
	require.Equal(t, []string{"counting", "sorry", "1 a"}, s.texts("ann"))
	require.Equal(t, want, s.texts("bob"))
	require.Equal(t, 5, p.deaths())
	store, err := redisstore.New(t.Context(), s.redis, &redisstore.Options{Namespace: s.space, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	letters, _, err := store.DeadLetters(t.Context(), []string{""}, "", 10)
	require.NoError(t, err)
	require.Len(t, letters, 1, "the poison, and no innocent")
	require.Contains(t, letters[0].Why, "died")
}
