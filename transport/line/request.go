package line

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
)

// request makes a call by HTTPClient, and returns the answer if it is a success. Errors are a
// *APIError, or have no address in them.
func (c *Channel) request(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base.JoinPath(path).String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if len(body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("User-Agent", httpcall.UserAgent)
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("line: call: %w", httpcall.WithoutURL(err))
	}
	if refusal := ErrorOf(resp); refusal != nil {
		return nil, refusal
	}
	return resp, nil
}
