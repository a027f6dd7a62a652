package campaign_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/kaiwa-go/kaiwa/transport/line"
)

// platform stands in for LINE where the emulator is too much: in bubbles of synctest.
type platform struct {
	// fault is asked at each send, by its number from 1. It may answer in the platform's stead.
	// After it has run, next carries the call out and returns its status.
	fault func(n int, w http.ResponseWriter, next func() int) (done bool)

	mu       sync.Mutex
	calls    int
	accepted map[string]acceptance
	got      map[string]int // how often each user has got the messages
	bodies   []string       // that were accepted
	keys     []string       // retry keys of all sends
	tokens   []string       // access tokens of all sends
	phases   []string       // of narrowcasts, each told once; the last stays
	polls    int
	quota    string // answers of the quota
	used     string
}

type acceptance struct {
	at          time.Time
	request     string
	fingerprint [32]byte
}

func newPlatform() *platform {
	return &platform{accepted: map[string]acceptance{}, got: map[string]int{}, phases: []string{`{"phase":"succeeded"}`}}
}

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch r.URL.Path {
	case "/v2/bot/message/multicast", "/v2/bot/message/broadcast", "/v2/bot/message/narrowcast":
		p.send(w, r)
	case "/v2/bot/message/progress/narrowcast":
		phase := p.phases[min(p.polls, len(p.phases)-1)]
		p.polls++
		if r.URL.Query().Get("requestId") != "request-1" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = io.WriteString(w, phase)
	case "/v2/bot/message/quota":
		_, _ = io.WriteString(w, p.quota)
	case "/v2/bot/message/quota/consumption":
		_, _ = io.WriteString(w, p.used)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (p *platform) send(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(err)
	}
	p.calls++
	n, status := p.calls, 0
	p.keys = append(p.keys, r.Header.Get("X-Line-Retry-Key"))
	p.tokens = append(p.tokens, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	next := func() int {
		status = p.accept(w, r.Header.Get("X-Line-Retry-Key"), fmt.Sprintf("request-%d", n), body)
		return status
	}
	if p.fault != nil && p.fault(n, w, next) {
		return
	}
	if status == 0 {
		next()
	}
	if status == http.StatusOK && r.URL.Path == "/v2/bot/message/narrowcast" {
		status = http.StatusAccepted
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "{}")
}

const keyLife = 24 * time.Hour

// accept carries a send out, as LINE does under a retry key.
func (p *platform) accept(w http.ResponseWriter, key, request string, body []byte) int {
	sum := sha256.Sum256(body)
	w.Header().Set("X-Line-Request-Id", request)
	if a, ok := p.accepted[key]; ok && time.Since(a.at) < keyLife {
		if a.fingerprint != sum {
			panic("a retry key was used for another body")
		}
		w.Header().Set("X-Line-Accepted-Request-Id", a.request)
		return http.StatusConflict
	}
	p.accepted[key] = acceptance{time.Now(), request, sum}
	var b struct{ To []string }
	if err := json.Unmarshal(body, &b); err != nil || len(b.To) > 500 || len(key) != 36 {
		return http.StatusBadRequest
	}
	for _, id := range b.To {
		p.got[id]++
	}
	p.bodies = append(p.bodies, string(body))
	return http.StatusOK
}

// answer makes a fault of a status and a message.
func answer(w http.ResponseWriter, status int, message string) bool {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
	return true
}

// each is how often each of the users got the messages.
func (p *platform) each() map[int]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	counts := map[int]int{}
	for _, n := range p.got {
		counts[n]++
	}
	return counts
}

// channel is one whose calls are made by next.
func channel(next http.RoundTripper) *line.Channel {
	return channelOf(next, nil)
}

// channelOf is one that has its tokens from a source, unless that is nil.
func channelOf(next http.RoundTripper, tokens line.TokenSource) *line.Channel {
	token := "token"
	if tokens != nil {
		token = ""
	}
	c, err := line.New("secret", token, &line.Options{
		Endpoint: "http://line.test", Client: &http.Client{Transport: next}, Tokens: tokens,
	})
	if err != nil {
		panic(err)
	}
	return c
}

// direct calls LINE without a network.
type direct struct{ h http.Handler }

func (c direct) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	lost := false
	func() {
		defer func() {
			if e := recover(); e == http.ErrAbortHandler {
				lost = true
			} else if e != nil {
				panic(e)
			}
		}()
		c.h.ServeHTTP(w, r)
	}()
	if lost {
		<-r.Context().Done() // no answer ever comes
		return nil, r.Context().Err()
	}
	return w.Result(), nil
}

// userIDs returns the ids of users from to to-1.
func userIDs(from, to int) []string {
	ids := make([]string, 0, to-from)
	for i := from; i < to; i++ {
		sum := sha256.Sum256(fmt.Append(nil, i))
		ids = append(ids, "U"+hex.EncodeToString(sum[:16]))
	}
	return ids
}
