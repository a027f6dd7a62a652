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
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flowtest/needs"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/campaign"
	"github.com/kaiwa-go/kaiwa/transport/line/campaign/redisledger"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
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
	ch, err := line.New("secret", "token", &line.Options{Endpoint: os.Getenv("CAMPAIGN_API")})
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
	list, err := os.ReadFile(os.Getenv("CAMPAIGN_LIST"))
	if err != nil {
		return err
	}
	ids := strings.Fields(string(list))
	at, n, _ := strings.Cut(os.Getenv("CAMPAIGN_DIE"), " ")
	left, _ := strconv.Atoi(n)
	switch at {
	case "noted": // the chunk stands in the ledger, and LINE has not seen it
		ledger = dyingLedger{ledger, &left}
	case "accepted": // LINE has the chunk, and the ledger does not know
		ch, err = line.New("secret", "token", &line.Options{
			Endpoint: os.Getenv("CAMPAIGN_API"), Client: &http.Client{Transport: &dyingTransport{left}},
		})
		if err != nil {
			return err
		}
	}
	rep, err := campaign.Multicast(context.Background(), ch, ledger, "spring", campaign.IDs(ids), spring,
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

// dyingTransport dies once the nth call was accepted.
type dyingTransport struct{ left int }

func (c *dyingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(r)
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

func (g dyingLog) Append(ctx context.Context, record []byte, outcome bool) error {
	err := g.Log.Append(ctx, record, outcome)
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

// lineOf is the emulator with so many users, behind a handler that can kill who calls it.
type lineOf struct {
	*emulator.Platform
	users []emulator.User

	mu    sync.Mutex
	calls int
	die   int              // the call in whose midst the caller is killed, once it is carried out
	whom  chan *os.Process // who that is
}

func newLine(t *testing.T, users int) *lineOf {
	t.Helper()
	l := &lineOf{Platform: emulator.New("secret", "token", nil), whom: make(chan *os.Process, 1)}
	t.Cleanup(l.Close)
	for i := range users {
		u, err := l.AddUser(emulator.User{Name: strconv.Itoa(i), Friend: true})
		require.NoError(t, err)
		l.users = append(l.users, u)
	}
	return l
}

func (l *lineOf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	l.calls++
	fatal := l.calls == l.die
	l.mu.Unlock()
	if !fatal {
		l.Platform.ServeHTTP(w, r)
		return
	}
	l.Platform.ServeHTTP(httptest.NewRecorder(), r)
	_ = (<-l.whom).Kill()
	panic(http.ErrAbortHandler)
}

func (l *lineOf) dieIn(calls int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.die = l.calls + calls
}

// got is how many users have how many messages.
func (l *lineOf) got() map[int]int {
	counts := map[int]int{}
	for _, u := range l.users {
		counts[len(l.Messages(u.ID))]++
	}
	return counts
}

func killed(t *testing.T, env ...string) {
	t.Helper()
	needs.Processes(t)
	p := newLine(t, users)
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "list")
	run := func(extra string) (string, error) {
		var list strings.Builder
		for _, i := range rand.Perm(users) {
			list.WriteString(p.users[i].ID + "\n")
		}
		require.NoError(t, os.WriteFile(file, []byte(list.String()), 0o600))
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "CAMPAIGN_API="+server.URL, "CAMPAIGN_LIST="+file, extra)
		cmd.Env = append(cmd.Env, env...)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		require.NoError(t, cmd.Start())
		p.whom <- cmd.Process
		err := cmd.Wait()
		select {
		case <-p.whom:
		default:
		}
		return out.String(), err
	}

	out, err := run(fmt.Sprintf("CAMPAIGN_DIE=noted %d", 2+rand.IntN(5)))
	require.ErrorContains(t, err, "killed", out)
	first := p.got()[2]
	require.NotZero(t, first)
	out, err = run(fmt.Sprintf("CAMPAIGN_DIE=accepted %d", 2+rand.IntN(5)))
	require.ErrorContains(t, err, "killed", out)
	require.Greater(t, p.got()[2], first)
	p.dieIn(2 + rand.IntN(5)) // in the middle of a call, which LINE has carried out
	out, err = run("")
	require.ErrorContains(t, err, "killed", out)
	require.Equal(t, 2, len(p.got()), "some have both messages, some have none")

	out, err = run("")
	require.NoError(t, err, out)
	require.Contains(t, out, "Chunks:20 Recipients:10000")
	require.Equal(t, map[int]int{len(spring): users}, p.got(), "each user once")
	require.Equal(t, 22, p.calls, "two chunks were sent again, with their keys")
	require.NotRegexp(t, "U[0-9a-f]{32}", out)
}
