package bot_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// What must be in no log, error, answer, count or letter.
const (
	canaryText   = "canarytext"
	canaryReply  = "canaryreplytoken"
	canaryToken  = "canarychanneltoken"
	canarySecret = "canarysecretcanarysecretcanary01"
	canaryUser   = "Ucanary0123456789abcdef0123456789"
)

// canaryFlow goes wrong in the words of the user.
func canaryFlow(t *testing.T) *flow.Flow {
	fb := flow.New[count]("canary")
	fb.Start(flow.Text("start")).To("only")
	fb.In("only").On(flow.Text("stop")).End().
		On(flow.Text()).Do(func(_ context.Context, turn *countTurn) error {
		switch words := turn.Event().Text; {
		case strings.HasPrefix(words, "panic"):
			panic(words)
		case strings.HasPrefix(words, "number"):
			_, err := strconv.Atoi(words)
			return fmt.Errorf("%s by %s: %w", turn.Event().ReplyToken, turn.Event().Source.UserID, err)
		case strings.HasPrefix(words, "bad message"):
			turn.Send(line.Text(strings.Repeat(words, 1000)))
		default:
			turn.Send(line.Text("You said " + words))
		}
		return nil
	}).Stay()
	f, err := fb.Build()
	require.NoError(t, err)
	return f
}

// flakyStore is a memory store that is away, or that loses the answer to a commit.
type flakyStore struct {
	*memstore.Store
	down, lose atomic.Bool
}

func (s *flakyStore) Begin(ctx context.Context, r *session.BeginRequest) (session.BeginResult, error) {
	if s.down.Load() {
		return session.BeginResult{}, session.ErrUnavailable
	}
	return s.Store.Begin(ctx, r)
}

func (s *flakyStore) Commit(ctx context.Context, r *session.CommitRequest) (session.CommitResult, error) {
	done, err := s.Store.Commit(ctx, r)
	if s.lose.Swap(false) {
		return session.CommitResult{}, session.ErrUnavailable
	}
	return done, err
}

// In everything that goes wrong, nothing of what must stay private leaves by the back door.
func TestCanaries(t *testing.T) {
	t.Parallel()
	var answer atomic.Int64 // how the API answers
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Line-Request-Id", "request-1")
		w.WriteHeader(int(answer.Load()))
		fmt.Fprintf(w, `{"message":"%s is refused","details":[{"message":%q,"property":"to"}]}`, canaryText, sent)
	}))
	defer api.Close()
	var out strings.Builder
	log := &logged{}
	logger := slog.New(log)
	channel, err := line.New(canarySecret, canaryToken, &line.Options{Endpoint: api.URL, Logger: logger})
	require.NoError(t, err)
	store := &flakyStore{Store: memstore.New()}
	b, err := bot.New(channel, store, []*flow.Flow{canaryFlow(t)}, &bot.Options{
		Logger: logger, MaxAttempts: 2, Failed: bot.Always(line.Text("Sorry.")), UserRate: 20,
		Sent: func(s bot.Sent) { logger.Info("sent", "outcome", fmt.Sprintf("%+v", s)) },
	})
	require.NoError(t, err)
	n := 0
	post := func(words, secret string) {
		n++
		body := fmt.Sprintf(`{"destination":"U1","events":[{"type":"message","webhookEventId":"e%d","timestamp":%d,`+
			`"replyToken":"%s","mode":"active","source":{"type":"user","userId":"%s"},"deliveryContext":{"isRedelivery":false},`+
			`"message":{"type":"text","id":"%d","text":%q}}]}`, n, time.Now().UnixMilli(), canaryReply, canaryUser, n, words)
		if words == "malformed" {
			body = body[:len(body)-3] + canaryText
		}
		r := httptest.NewRequest(http.MethodPost, "/webhook", strings.NewReader(body))
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(body))
		r.Header.Set("X-Line-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
		w := httptest.NewRecorder()
		b.ServeHTTP(w, r)
		fmt.Fprintln(&out, w.Code, w.Header(), w.Body)
	}
	settle := func(turns int64) {
		require.Eventually(t, func() bool {
			s := b.Stats()
			return s.Turns+s.Dead >= turns && s.Sent+s.Dropped+s.Retried >= turns-1
		}, 10*time.Second, 5*time.Millisecond)
	}
	post("start", canarySecret)
	turns := int64(1)
	for _, status := range []int64{200, 400, 403, 404, 409, 500, 429, 401} {
		answer.Store(status)
		turns++
		post(canaryText, canarySecret)
		settle(turns)
	}
	answer.Store(200)
	for _, words := range []string{"panic", "number", "bad message"} {
		turns++
		post(words+" "+canaryText, canarySecret)
		settle(turns)
	}
	post(canaryText, "another secret of the same length")
	post("malformed", canarySecret)
	store.down.Store(true)
	post(canaryText, canarySecret)
	store.down.Store(false)
	store.lose.Store(true)
	turns++
	post(canaryText, canarySecret)
	settle(turns)
	for range 60 { // more than one user may
		post(canaryText, canarySecret)
	}
	api.CloseClientConnections()
	letters, err := deadLetters(b.DeadLetters(t.Context()))
	require.NoError(t, err)
	for _, l := range letters {
		l.Event.Body, l.Output = nil, session.Output{}
		fmt.Fprintf(&out, "%+v\n", l)
	}
	require.GreaterOrEqual(t, len(letters), 6, "events and outputs")
	fmt.Fprintf(&out, "%+v %v %+v\n", b.Stats(), channel, channel)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := b.Shutdown(ctx); !errors.Is(err, nil) {
		fmt.Fprintln(&out, err)
	}
	all := strings.Join(log.all(), "\n") + out.String()
	for _, line := range []string{"turn failed", "output not delivered", "events left out", "line: API call", "events not accepted", "signed, but no webhook"} {
		require.Contains(t, all, line, "the scenario took place")
	}
	for _, canary := range []string{canaryText, canaryReply, canaryToken, canarySecret, canaryUser} {
		require.NotContains(t, all, canary)
	}
}
