package main

import (
	"encoding/json"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// platform plays LINE's API: reply tokens that work once and for a while, retry keys, faults
// before and after a call was accepted. It keeps what it accepted, for each user in order.
type platform struct {
	srv  *http.Server
	ln   net.Listener
	life time.Duration // of a reply token

	mu     sync.Mutex // guards the rest
	rng    *rand.Rand
	faults float64  // part of the calls that fail
	always apiFault // how all calls fail; with its zero value they do not
	tokens map[string]*token
	keys   map[string]bool
	shown  map[string][]message // by chat
	words  map[string][]word    // by chat, of bots of several conversations
	last   time.Time            // when the last message was accepted
	calls  apiCalls

	dbDown bool           // the database does not answer
	asked  map[string]int // how often the database was asked for a key
}

// token is a reply token. LINE takes it once, for about a minute from its webhook, and never more than
// tokenReach after its event.
type token struct {
	chat  string
	born  time.Time
	event time.Time // when its event happened
	used  bool
}

const tokenReach = 20 * time.Minute

// message is a message that a user sees.
type message struct {
	answer
	at     time.Time
	pushed bool
}

// apiCalls counts what the bots asked for.
type apiCalls struct {
	replies, pushes, faults, usedTokens, usedKeys, unread, apologies int
	elsewhere                                                        int // of an account that they were not for
}

func startPlatform(seed uint64, life time.Duration) (*platform, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &platform{
		ln: ln, life: life, rng: rand.New(rand.NewPCG(seed, 2)),
		tokens: map[string]*token{}, keys: map[string]bool{}, shown: map[string][]message{}, words: map[string][]word{},
		asked: map[string]int{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v2/bot/message/reply", p.call)
	mux.HandleFunc("POST /v2/bot/message/push", p.call)
	mux.HandleFunc("GET /database", p.database)
	mux.HandleFunc("POST /v2/bot/chat/loading/start", func(w http.ResponseWriter, _ *http.Request) {
		respond(w, http.StatusAccepted, "")
	})
	p.srv = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = p.srv.Serve(ln) }()
	return p, nil
}

func (p *platform) url() string { return "http://" + p.ln.Addr().String() }

func (p *platform) close() { _ = p.srv.Close() }

// setFaults has part of the calls fail at random, or all of them in one way.
func (p *platform) setFaults(part float64, always apiFault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults, p.always = part, always
}

// issue makes an event's reply token valid from now on, also one that was issued before.
func (p *platform) issue(e *event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.tokens[e.token()]
	if t == nil {
		t = &token{chat: e.chat(), event: time.UnixMilli(e.stamp)}
		p.tokens[e.token()] = t
	}
	t.born = time.Now()
}

// good says whether LINE would take a reply with the token now.
func (t *token) good(life time.Duration) bool {
	return t != nil && !t.used && time.Since(t.born) <= life && time.Since(t.event) <= tokenReach
}

// apiRequest is the body of a reply or a push.
type apiRequest struct {
	ReplyToken, To string
	Messages       []apiMessage

	account string // that calls, as its access token says
}

type apiMessage struct {
	Text       string
	QuickReply struct {
		Items []struct{ Action struct{ Data string } }
	}
}

func (p *platform) call(w http.ResponseWriter, r *http.Request) {
	var q apiRequest
	err := json.NewDecoder(r.Body).Decode(&q)
	account, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "+tokenOf(""))
	if q.account = account; err != nil || !ok {
		respond(w, http.StatusBadRequest, "The request body has an error")
		return
	}
	push := strings.HasSuffix(r.URL.Path, "push")
	f := p.draw(push)
	if f.before && !f.act(w, r) {
		return
	}
	status, text := p.accept(&q, push, r.Header.Get("X-Line-Retry-Key"))
	if f.after && !f.act(w, r) {
		return
	}
	respond(w, status, text)
}

// accept carries out a call.
func (p *platform) accept(q *apiRequest, push bool, key string) (status int, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	chat := chatOf(q.account, q.To)
	if push {
		p.calls.pushes++
		if key != "" && p.keys[key] {
			p.calls.usedKeys++
			return http.StatusConflict, "The retry key is already accepted"
		}
		p.keys[key] = true
	} else {
		p.calls.replies++
		t := p.tokens[q.ReplyToken]
		if t != nil && accountOf(t.chat) != q.account {
			p.calls.elsewhere++
			return http.StatusBadRequest, "Invalid reply token"
		}
		if !t.good(p.life) {
			p.calls.usedTokens++
			return http.StatusBadRequest, "Invalid reply token"
		}
		t.used, chat = true, t.chat
	}
	for _, m := range q.Messages {
		if m.Text == apology {
			p.calls.apologies++
			continue
		}
		if w, err := parseWord(m.Text); err == nil {
			if w.at = time.Now(); len(m.QuickReply.Items) > 0 {
				w.button = m.QuickReply.Items[0].Action.Data
			}
			p.words[chat] = append(p.words[chat], w)
			continue
		}
		a, err := parseAnswer(m.Text)
		if err != nil {
			p.calls.unread++
			continue
		}
		if a.Account != q.account {
			p.calls.elsewhere++
		}
		p.shown[chat] = append(p.shown[chat], message{answer: a, at: time.Now(), pushed: push})
	}
	p.last = time.Now()
	return http.StatusOK, ""
}

func respond(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	body := map[string]string{}
	if text != "" {
		body["message"] = text
	}
	_ = json.NewEncoder(w).Encode(body)
}

// snapshot returns what a chat shows.
func (p *platform) snapshot(chat string) []message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]message(nil), p.shown[chat]...)
}

// heard returns what a chat shows of a bot of several conversations.
func (p *platform) heard(chat string) []word {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.words[chat])
}

func (p *platform) counts() (apiCalls, time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls, p.last
}
