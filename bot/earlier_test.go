package bot_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// The chats of the fixture. testdata/earlier/README.md says what happened in each of them.
var (
	ann, bea, fay, gil, hal = user('a'), user('b'), user('f'), user('g'), user('h')
	eve, ida, jon, kim      = user('e'), user('i'), user('j'), user('k')
	cal, dan                = user('c'), user('d')
	club, team              = "C" + cal[1:], "C" + dan[1:] // groups
)

func user(letter byte) string { return "U" + strings.Repeat(fmt.Sprintf("%x", letter), 16) }

// What an earlier build left in Redis goes on in this one, as its users see it: testdata/earlier
// holds the keys that builds of the commits in the file names wrote.
func TestSessionsOfEarlierBuildsGoOn(t *testing.T) {
	t.Parallel()
	const file = "testdata/earlier/69e4d29.json"
	t.Run("an hour later", func(t *testing.T) { testAnHourLater(t, file) })
	t.Run("when timers are due", func(t *testing.T) { testTimersAreDue(t, file) })
}

// Conversations that were begun before there were wrong answers, calls and histories go on with all of these,
// and their buttons stay good.
func TestConversationsOfEarlierBuildsGoOn(t *testing.T) {
	const file = "testdata/earlier/4afa2d5.json"
	t.Run("an hour later", func(t *testing.T) {
		w := newWorld(t)
		w.restore(file, time.Hour)
		w.start(&bot.Options{})
		w.post(ann, ann, "sticker", time.Now(), `"type":"message","message":{"type":"sticker","id":"1","packageId":"1","stickerId":"2"}`)
		w.expect(ann, "reply How many on sat?") // a wrong answer, and the record has a trail from now on
		w.tap(ann, ann, "sat")
		w.expect(ann, "reply How many on sat?") // the button of a step that has passed
		w.tap(ann, ann, "4")
		w.expect(ann, "reply sat for 4?", "menu confirm")
		w.tap(club, dan, "2")
		w.tap(club, cal, "2")
		w.expect(club, "reply sat for 2?") // the conversation is cal's alone
		w.tap(gil, gil, "yes")
		w.expect(gil, "reply Booked: sat for 2", "menu ")
		w.say(bea, bea, "bea-9", "book")
		w.expect(bea, "reply Which day?")
		w.stop()
		w.mu.Lock()
		defer w.mu.Unlock()
		require.Empty(t, w.calls, "nobody gets more")
	})
	t.Run("with buttons of before the wrong answer", func(t *testing.T) {
		w := newWorld(t)
		old := w.restore(file, time.Hour)
		w.start(&bot.Options{})
		shown := len(old.Shown[ann])
		w.post(ann, ann, "sticker", time.Now(), `"type":"message","message":{"type":"sticker","id":"1","packageId":"1","stickerId":"2"}`)
		w.expect(ann, "reply How many on sat?")
		w.mu.Lock()
		w.shown[ann] = w.shown[ann][:shown]
		w.mu.Unlock()
		w.tap(ann, ann, "4")
		w.expect(ann, "reply sat for 4?", "menu confirm")
	})
	t.Run("when timers are due", func(t *testing.T) {
		w := newWorld(t)
		w.restore(file, 6*time.Hour)
		w.start(&bot.Options{})
		w.expect(ann, "push Still there?", "push Too late for sat.")
		w.expect(club, "push Still there?", "push Too late for sat.")
		w.expect(bea, "push See you: sat for 4") // a reminder, with the data of then
		w.expect(gil, "push Too late for sat.", "menu ")
	})
}

func testAnHourLater(t *testing.T, file string) {
	w := newWorld(t)
	old := w.restore(file, time.Hour)
	b := w.start(&bot.Options{})

	// What the sweep finds. The outputs come in order, the menu behind its message.
	w.expect(fay, "push sat for 4?", "menu confirm")
	w.mu.Lock()
	require.Equal(t, old.RetryKey, w.keys[fay], "LINE knows the push over all attempts")
	w.mu.Unlock()
	w.expect(hal, "push You said hang", "push You said two", "push You said three")

	w.say(ann, ann, "ann-1", "book")
	require.EqualValues(t, 1, b.Stats().Duplicates, "an event that the earlier build took")
	w.tap(ann, ann, "sat")
	w.expect(ann, "reply How many on sat?") // the button of a step that has passed
	w.tap(ann, ann, "4")
	w.expect(ann, "reply sat for 4?", "menu confirm")
	w.tap(gil, gil, "yes")
	w.expect(gil, "reply Booked: sat for 2", "menu ")
	w.tap(club, dan, "2")
	w.tap(club, cal, "2")
	w.expect(club, "reply sat for 2?") // the conversation is cal's alone
	w.say(bea, bea, "bea-9", "book")
	w.expect(bea, "reply Which day?")

	// Dead letters: the event has another turn, and the output is pushed.
	letters, err := deadLetters(b.DeadLetters(t.Context()))
	require.NoError(t, err)
	require.Len(t, letters, 2)
	for _, l := range letters {
		if l.Event.ID == "" {
			require.Contains(t, string(l.Output.Body), "You said refuse")
			require.NoError(t, b.Replay(t.Context(), l.ID))
			w.expect(jon, "push You said refuse")
			continue
		}
		require.Equal(t, "ida-2", l.Event.ID)
		require.NoError(t, b.Replay(t.Context(), l.ID))
	}
	w.expect(ida, "push You said bad")
	w.say(jon, jon, "jon-9", "hello")
	w.expect(jon, "reply You said hello")

	// A conversation that was forgotten takes no event from before.
	w.post(kim, kim, "kim-8", time.Now().Add(-3*time.Hour), asText("book"))
	require.EqualValues(t, 1, b.Stats().Stale)
	w.say(kim, kim, "kim-9", "book")
	w.expect(kim, "reply Which day?")

	// A session of version 3 waits for a build of that version.
	w.tap(eve, eve, "4")
	require.Eventually(t, func() bool { return b.Stats().Deferred > 0 }, 10*time.Second, 5*time.Millisecond)
	w.stop()
	w.start(&bot.Options{Version: 3, Scope: session.PerChat})
	w.expect(eve, "reply sat for 4?", "menu confirm")
	w.tap(team, cal, "sat") // anybody of the group goes on with what dan began
	w.expect(team, "reply How many on sat?")

	w.stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	require.Empty(t, w.calls, "nobody gets more")
}

