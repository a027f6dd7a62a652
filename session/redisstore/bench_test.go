package redisstore

import (
	"context"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

const (
	benchWorkers  = 64
	benchSessions = 2000
)

// fanOut runs f b.N times on many goroutines.
func fanOut(b *testing.B, workers int, f func(i int)) { fanOutN(workers, b.N, f) }

// stat returns the calls and the microseconds that Redis spent in a command.
func stat(tb testing.TB, c *redis.Client, command string) (calls, usec float64) {
	tb.Helper()
	info, err := c.Info(context.Background(), "commandstats").Result()
	require.NoError(tb, err)
	line := parseInfo(info)["cmdstat_"+command]
	for field := range strings.SplitSeq(line, ",") {
		k, v, _ := strings.Cut(field, "=")
		switch n, _ := strconv.ParseFloat(v, 64); k {
		case "calls":
			calls = n
		case "usec":
			usec = n
		}
	}
	return calls, usec
}

func resetStat(tb testing.TB, c *redis.Client) {
	require.NoError(tb, c.ConfigResetStat(context.Background()).Err())
}

// reportCPU reports the microseconds of Redis' time in a call of the command.
func reportCPU(b *testing.B, c *redis.Client, command, unit string) {
	calls, usec := stat(b, c, command)
	b.ReportMetric(usec/max(calls, 1), unit)
}

var benchBody = []byte(strings.Repeat("x", 600)) // about a text message of LINE

func benchToken(i int) session.LeaseToken {
	var t session.LeaseToken
	binary.BigEndian.PutUint64(t[:], uint64(i)+1)
	return t
}

// benchTurn is one event from Begin to Commit, with an output that the next turn acknowledges.
func benchTurn(tb testing.TB, s *Store, i int, state []byte) {
	ctx := context.Background()
	id, token := sessionID(i%benchSessions), benchToken(i)
	begun, err := s.Begin(ctx, &session.BeginRequest{
		ID: id, Token: token, Done: 1 << 39,
		Event: session.Event{ID: fmt.Sprintf("01HQ%022d", i), Time: time.Now(), Body: benchBody},
	})
	if err != nil || begun.Status != session.Run {
		tb.Errorf("begin: %v %v", begun.Status, err)
		return
	}
	_, err = s.Commit(ctx, &session.CommitRequest{
		ID: id, Token: token, Rev: begun.Rev, EventID: begun.Event.ID, State: state,
		Due: begun.Now.Add(15 * time.Minute), Outputs: [][]byte{benchBody[:len(benchBody)/2]},
	})
	if err != nil {
		tb.Errorf("commit: %v", err)
	}
}

func BenchmarkTurn(b *testing.B) {
	for _, flushers := range []int{1, 2, 4} {
		for _, workers := range []int{1, benchWorkers} {
			b.Run(fmt.Sprintf("flushers=%d/workers=%d", flushers, workers), func(b *testing.B) {
				c := redistest.Start(b)
				s := newStore(b, c, &Options{flushers: flushers})
				runTurns(b, c, s, workers)
			})
		}
	}
}

// The ways that were not chosen: see also BenchmarkTurn.
func BenchmarkTurnDirect(b *testing.B)       { benchOther(b, direct) }
func BenchmarkTurnAutoPipeline(b *testing.B) { benchOther(b, autoPipeline) }

func runTurns(b *testing.B, c *redis.Client, s *Store, workers int) {
	state := bookingState(b, 1)
	resetStat(b, c)
	b.ReportAllocs()
	b.ResetTimer()
	fanOut(b, workers, func(i int) { benchTurn(b, s, i, state) })
	b.StopTimer()
	reportCPU(b, c, "evalsha", "redis-us/script")
}

func benchOther(b *testing.B, way func(testing.TB, *redis.Client) redis.UniversalClient) {
	for _, workers := range []int{1, benchWorkers} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			c := redistest.Start(b)
			s := newStore(b, c, &Options{flushers: 4096})
			s.batch.client = way(b, c)
			runTurns(b, c, s, workers)
		})
	}
}

