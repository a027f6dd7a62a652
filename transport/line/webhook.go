package line

import (
	"context"
	"net/http"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/webhook"
)

const (
	// acceptTimeout leaves a little of the 2 s that LINE waits for an answer.
	// https://developers.line.biz/en/docs/partner-docs/development-guidelines/
	acceptTimeout = 1800 * time.Millisecond
	// bodyTimeout is how long a body may take to arrive.
	bodyTimeout = 5 * time.Second
	// trustedSize is how much is allocated on the word of a Content-Length.
	trustedSize = 16 << 10

	signatureHeader = "X-Line-Signature"
)

// Decode reads one event object as it stands in the events of a webhook. It serves to read
// stored events again, and gives the same Event each time; Raw refers to raw.
//
// The error says that the event is malformed, or that the account is not this one, and nothing of what
// is in the event.
func (c *Channel) Decode(account string, raw []byte) (transport.Event, error) {
	if account != c.name {
		return transport.Event{}, errElsewhere
	}
	return webhook.Event(raw, account)
}

// Handler receives webhooks: it checks the signature, decodes the events and calls accept with
// them, in the order of the webhook.
//
// It answers 200 when accept returned nil, and 503 when it returned an error, so that LINE
// delivers the webhook again if redelivery is switched on. Accept therefore returns once the
// events are safe and leaves the work for later: its context ends after 1.8 s, as LINE waits
// for 2 s, but not when the client goes away. It is called concurrently, and not at all for a
// webhook without a good event. A panic in it is left to the server.
//
// The rest is answered without a call of accept: 405 to another method than POST, 413 to a body
// larger than MaxBody, 408 to one that takes more than 5 s, 400 to a signature that is missing or
// wrong and to a body that is missing, cut or not a webhook, and 503 while the bodies of strangers hold
// 32 MiB, to bodies of more than 16 KiB. All but the first are counted by Rejected, and logged as a
// warning with reason and count, at most once a minute for each reason. A connection on which the body
// of a refused request takes longer than that is closed.
func (c *Channel) Handler(accept func(ctx context.Context, events []transport.Event) error) http.Handler {
	return &receiver{c: c, accept: accept}
}

type receiver struct {
	c      *Channel
	accept func(context.Context, []transport.Event) error
}

// Rejected counts the webhooks of all Handlers, and of a Mux, that were refused without a call of accept.
// Those that a Mux refuses before it knows the account are counted there.
func (c *Channel) Rejected() transport.Rejected { return c.entrance.total() }

// ServeHTTP implements http.Handler.
func (h *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	done, ok := begin(w, r)
	if !ok {
		return
	}
	body, why := h.signed(w, r, done)
	if why == 0 {
		why = h.handle(r.Context(), w, body)
	}
	if why != 0 {
		h.c.entrance.refuse(w, r, why)
	}
}

// begin bounds the time of a webhook's body, and answers what is no POST. Of a body that is refused
// unread the server reads some, which a slow sender must not draw out. Not every writer knows
// deadlines, and a server may have time-outs of its own. Done is called when the body was read.
func begin(w http.ResponseWriter, r *http.Request) (done func(), ok bool) {
	deadlines := http.NewResponseController(w)
	_ = deadlines.SetReadDeadline(time.Now().Add(bodyTimeout))
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return nil, false
	}
	return func() { _ = deadlines.SetReadDeadline(time.Time{}) }, true
}

// signed returns the body of a webhook that is known to be LINE's.
func (h *receiver) signed(w http.ResponseWriter, r *http.Request, done func()) ([]byte, rejection) {
	var u unchecked
	defer h.c.entrance.free(&u)
	if why := h.c.entrance.read(w, r, &u); why != 0 {
		return nil, why
	}
	done()
	if !h.c.verifier.verify(u.signature, u.body) {
		return nil, refusedSignature
	}
	return u.body, 0
}

// handle passes on the events of a body that is known to be LINE's.
func (h *receiver) handle(ctx context.Context, w http.ResponseWriter, body []byte) rejection {
	cb, err := webhook.Body(body, h.c.name)
	if err != nil {
		return refusedMalformed
	}
	if cb.Malformed > 0 {
		h.c.log.WarnContext(ctx, "line: webhook: malformed events dropped",
			"dropped", cb.Malformed, "good", len(cb.Events))
	}
	if len(cb.Events) == 0 {
		return 0
	}
	h.c.watched(cb.Events)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), acceptTimeout)
	defer cancel()
	if err := h.accept(ctx, cb.Events); err != nil {
		h.c.log.WarnContext(ctx, "line: webhook: events not accepted",
			"events", len(cb.Events), "error", err)
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
	}
	return 0
}