func testTimersAreDue(t *testing.T, file string) {
	w := newWorld(t)
	w.restore(file, 6*time.Hour)
	w.start(&bot.Options{Version: 3})
	w.expect(ann, "push Still there?", "push Too late for sat.")
	w.expect(bea, "push See you: sat for 4") // a reminder, with the data of then
	w.expect(gil, "push Too late for sat.", "menu ")
	w.expect(team, "push Too late for .")
}

type order struct {
	Day   string `json:"day,omitempty"`
	Party string `json:"party,omitempty"`
}

// earlierFlow is the flow of the fixture. When it was written, "bad" failed and "hang" did not return.
func earlierFlow(t *testing.T) *flow.Flow {
	t.Helper()
	type turn = flow.Turn[order]
	in := func(d time.Duration) func(*turn) time.Time {
		return func(t *turn) time.Time { return t.Now().Add(d) }
	}
	say := func(text func(order) string, buttons ...string) flow.Action[order] {
		return func(_ context.Context, t *turn) error {
			var quick []line.Action
			for _, b := range buttons {
				quick = append(quick, line.Postback(b, b))
			}
			t.Send(line.Text(text(t.Data)).Quick(quick...))
			return nil
		}
	}
	words := func(text string) func(order) string { return func(order) string { return text } }
	setDay := func(_ context.Context, t *turn) error { t.Data.Day = t.Event().Postback.Data; return nil }
	setParty := func(_ context.Context, t *turn) error { t.Data.Party = t.Event().Postback.Data; return nil }
	describe := func(o order) string { return o.Day + " for " + o.Party }
	echo := func(_ context.Context, t *turn) error {
		t.Send(line.Text("You said " + t.Event().Text))
		return nil
	}

	b := flow.New[order]("booking")
	b.Start(flow.Text("book")).To("ask_day")
	b.In("ask_day").Enter(say(words("Which day?"), "fri", "sat")).
		On(flow.Postback("fri", "sat")).Do(setDay).To("ask_party")
	b.In("ask_party").Enter(say(func(o order) string { return "How many on " + o.Day + "?" }, "2", "4")).
		On(flow.Postback("2", "4")).Do(setParty).To("confirm").
		At(in(150 * time.Minute)).Do(say(words("Still there?"))).Stay()
	b.In("confirm").Menu("confirm").Enter(say(func(o order) string { return describe(o) + "?" }, "yes")).
		On(flow.Postback("yes")).Do(say(func(o order) string { return "Booked: " + describe(o) })).
		Remind("day_before", in(5*time.Hour), say(func(o order) string { return "See you: " + describe(o) })).End()
	b.InAny().
		On(flow.Text()).Do(echo).Stay().
		After(3 * time.Hour).Do(say(func(o order) string { return "Too late for " + o.Day + "." })).End()
	f, err := b.Build()
	require.NoError(t, err)
	return f
}

// world is a bot between a Redis and a stand-in for LINE's API.
type world struct {
	t     *testing.T
	api   *httptest.Server
	redis *fixtureRedis
	bot   *bot.Bot

	called chan struct{} // after each call

	mu    sync.Mutex
	calls map[string][]string // by chat
	shown map[string][]string // by chat, the data of the buttons
	keys  map[string]string   // by chat, the last retry key
}

func newWorld(t *testing.T) *world {
	w := &world{
		t: t, called: make(chan struct{}, 1),
		calls: map[string][]string{}, shown: map[string][]string{}, keys: map[string]string{},
	}
	w.api = httptest.NewServer(w)
	t.Cleanup(w.api.Close)
	client := redistest.Start(t)
	w.redis = &fixtureRedis{client, redistest.Namespace(t, client)}
	return w
}

func (w *world) restore(file string, age time.Duration) *fixture {
	w.t.Helper()
	f := readFixture(w.t, file)
	w.redis.restore(w.t, f, age)
	w.shown = f.Shown
	return f
}

