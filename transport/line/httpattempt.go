package line

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
)

// authorized makes one attempt, and one more with another token after a 401.
func (t *caller) authorized(req *http.Request, repeated bool) (*http.Response, error) {
	token, err := t.api.token(req.Context())
	if err != nil {
		closeBody(req)
		return nil, err
	}
	resp, err := t.attempt(req, token, repeated)
	if err == nil && resp.StatusCode == http.StatusUnauthorized {
		if token, ok := t.api.again(req.Context(), token); ok && repeatable(req) {
			return t.attempt(req, token, true)
		}
	}
	return resp, err
}

func (t *caller) attempt(req *http.Request, token string, repeated bool) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	own := req.Clone(ctx)
	own.Header.Set("Authorization", "Bearer "+token)
	if repeated && req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			cancel(nil)
			return nil, err
		}
		own.Body = body
	}
	timer := time.AfterFunc(t.quiet, func() { cancel(context.DeadlineExceeded) })
	resp, err := t.base.RoundTrip(own)
	if err != nil {
		timer.Stop()
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		cancel(nil)
		return nil, err
	}
	timer.Stop() // the reader may take its time
	body := &watched{ReadCloser: resp.Body, ctx: ctx, cancel: cancel, timer: timer, quiet: t.quiet}
	resp.Body = body
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		return resp, nil
	}
	// The SDK leaves such a body open, and reads it whole.
	text, _ := httpcall.Body(resp)
	resp.Body = io.NopCloser(bytes.NewReader(text))
	resp.ContentLength = int64(len(text))
	return resp, nil
}

// watched is the body of an answer that ends if nothing comes for too long.
type watched struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
	quiet  time.Duration
}

func (w *watched) Read(p []byte) (int, error) {
	w.timer.Reset(w.quiet)
	n, err := w.ReadCloser.Read(p)
	w.timer.Stop()
	if err != nil && !errors.Is(err, io.EOF) {
		if cause := context.Cause(w.ctx); cause != nil {
			err = cause
		}
	}
	return n, err
}

func (w *watched) Close() error {
	w.timer.Stop()
	err := w.ReadCloser.Close()
	w.cancel(nil)
	return err
}
