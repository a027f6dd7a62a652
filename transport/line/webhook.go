package line

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
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
// wrong and to a body that is not a webhook. The first wrong signature is logged as a warning, for
// it may be the channel secret that is wrong; later ones at debug level. A connection on which the body of a refused request
// takes longer than that is closed.
func (c *Channel) Handler(accept func(ctx context.Context, events []transport.Event) error) http.Handler {
	return &receiver{c: c, accept: accept}
}

type receiver struct {
	c      *Channel
	accept func(context.Context, []transport.Event) error
	warned atomic.Bool
}

// suspicion is how loud a wrong signature is: a wrong secret shows at once, and no stranger can
// fill the log.
func (h *receiver) suspicion() slog.Level {
	if h.warned.CompareAndSwap(false, true) {
		return slog.LevelWarn
	}
	return slog.LevelDebug
}

// ServeHTTP implements http.Handler.
func (h *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	signature, body, status := readSigned(w, r, h.c.maxBody)
	if status != 0 {
		refuse(w, status)
		return
	}
	if !h.c.verifier.verify(signature, body) {
		h.c.log.Log(r.Context(), h.suspicion(), "line: webhook: wrong signature: is the channel secret that of this account?")
		refuse(w, http.StatusBadRequest)
		return
	}
	if status := h.handle(r.Context(), body); status != http.StatusOK {
		refuse(w, status)
	}
}

// refuse says no more than the status does, as the sender is not known.
func refuse(w http.ResponseWriter, status int) { http.Error(w, http.StatusText(status), status) }

// handle passes on the events of a body that is known to be LINE's.
func (h *receiver) handle(ctx context.Context, body []byte) int {
	cb, err := decodeBody(body, h.c.name)
	if err != nil {
		h.c.log.WarnContext(ctx, "line: webhook: malformed body", "size", len(body))
		return http.StatusBadRequest
	}
	if cb.malformed > 0 {
		h.c.log.WarnContext(ctx, "line: webhook: malformed events dropped",
			"dropped", cb.malformed, "good", len(cb.events))
	}
	if len(cb.events) == 0 {
		return http.StatusOK
	}
	h.c.watched(cb.events)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), acceptTimeout)
	defer cancel()
	if err := h.accept(ctx, cb.events); err != nil {
		h.c.log.WarnContext(ctx, "line: webhook: events not accepted",
			"events", len(cb.events), "error", err)
		return http.StatusServiceUnavailable
	}
	return http.StatusOK
}

// readSigned returns the body of a webhook with its signature, which is not checked, or the status
// to refuse it with.
func readSigned(w http.ResponseWriter, r *http.Request, maxBody int64) (signature string, body []byte, status int) {
	// Of a body that is refused unread the server reads some, which a slow sender must not draw
	// out. Not every writer knows deadlines, and a server may have time-outs of its own.
	deadlines := http.NewResponseController(w)
	_ = deadlines.SetReadDeadline(time.Now().Add(bodyTimeout))
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return "", nil, http.StatusMethodNotAllowed
	}
	signatures := r.Header[signatureHeader]
	if len(signatures) != 1 || len(signatures[0]) != signatureLen {
		return "", nil, http.StatusBadRequest
	}
	if body, status = readBody(w, r, maxBody); status == 0 {
		_ = deadlines.SetReadDeadline(time.Time{})
	}
	return signatures[0], body, status
}

// readBody returns the body, or the status to refuse it with. Events refer to the body, which is
// why its buffer is not used again.
func readBody(w http.ResponseWriter, r *http.Request, maxBody int64) ([]byte, int) {
	if r.ContentLength > maxBody {
		return nil, http.StatusRequestEntityTooLarge
	}
	body, err := readSized(http.MaxBytesReader(w, r.Body, maxBody), r.ContentLength)
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return body, 0
	case errors.As(err, &tooLarge):
		return nil, http.StatusRequestEntityTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, http.StatusRequestTimeout
	default:
		return nil, http.StatusBadRequest
	}
}

// readSized reads size bytes at once if that is not too much to take on trust.
func readSized(r io.Reader, size int64) ([]byte, error) {
	if size < 0 || size > trustedSize {
		return io.ReadAll(r)
	}
	body := make([]byte, size)
	_, err := io.ReadFull(r, body)
	return body, err
}