// start starts a bot on what is stored.
func (w *world) start(o *bot.Options) *bot.Bot {
	w.t.Helper()
	return w.startFlow(o, earlierFlow(w.t))
}

func (w *world) startFlow(o *bot.Options, f *flow.Flow) *bot.Bot {
	w.t.Helper()
	o.Logger, o.Failed = slog.New(slog.DiscardHandler), bot.Always(line.Text("Sorry."))
	store, err := redisstore.New(w.t.Context(), w.redis.Client, &redisstore.Options{
		Namespace: w.redis.namespace, Logger: o.Logger,
	})
	require.NoError(w.t, err)
	channel, err := line.New(testSecret, testToken, &line.Options{Endpoint: w.api.URL, Processes: -1, Logger: o.Logger})
	require.NoError(w.t, err)
	channel.DeclareMenus("confirm")
	w.bot, err = bot.New(channel, store, []*flow.Flow{f}, o)
	require.NoError(w.t, err)
	w.t.Cleanup(w.stop)
	return w.bot
}

func (w *world) stop() { require.NoError(w.t, w.bot.Shutdown(context.Background())) }

func asText(words string) string {
	return fmt.Sprintf(`"type":"message","message":{"type":"text","id":"1","text":%q}`, words)
}

func (w *world) say(chat, user, id, words string) { w.post(chat, user, id, time.Now(), asText(words)) }

// tap has a user tap the button with this data that was shown last.
func (w *world) tap(chat, user, data string) {
	w.t.Helper()
	w.mu.Lock()
	tagged := ""
	for _, s := range w.shown[chat] {
		if d, _ := transport.Unmark(s); d == data {
			tagged = s
		}
	}
	w.mu.Unlock()
	require.NotEmpty(w.t, tagged, "no such button")
	w.post(chat, user, fmt.Sprint("tap-", time.Now().UnixNano()), time.Now(),
		fmt.Sprintf(`"type":"postback","postback":{"data":%q}`, tagged))
}

// post sends a webhook with one event, whose reply token names the chat.
func (w *world) post(chat, user, id string, at time.Time, what string) {
	w.t.Helper()
	source := fmt.Sprintf(`{"type":"user","userId":%q}`, user)
	if chat != user {
		source = fmt.Sprintf(`{"type":"group","groupId":%q,"userId":%q}`, chat, user)
	}
	body := fmt.Sprintf(`{"destination":"U0","events":[{%s,"webhookEventId":%q,"timestamp":%d,"source":%s,`+
		`"replyToken":%q,"mode":"active","deliveryContext":{"isRedelivery":false}}]}`,
		what, id, at.UnixMilli(), source, chat+"."+id)
	r := httptest.NewRequest(http.MethodPost, "/webhook", strings.NewReader(body))
	mac := hmac.New(sha256.New, []byte(testSecret))
	mac.Write([]byte(body))
	r.Header.Set("X-Line-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	answer := httptest.NewRecorder()
	w.bot.ServeHTTP(answer, r)
	require.Equal(w.t, http.StatusOK, answer.Code)
}

// ServeHTTP is LINE's API: a call becomes a line such as "reply Which day?" or "menu confirm".
func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if strings.Contains(r.URL.Path, "/richmenu/alias/") {
		fmt.Fprintf(rw, `{"richMenuId":%q}`, filepath.Base(r.URL.Path))
		return
	}
	var body struct {
		To, ReplyToken string
		Messages       []struct {
			Text       string
			QuickReply struct {
				Items []struct{ Action struct{ Data string } }
			}
		}
	}
	_ = json.NewDecoder(r.Body).Decode(&body)
	call := strings.TrimPrefix(r.URL.Path, "/v2/bot/message/")
	chat, _, _ := strings.Cut(body.To+body.ReplyToken, ".")
	if rest, ok := strings.CutPrefix(r.URL.Path, "/v2/bot/user/"); ok { // of a menu
		chat, call, _ = strings.Cut(rest, "/richmenu")
		call = "menu " + strings.TrimPrefix(call, "/")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	var buttons []string
	for _, m := range body.Messages {
		call += " " + m.Text
		for _, item := range m.QuickReply.Items {
			buttons = append(buttons, item.Action.Data)
		}
	}
	w.calls[chat] = append(w.calls[chat], call)
	w.shown[chat] = append(w.shown[chat], buttons...)
	if key := r.Header.Get("X-Line-Retry-Key"); key != "" {
		w.keys[chat] = key
	}
	select {
	case w.called <- struct{}{}:
	default: // the test has not looked since the last one
	}
	fmt.Fprint(rw, "{}")
}

// expect waits for the calls for a chat, and takes them.
func (w *world) expect(chat string, calls ...string) {
	w.t.Helper()
	limit := time.After(20 * time.Second)
	for late := false; !late && len(w.got(chat)) < len(calls); {
		select {
		case <-w.called:
		case <-limit:
			late = true
		}
	}
	require.Equal(w.t, calls, w.got(chat))
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.calls, chat)
}

func (w *world) got(chat string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls[chat]
}
