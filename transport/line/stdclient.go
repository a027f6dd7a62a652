package line

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
)

// stdClient sends requests by net/http: through a proxy, or as the user of the library says.
type stdClient struct {
	client  *http.Client
	timeout time.Duration
}

func newStdClient(client *http.Client, timeout time.Duration) *stdClient {
	return &stdClient{client: httpcall.NoRedirects(client), timeout: timeout}
}

func (c *stdClient) do(ctx context.Context, r *request) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	// The transport may read the body after it answered: its buffer is not used again.
	body := r.appendBody(make([]byte, 0, r.size()))
	req := (&http.Request{
		Method: http.MethodPost, URL: r.target.url, Host: r.target.url.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"Authorization": {"Bearer " + r.token},
			"Content-Type":  {"application/json"},
			"User-Agent":    {httpcall.UserAgent},
		},
		ContentLength: int64(len(body)),
		Body:          io.NopCloser(bytes.NewReader(body)),
		GetBody: func() (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(body)), nil
		},
	}).WithContext(ctx)
	if len(r.key) > 0 {
		req.Header["X-Line-Retry-Key"] = []string{string(r.key)}
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return nil, httpcall.WithoutURL(err)
	}
	defer func() { _ = resp.Body.Close() }()
	return readResponse(resp), nil
}

func readResponse(resp *http.Response) *answer {
	a := &answer{
		status:            resp.StatusCode,
		requestID:         resp.Header.Get("X-Line-Request-Id"),
		acceptedRequestID: resp.Header.Get("X-Line-Accepted-Request-Id"),
		retryAfter:        resp.Header.Get("Retry-After"),
	}
	body := io.LimitReader(resp.Body, httpcall.MaxAnswer)
	var err error
	if a.ok() {
		_, err = io.Copy(io.Discard, body)
	} else {
		a.body, err = io.ReadAll(body)
	}
	a.cut = err != nil
	return a
}
