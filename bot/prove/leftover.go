package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// leftover looks for what should be gone once all is done: events that wait, sessions that
// somebody must look at, dead letters, keys that belong to no session, and keys without an end that
// are none of the indexes.
func (s *stage) leftover(ctx context.Context) (map[string]int, error) {
	found := map[string]int{}
	var dead []string
	sessions := map[string]bool{} // SCAN may say a key twice
	err := s.redis.eachKey(ctx, s.namespace, func(c *redis.Client, key string) error {
		_, name, inPartition := strings.Cut(key, "}:")
		if !inPartition || strings.Contains(key, "{processes}:") {
			return nil // what the namespace is laid out for
		}
		switch {
		case name == "a":
			return nil // bounds of the accounts
		case name == "w", strings.HasPrefix(name, "w:"):
			n, err := c.ZCard(ctx, key).Result()
			found["sessions due"] += int(n)
			return err
		case isDeadLetters(key):
			ids, err := readDeadLetters(ctx, c, key)
			dead = append(dead, ids...)
			return err
		case name == "f": // the mark that is written before each wait for a replica
		case strings.HasPrefix(name, "q:"):
			found["mailboxes"]++
		default:
			sessions[name] = true
		}
		ttl, err := c.TTL(ctx, key).Result()
		if ttl == -1 { // go-redis passes Redis' -1 on as it is
			found["keys without an end"]++
		}
		return err
	})
	if n := len(sessions) - len(s.users); n > 0 {
		found["keys more than there are sessions"] = n
	}
	slices.Sort(dead)
	if poison := s.poisoned(); !slices.Equal(dead, poison) {
		found["dead letters, of "+strconv.Itoa(len(poison))+" events that cannot be handled"] = max(len(dead), 1)
	}
	maps.DeleteFunc(found, func(_ string, n int) bool { return n == 0 })
	return found, err
}

// isDeadLetters says whether a key holds dead letters.
func isDeadLetters(key string) bool {
	return strings.HasSuffix(key, "}:dl") || strings.Contains(key, "}:dl:")
}

// readDeadLetters returns the ids of the events in a stream of dead letters.
func readDeadLetters(ctx context.Context, c *redis.Client, key string) (ids []string, err error) {
	letters, err := c.XRange(ctx, key, "-", "+").Result()
	for _, letter := range letters {
		id, _ := letter.Values["id"].(string)
		ids = append(ids, id)
	}
	return ids, err
}

// finish waits for Redis to be tidy, ends the bots, and writes down what there is to say.
func (s *stage) finish(ctx context.Context, r *result) {
	var left map[string]int
	var err error
	_ = await(ctx, 2*s.t.lease+2*s.t.delivery+5*time.Second, func() bool {
		left, err = s.leftover(ctx)
		time.Sleep(50 * time.Millisecond)
		return err == nil && len(left) == 0
	})
	s.sender.client.CloseIdleConnections()
	_ = await(ctx, 10*time.Second, func() bool { // connections take a moment to close
		r.idle = s.fleet.stats()
		return r.idle.Goroutines <= s.t.mostIdle()
	})
	if n := s.fleet.finish(); n > 0 {
		s.fail("%d processes did not shut down", n)
	}
	if err != nil {
		s.fail("keys: %v", err)
	}
	for _, what := range slices.Sorted(maps.Keys(left)) {
		r.left += left[what]
		s.fail("left: %d %s", left[what], what)
	}
	trouble := []string{"fatal error:", "DATA RACE"}
	if s.t.poison == 0 {
		trouble = append(trouble, "panic:")
	}
	for _, text := range trouble {
		if n := s.fleet.logged(text); n > 0 {
			s.fail("%d times %q in the logs", n, text)
		}
	}
	for _, fault := range s.fleet.faults {
		s.fail("%s", fault)
	}
	r.tally, r.deaths, r.posts = *s.count(), s.fleet.deaths, s.sender.posts
	if s.t.after != nil {
		s.t.after(s, r)
	}
	r.posts.outage = stretch(s.sender.refused)
	r.calls, _ = s.line.counts()
	r.counted = s.fleet.logged("pushing a reply of unknown fate")
	r.assumed = s.fleet.logged("reply assumed delivered")
	r.fenced = s.fleet.logged("turn overtaken")
	r.shed = s.fleet.logged("bot: events left out")
	r.alone = s.fleet.logged("bot: sessions of other accounts left alone")
	if s.redis.proxy != nil && s.redis.proxy.losses() > 0 {
		s.note("%d connections broken in a call", s.redis.proxy.losses())
	}
	if s.t.crash != "" && r.deaths == 0 {
		s.note("the point was not reached")
	}
	if len(r.missing) > 0 {
		s.note("lost: %s", strings.Join(r.missing, ", "))
	}
	if len(r.again) > 0 {
		s.note("doubled: %s", strings.Join(r.again, ", "))
	}
	r.spans = len(s.forgotten)
	r.notes, r.deviations = append(r.notes, s.notes...), append(r.deviations, s.wrong...)
	r.delay = r.lull.end()
	if r.lenient {
		r.slack = slackPerDelay * r.delay
	}
	r.judge()
}

// lastLog is the end of the first process's log.
func (f *fleet) lastLog() string {
	b, _ := readTail(f.dir+"/bot0.log", 600)
	return fmt.Sprintf("\n%s", b)
}
