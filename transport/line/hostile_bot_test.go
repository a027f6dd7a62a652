package line

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session/memstore"
)

// hostileRun is a bot that gets hostile webhooks over real HTTP, and the platform that it answers.
type hostileRun struct {
	t        *testing.T
	bot      *bot.Bot
	webhook  *httptest.Server
	client   *http.Client
	faults   bytes.Buffer // what net/http says of panics
	mu       sync.Mutex
	answered map[string]bool
}

func newHostileRun(t *testing.T) *hostileRun {
	t.Helper()
	r := &hostileRun{t: t, answered: map[string]bool{}}
	r.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	t.Cleanup(r.client.CloseIdleConnections)
	api := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		var reply struct{ ReplyToken string }
		_ = json.NewDecoder(req.Body).Decode(&reply)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.answered[reply.ReplyToken] = true
	}))
	t.Cleanup(api.Close)
	silent := slog.New(slog.DiscardHandler)
	channel, err := New(knownSecret, "token", &Options{Endpoint: api.URL, Logger: silent})
	require.NoError(t, err)
	b := flow.New[struct{}]("any")
	b.Start(flow.Any(), flow.Follow()).To("on")
	b.In("on").Enter(func(_ context.Context, turn *flow.Turn[struct{}]) error {
		turn.Send(Text("ok"))
		return nil
	}).On(flow.Any()).Again().On(flow.Unfollow()).End()
	fl, err := b.Build()
	require.NoError(t, err)
	r.bot, err = bot.New(channel, memstore.New(), []*flow.Flow{fl}, &bot.Options{Logger: silent})
	require.NoError(t, err)
	r.webhook = httptest.NewUnstartedServer(r.bot)
	r.webhook.Config.ErrorLog = log.New(&r.faults, "", 0)
	r.webhook.Start()
	t.Cleanup(r.webhook.Close)
	return r
}

func (r *hostileRun) post(body string) (status int) {
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.webhook.URL, bytes.NewReader([]byte(body)))
	if err != nil {
		return 0
	}
	req.Header = signed(knownSecret, body)
	resp, err := r.client.Do(req)
	if err != nil {
		return 0
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

func (r *hostileRun) answeredAll(numbers []int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range numbers {
		if !r.answered["good-"+strconv.Itoa(n)] {
			return false
		}
	}
	return true
}

// TestHostileWebhooks sends 10,000 signed webhooks, in each of them hostile events around a good
// one. The good one is always answered, but where the hostile ones leave no telling where they
// end; there is no panic, no failed turn, and memory is what the sessions of the users take.
func TestHostileWebhooks(t *testing.T) {
	const webhooks, workers = 10000, 4
	r := newHostileRun(t)
	require.Equal(t, 200, r.post(knownBody))
	before := heap()
	var (
		wg      sync.WaitGroup
		mu      sync.Mutex
		fair    []int // the numbers of the webhooks whose good event must be answered
		refused int
	)
	for w := range workers {
		h := newHostile(t, uint64(w))
		wg.Go(func() {
			for n := w; n < webhooks; n += workers {
				body, isFair := h.webhook(n)
				status := r.post(body)
				mu.Lock()
				switch {
				case isFair && status == 200:
					fair = append(fair, n)
				case isFair || status != 200 && status != 400 || status == 400 && json.Valid([]byte(body)) && separable(body):
					t.Errorf("webhook %d: status %d: %q", n, status, body[:min(len(body), 2000)])
				case status == 400:
					refused++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	require.Eventually(t, func() bool { return r.answeredAll(fair) }, 30*time.Second, 10*time.Millisecond)
	require.Greater(t, len(fair), webhooks/3)
	require.NotZero(t, refused)
	require.NoError(t, r.bot.Shutdown(t.Context()))
	got := r.bot.Stats()
	require.Zero(t, got.Failed+got.Dead+got.Dropped, "%+v", got)
	grown := int64(heap()) - int64(before)
	t.Logf("fair %d, refused %d, heap grown by %d KiB, %+v", len(fair), refused, grown>>10, got)
	require.Less(t, grown, int64(16<<20))
	r.webhook.Close()
	require.Empty(t, r.faults.String(), "net/http saw a panic")
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
