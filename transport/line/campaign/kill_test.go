package campaign_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
	"github.com/kaiwa-go/kaiwa/transport/line/campaign"
	"github.com/kaiwa-go/kaiwa/transport/line/campaign/redisledger"
)

const users = 10_000

// TestMain is a program that runs a campaign, if it is started as one.
func TestMain(m *testing.M) {
	if os.Getenv("CAMPAIGN_API") == "" {
		os.Exit(m.Run())
	}
	if err := program(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func program() error {
	client, err := messaging_api.NewMessagingApiAPI("token", messaging_api.WithEndpoint(os.Getenv("CAMPAIGN_API")))
	if err != nil {
		return err
	}
	var ledger campaign.Ledger = campaign.NewFileLedger(os.Getenv("CAMPAIGN_DIR"))
	if addr := os.Getenv("CAMPAIGN_REDIS"); addr != "" {
		o := &redisledger.Options{Lease: time.Second, Namespace: os.Getenv("CAMPAIGN_DIR")}
		ledger, err = redisledger.New(context.Background(), redis.NewClient(&redis.Options{Addr: addr}), o)
		if err != nil {
			return err
		}
	}
	seed, _ := strconv.ParseUint(os.Getenv("CAMPAIGN_SEED"), 10, 64)
	ids := userIDs(0, users)
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	at, n, _ := strings.Cut(os.Getenv("CAMPAIGN_DIE"), " ")
	left, _ := strconv.Atoi(n)
	switch at {
	case "noted": // the chunk stands in the ledger, and LINE has not seen it
		ledger = dyingLedger{ledger, &left}
	case "accepted": // LINE has the chunk, and the ledger does not know
		_, err = campaign.Multicast(context.Background(), &dyingClient{client, left}, ledger, "spring",
			campaign.IDs(ids), spring, quiet(nil))
		return err
	}
	rep, err := campaign.Multicast(context.Background(), client, ledger, "spring", campaign.IDs(ids), spring,
		&campaign.Options{Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	fmt.Printf("%+v\n", rep)
	return err
}

// die is SIGKILL: nothing is flushed, closed or deferred.
func die() {
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	panic(fmt.Sprint("still alive: ", err))
}

// dyingClient dies once the nth call was accepted.
type dyingClient struct {
	campaign.Client
	left int
}

func (c *dyingClient) Do(r *http.Request) (*http.Response, error) {
	res, err := c.Client.Do(r)
	if c.left--; c.left == 0 {
		die()
	}
	return res, err
}

// dyingLedger dies once the nth chunk is noted.
type dyingLedger struct {
	campaign.Ledger
	left *int
}

func (l dyingLedger) Open(ctx context.Context, name string) (campaign.Log, error) {
	g, err := l.Ledger.Open(ctx, name)
	return dyingLog{g, l.left}, err
}

type dyingLog struct {
	campaign.Log
	left *int
}

func (g dyingLog) Append(ctx context.Context, record []byte) error {
	err := g.Log.Append(ctx, record)
	if bytes.Contains(record, []byte(`"r":"send"`)) {
		if *g.left--; *g.left == 0 {
			die()
		}
	}
	return err
}

// A campaign to 10,000 users, in a process that is killed three times, with the list in another
// order each time.
func TestMulticastKilled(t *testing.T) {
	t.Run("file", func(t *testing.T) { killed(t, "CAMPAIGN_DIR="+t.TempDir()) })
	t.Run("redis", func(t *testing.T) {
		server := redistest.Start(t)
		killed(t, "CAMPAIGN_DIR="+redistest.Namespace(t, server), "CAMPAIGN_REDIS="+server.Options().Addr)
	})
}

func killed(t *testing.T, env ...string) {
	t.Helper()
	p := newPlatform()
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	run := func(i int, extra string, started func(*exec.Cmd)) (string, error) {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "CAMPAIGN_API="+server.URL, fmt.Sprintf("CAMPAIGN_SEED=%d", i), extra)
		cmd.Env = append(cmd.Env, env...)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		require.NoError(t, cmd.Start())
		started(cmd)
		err := cmd.Wait()
		return out.String(), err
	}
	nothing := func(*exec.Cmd) {}

	out, err := run(1, fmt.Sprintf("CAMPAIGN_DIE=noted %d", 2+rand.IntN(5)), nothing)
	require.ErrorContains(t, err, "killed", out)
	first := p.sent()
	out, err = run(2, fmt.Sprintf("CAMPAIGN_DIE=accepted %d", 2+rand.IntN(5)), nothing)
	require.ErrorContains(t, err, "killed", out)
	require.Greater(t, p.sent(), first)

	// The third time it dies in the middle of a call, which LINE has carried out.
	victim := make(chan *os.Process, 1)
	third := p.sends() + 2 + rand.IntN(5)
	p.setFault(func(n int, _ http.ResponseWriter, next func() int) bool {
		if n != third {
			return false
		}
		next()
		_ = (<-victim).Kill()
		panic(http.ErrAbortHandler)
	})
	out, err = run(3, "", func(cmd *exec.Cmd) { victim <- cmd.Process })
	require.ErrorContains(t, err, "killed", out)
	require.Less(t, p.sent(), users)

	out, err = run(4, "", nothing)
	require.NoError(t, err, out)
	require.Contains(t, out, "Chunks:20 Recipients:10000")
	require.Equal(t, map[int]int{1: users}, p.each(), "each user once")
	require.Equal(t, 20, len(p.bodies))
	require.Equal(t, 22, p.sends(), "two chunks were sent again, with their keys")
	for _, id := range []string{userIDs(0, 1)[0], userIDs(users-1, users)[0]} {
		require.NotContains(t, out, id)
	}
}
