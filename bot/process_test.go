package bot_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
)

// The tests with real processes run this very binary again, as a bot.
const (
	envListen = "KAIWA_TEST_LISTEN" // the address to listen on; makes the binary a bot
	envAPI    = "KAIWA_TEST_API"
	envRedis  = "KAIWA_TEST_REDIS"
	envSpace  = "KAIWA_TEST_NAMESPACE"
	envCrash  = "KAIWA_TEST_CRASH" // the point at which to die
	envArmed  = "KAIWA_TEST_ARMED" // a file: while it is there, the point is armed

	testSecret, testToken = "test-secret", "test-token"

	testLease, testLane = time.Second, time.Second
)

func TestMain(m *testing.M) {
	if os.Getenv(envListen) != "" {
		if err := runBot(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// die kills the process at the point, once, if it is armed.
func die(point string) {
	if os.Getenv(envCrash) == point && os.Remove(os.Getenv(envArmed)) == nil {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

// mortalStore dies before or after a call.
type mortalStore struct{ session.Store }

func (s mortalStore) Begin(ctx context.Context, r *session.BeginRequest) (session.BeginResult, error) {
	if r.Event.ID != "" {
		die("before begin")
		defer die("after begin")
	}
	return s.Store.Begin(ctx, r)
}

func (s mortalStore) Commit(ctx context.Context, r *session.CommitRequest) (session.CommitResult, error) {
	die("before commit")
	defer die("after commit")
	return s.Store.Commit(ctx, r)
}

// mortalChannel dies before or after sending.
type mortalChannel struct{ *line.Channel }

func (c mortalChannel) Send(ctx context.Context, d *transport.Delivery) (transport.Receipt, error) {
	die("before send")
	defer die("after send")
	return c.Channel.Send(ctx, d)
}

func runBot() error {
	ctx := context.Background()
	channel, err := line.New(testSecret, testToken, &line.Options{Endpoint: os.Getenv(envAPI)})
	if err != nil {
		return err
	}
	rdb := redis.NewClient(&redis.Options{Addr: os.Getenv(envRedis)})
	store, err := redisstore.New(ctx, rdb, &redisstore.Options{Namespace: os.Getenv(envSpace), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	f, err := tally()
	if err != nil {
		return err
	}
	o := bot.Options{Logger: slog.New(slog.NewTextHandler(os.Stderr, nil)), Failed: bot.Always(line.Text("sorry"))}
	o.SetTerms(testLease, testLane)
	b, err := bot.New(mortalChannel{channel}, mortalStore{store}, []*flow.Flow{f}, &o)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", os.Getenv(envListen))
	if err != nil {
		return err
	}
	fmt.Println("ready", ln.Addr())
	return http.Serve(ln, b)
}

// tally counts what its user says, and says the number.
func tally() (*flow.Flow, error) {
	b := flow.New[count]("tally")
	b.Start(flow.Text("start")).To("counting")
	b.In("counting").Enter(func(_ context.Context, t *countTurn) error {
		t.Send(line.Text("counting"))
		return nil
	}).
		On(flow.Text("stop")).End().
		On(flow.Text("kill")).Do(func(context.Context, *countTurn) error {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}).Stay().
		On(flow.Text()).Do(func(_ context.Context, t *countTurn) error {
		die("in action")
		t.Data.N++
		t.Send(line.Text(fmt.Sprintf("%d %s", t.Data.N, t.Event().Text)))
		return nil
	}).Stay().
		After(10 * time.Minute).End()
	return b.Build()
}

// stage is a LINE stand-in, a namespace in Redis, and bots as processes.
type stage struct {
	*testing.T
	line  *emulator.Platform
	api   string
	redis *redis.Client
	space string
	armed string
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{T: t, redis: redistest.Start(t), armed: filepath.Join(t.TempDir(), "armed")}
	s.space = redistest.Namespace(t, s.redis)
	var waits []time.Duration
	for range 40 {
		waits = append(waits, 100*time.Millisecond)
	}
	s.line = emulator.New(testSecret, testToken, &emulator.Options{Users: []string{"ann", "bob"}, Redeliver: waits})
	t.Cleanup(s.line.Close)
	srv := httptest.NewServer(s.line)
	t.Cleanup(srv.Close)
	s.api = srv.URL
	return s
}

// process is a bot that is started again when it died by SIGKILL.
type process struct {
	addr string
	cmd  *exec.Cmd
	mu   sync.Mutex
	died int
	stop bool
}

// start runs a bot that dies at the point when it is armed.
func (s *stage) start(point string) *process {
	s.Helper()
	p := &process{addr: "127.0.0.1:0"}
	s.spawn(p, point)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			_ = p.cmd.Wait()
			p.mu.Lock()
			if p.stop {
				p.mu.Unlock()
				return
			}
			p.died++
			s.spawn(p, point)
			p.mu.Unlock()
		}
	}()
	s.Cleanup(func() {
		p.mu.Lock()
		p.stop = true
		_ = p.cmd.Process.Kill()
		p.mu.Unlock()
		<-done
	})
	return p
}

func (s *stage) spawn(p *process, point string) {
	p.cmd = exec.Command(os.Args[0])
	p.cmd.Env = append(os.Environ(), envListen+"="+p.addr, envAPI+"="+s.api,
		envRedis+"="+s.redis.Options().Addr, envSpace+"="+s.space, envCrash+"="+point, envArmed+"="+s.armed)
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		s.Error(err)
		return
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if addr, ok := strings.CutPrefix(line, "ready "); ok {
		p.addr = strings.TrimSpace(addr)
	} else {
		s.Errorf("the bot did not start: %q %v", line, err)
	}
}

func (p *process) deaths() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.died
}

// say has a user say something; the bot may die of it, and is told again.
func (s *stage) say(user, words string) emulator.Delivery {
	s.Helper()
	d, _ := s.line.Say(s.Context(), user, words)
	return d
}

// shown waits until the bot has sent n messages to the user, and returns all of them.
func (s *stage) shown(user string, n int) []string {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), 20*time.Second)
	defer cancel()
	var texts []string
	for seq := 0; len(texts) < n; {
		m, err := s.line.Next(ctx, user, seq)
		require.NoError(s, err, "shown so far: %q", texts)
		seq = m.Seq
		texts = append(texts, m.Text)
	}
	return s.texts(user)
}

// texts returns what the bot has sent to the user.
func (s *stage) texts(user string) []string {
	var texts []string
	for _, m := range s.line.Messages(user) {
		if m.From == emulator.FromBot {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

// settled waits until no output of the user waits to be acknowledged: nothing can be sent twice
// after that.
func (s *stage) settled(user string) {
	s.Helper()
	var id string
	for _, u := range s.line.Users() {
		if u.Name == user {
			id = u.ID
		}
	}
	key := session.Key{Chat: transport.ChatUser, ChatID: id}
	store, err := redisstore.New(s.Context(), s.redis, &redisstore.Options{Namespace: s.space, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(s, err)
	require.Eventually(s, func() bool {
		kept, err := store.Inspect(s.Context(), key.ID())
		return err == nil && len(kept.Outputs) == 0
	}, 10*time.Second, 50*time.Millisecond)
}
