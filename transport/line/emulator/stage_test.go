package emulator

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	secret = "8c570fa6dd201bb328f1c1eac23a96d8"
	token  = "token-of-the-channel"
)

// stage is a platform on a real server, and a bot that records its webhooks.
type stage struct {
	*Platform
	t    *testing.T
	api  *httptest.Server
	bot  *httptest.Server
	now  *clock
	hits chan *hit

	mu     sync.Mutex
	status int
	answer func(h *hit)
}

// hit is one webhook that the bot got.
type hit struct {
	header      http.Header
	body        []byte
	destination string
	event       event
}

// raw is one property of the event, as it was sent.
func (h *hit) raw(t *testing.T, key string) json.RawMessage {
	t.Helper()
	var body struct{ Events []map[string]json.RawMessage }
	require.NoError(t, json.Unmarshal(h.body, &body))
	return body.Events[0][key]
}

type event struct {
	Type, Mode, ReplyToken, WebhookEventID string
	Timestamp                              int64
	Source                                 struct{ Type, UserID, GroupID, RoomID string }
	Joined, Left                           struct {
		Members []struct{ Type, UserID string }
	}
	DeliveryContext struct{ IsRedelivery *bool }
	Message         map[string]any
	Postback        struct {
		Data   string
		Params map[string]string
	}
	Follow *struct{ IsUnblocked bool }
}

type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func newStage(t *testing.T, o *Options) *stage {
	t.Helper()
	s := &stage{
		t: t, status: http.StatusOK, hits: make(chan *hit, 100),
		now: &clock{t: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)},
	}
	s.bot = httptest.NewServer(http.HandlerFunc(s.webhook))
	t.Cleanup(s.bot.Close)
	var options Options
	if o != nil {
		options = *o
	}
	options.Webhook = s.bot.URL
	options.Now = s.now.now
	s.Platform = New(secret, token, &options)
	s.api = httptest.NewServer(s.Platform)
	t.Cleanup(s.api.Close)
	t.Cleanup(s.Platform.Close) // runs first: ends the streams that the server waits for
	return s
}

func (s *stage) webhook(w http.ResponseWriter, r *http.Request) {
	h := &hit{header: r.Header}
	h.body, _ = io.ReadAll(r.Body)
	var body struct {
		Destination string
		Events      []event
	}
	if json.Unmarshal(h.body, &body) == nil && len(body.Events) == 1 {
		h.destination, h.event = body.Destination, body.Events[0]
	}
	s.mu.Lock()
	status, answer := s.status, s.answer
	s.mu.Unlock()
	if answer != nil {
		answer(h)
	}
	s.hits <- h
	if status == http.StatusFound {
		w.Header().Set("Location", s.bot.URL+"/moved")
	}
	w.WriteHeader(status)
}

// answers sets what the bot does with the webhooks that follow.
func (s *stage) answers(status int, f func(*hit)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.answer = status, f
}

// hit returns the next webhook.
func (s *stage) hit() *hit {
	s.t.Helper()
	select {
	case h := <-s.hits:
		return h
	case <-time.After(10 * time.Second):
		s.t.Fatal("no webhook came")
		return nil
	}
}

// user is the id of the first user.
func (s *stage) user() string { return s.Users()[0].ID }

// first is the chat of the first user.
func (s *stage) first() *chat { return s.find(s.user()).chat }

// page is what a page of the first user's chat shows.
func (s *stage) page() update {
	change, _ := s.since(&viewer{chat: s.first(), user: s.first().person})
	return change
}

// says lets the first user write, and returns the reply token.
func (s *stage) says(text string) string {
	s.t.Helper()
	d, err := s.Say(s.t.Context(), s.user(), text)
	require.NoError(s.t, err)
	s.hit()
	return d.ReplyToken
}

// shows pushes a message to the first user.
func (s *stage) shows(message string) Message {
	s.t.Helper()
	_, err := s.Follow(s.t.Context(), s.user())
	require.NoError(s.t, err)
	r := s.call(http.MethodPost, pushPath, `{"to":"`+s.user()+`","messages":[`+message+`]}`)
	require.Equal(s.t, http.StatusOK, r.status, r.raw)
	all := s.Messages(s.user())
	return all[len(all)-1]
}

// result is the answer to an API call.
type result struct {
	status  int
	header  http.Header
	raw     string
	Message string
	Details []detail
	Sent    []sentMessage `json:"sentMessages"`
}

// call makes an API call with the right token; headers come in pairs.
func (s *stage) call(method, path, body string, headers ...string) result {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, s.api.URL+path, strings.NewReader(body))
	require.NoError(s.t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json; charset=UTF-8")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	require.NoError(s.t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	require.NoError(s.t, err)
	got := result{status: res.StatusCode, header: res.Header, raw: string(raw)}
	_ = json.Unmarshal(raw, &got) // pages are not JSON
	return got
}

func (s *stage) reply(token, messages string) result {
	s.t.Helper()
	return s.call(http.MethodPost, "/v2/bot/message/reply",
		`{"replyToken":"`+token+`","messages":[`+messages+`]}`)
}

const hello = `{"type":"text","text":"hello"}`

// decode reads the body of an answer.
func decode(t *testing.T, raw string, v any) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(raw), v))
}