// With a flusher for every call each goes out alone.
func direct(_ testing.TB, c *redis.Client) redis.UniversalClient { return c }

func autoPipeline(tb testing.TB, c *redis.Client) redis.UniversalClient {
	p, err := c.AutoPipeline()
	require.NoError(tb, err)
	return p
}

// BenchmarkGetSet is what a bot without any promise does for an event.
func BenchmarkGetSet(b *testing.B) {
	for _, workers := range []int{1, benchWorkers} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			c := redistest.Start(b)
			ns := redistest.Namespace(b, c)
			ctx, state := context.Background(), bookingState(b, 1)
			resetStat(b, c)
			b.ReportAllocs()
			b.ResetTimer()
			fanOut(b, workers, func(i int) {
				key := ns + sessionID(i%benchSessions)
				if err := c.Get(ctx, key).Err(); err != nil && err != redis.Nil {
					b.Error(err)
				}
				if err := c.Set(ctx, key, state, 24*time.Hour).Err(); err != nil {
					b.Error(err)
				}
			})
			b.StopTimer()
			reportCPU(b, c, "get", "redis-us/get")
			reportCPU(b, c, "set", "redis-us/set")
		})
	}
}

// BenchmarkScripts measures Redis' time in each script, one kind after the other.
func BenchmarkScripts(b *testing.B) {
	c := redistest.Start(b)
	s := newStore(b, c, nil)
	ctx, state := context.Background(), bookingState(b, 1)
	for i := range 3 * benchSessions { // sessions that are under way, with three events each
		benchTurn(b, s, i, state)
	}
	begun := make([]session.BeginResult, b.N)
	token := func(i int) session.LeaseToken { return benchToken(1<<32 + i) }
	// Sessions are taken once each, so b.N is bounded by how many there are.
	steps := []struct {
		name string
		call func(i int) error
	}{
		{"begin", func(i int) (err error) {
			begun[i-1], err = s.Begin(ctx, &session.BeginRequest{
				ID: sessionID(i), Token: token(i), Done: 1 << 39,
				Event: session.Event{ID: fmt.Sprintf("01HR%022d", i), Time: time.Now(), Body: benchBody},
			})
			return err
		}},
		{"extend", func(i int) error { return s.Extend(ctx, sessionID(i), token(i), time.Minute) }},
		{"commit", func(i int) error {
			_, err := s.Commit(ctx, &session.CommitRequest{
				ID: sessionID(i), Token: token(i), Rev: begun[i-1].Rev, EventID: begun[i-1].Event.ID,
				State: state, Due: begun[i-1].Now.Add(15 * time.Minute), Outputs: [][]byte{benchBody[:len(benchBody)/2]},
			})
			return err
		}},
		{"ack", func(i int) error {
			_, err := s.Ack(ctx, &session.AckRequest{ID: sessionID(i), Token: token(9), Done: 1 << 39})
			return err
		}},
		{"due", func(i int) error {
			_, _, err := s.Due(ctx, ours, 100, 0)
			return err
		}},
	}
	for _, step := range steps {
		resetStat(b, c)
		fanOut(b, 8, func(i int) {
			if err := step.call(i); err != nil {
				b.Errorf("%s: %v", step.name, err)
			}
		})
		reportCPU(b, c, "evalsha", "redis-us/"+step.name)
	}
}

// BenchmarkTurnReplicas is BenchmarkTurn with a replica that is waited for, and without.
func BenchmarkTurnReplicas(b *testing.B) {
	for _, replicas := range []int{0, 1} {
		for _, workers := range []int{1, benchWorkers} {
			b.Run(fmt.Sprintf("replicas=%d/workers=%d", replicas, workers), func(b *testing.B) {
				server, _ := withReplica(b)
				s := newStore(b, server.Client(), &Options{Replicas: replicas, Wait: time.Second})
				runTurns(b, server.Client(), s, workers)
			})
		}
	}
}
