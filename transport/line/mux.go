package line

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Mux is a webhook for several accounts at one URL. It passes each webhook to the handler of the
// account that it is for, by its destination, which is the user id of the bot.
type Mux struct {
	bots     map[string]http.Handler
	entrance entrance
}

// NewMux returns a Mux of handlers, such as *bot.Bot, by the user ids of their bots, which LINE
// gives in the console and by its bot info. Bodies of more than maxBody bytes are refused; zero
// stands for DefaultMaxBody. It reports an empty map, an empty id, and a nil handler.
//
// The destination is read before the signature is checked, and decides only by which channel's
// secret that is done: a webhook of one account is never taken for another's.
func NewMux(bots map[string]http.Handler, maxBody int64) (*Mux, error) {
	m := &Mux{bots: make(map[string]http.Handler, len(bots))}
	m.entrance.maxBody, m.entrance.log = orDefault(max(maxBody, 0), DefaultMaxBody), slog.Default()
	for id, h := range bots {
		if id == "" || h == nil {
			return nil, errors.New("line: a bot without an id or a handler")
		}
		m.bots[id] = h
	}
	if len(m.bots) == 0 {
		return nil, errors.New("line: no bots")
	}
	return m, nil
}

// Rejected counts the webhooks that were refused before their account was known. Each reason is
// logged to slog.Default as by Channel.Handler.
func (m *Mux) Rejected() transport.Rejected { return m.entrance.total() }

// ServeHTTP answers 400 where the destination is missing or not known; see Channel.Handler for
// the rest.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	done, ok := begin(w, r)
	if !ok {
		return
	}
	var u unchecked
	defer m.entrance.free(&u)
	if why := m.entrance.read(w, r, &u); why != 0 {
		m.entrance.refuse(w, r, why)
		return
	}
	done()
	h := m.bots[destination(u.body)]
	if h == nil {
		m.entrance.refuse(w, r, refusedElsewhere)
		return
	}
	own := *r
	own.Body, own.ContentLength = io.NopCloser(bytes.NewReader(u.body)), int64(len(u.body))
	h.ServeHTTP(w, &own)
}

// destination returns whom a webhook is for, or nothing if it does not say so in one way.
func destination(body []byte) string {
	s, found, id := scanner{b: body}, false, ""
	for k := s.first(); k != nil; k = s.next() {
		if string(k) != "destination" {
			s.skip(maxDepth)
			continue
		}
		if found {
			return ""
		}
		found, id = true, string(s.str())
	}
	if s.bad {
		return ""
	}
	return id
}
