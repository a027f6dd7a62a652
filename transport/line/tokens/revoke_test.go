package tokens

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/credential"
)

// registry issues tokens for an hour and revokes them, without a network, so that it can be asked
// in a bubble.
type registry struct {
	mu      sync.Mutex
	issued  int
	revoked []string
	down    bool          // the calls that revoke fail
	slow    time.Duration // the calls that issue
}

func (r *registry) RoundTrip(req *http.Request) (*http.Response, error) {
	body, _ := io.ReadAll(req.Body)
	form, _ := url.ParseQuery(string(body))
	r.mu.Lock()
	slow := r.slow
	r.mu.Unlock()
	issue := req.URL.Path == "/oauth2/v2.1/token"
	if issue {
		time.Sleep(slow) // in a bubble: no time passes
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	status, text := 200, ""
	switch token := form.Get("access_token"); {
	case issue:
		r.issued++
		text = fmt.Sprintf(`{"access_token":"canary-%d","expires_in":3600}`, r.issued)
	case r.down:
		status, text = 500, `{"message":"canary"}`
	case req.URL.Path == "/oauth2/v2.1/revoke" && form.Get("client_id") == "1" && form.Get("client_secret") == "canary":
		r.revoked = append(r.revoked, token)
	default:
		status = 400
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text))}, nil
}

// took returns what was revoked since it was called last.
func (r *registry) took() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.revoked
	r.revoked = nil
	return got
}

func onRegistry(t *testing.T, f func(t *testing.T, r *registry, s *V21)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &registry{}
		s, err := Signed("1", "kid", testKey, &Options{
			Client: &http.Client{Transport: r}, Logger: slog.New(slog.DiscardHandler),
		})
		require.NoError(t, err)
		f(t, r, s)
	})
}

// A source that is closed revokes what is still good, and gives no more.
func TestTokensAreRevoked(t *testing.T) {
	onRegistry(t, func(t *testing.T, r *registry, s *V21) {
		require.Equal(t, "canary-1", tokenOf(t, s))
		time.Sleep(50 * time.Minute) // it is renewed, and the old one is good for ten more
		require.Equal(t, "canary-1", tokenOf(t, s))
		synctest.Wait()
		require.Equal(t, "canary-2", tokenOf(t, s))
		require.NoError(t, s.Close(t.Context(), "canary"))
		require.ElementsMatch(t, []string{"canary-1", "canary-2"}, r.took())
		_, err := s.Token(t.Context())
		require.ErrorIs(t, err, credential.ErrRevoked)
		require.NoError(t, s.Close(t.Context(), "canary"))
		require.Empty(t, r.took(), "once is enough")
		require.Equal(t, 2, r.issued)
	})
}

// What has ended of itself is not revoked: LINE asks for that.
func TestEndedTokensAreNotRevoked(t *testing.T) {
	onRegistry(t, func(t *testing.T, r *registry, s *V21) {
		require.Equal(t, "canary-1", tokenOf(t, s))
		time.Sleep(2 * time.Hour)
		require.Equal(t, "canary-2", tokenOf(t, s))
		require.Len(t, s.good, 1, "and not remembered")
		require.NoError(t, s.Close(t.Context(), "canary"))
		require.Equal(t, []string{"canary-2"}, r.took())
	})
	onRegistry(t, func(t *testing.T, r *registry, s *V21) {
		require.Equal(t, "canary-1", tokenOf(t, s))
		time.Sleep(time.Hour)
		require.NoError(t, s.Close(t.Context(), "canary"))
		require.Empty(t, r.took())
	})
}

// A token that is issued while the source is closed is revoked as well.
func TestTokenOnItsWayIsRevoked(t *testing.T) {
	onRegistry(t, func(t *testing.T, r *registry, s *V21) {
		r.slow = time.Second
		go func() { _, _ = s.Token(t.Context()) }()
		synctest.Wait()
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, s.Close(ended, "canary"), context.Canceled)
		require.NoError(t, s.Close(t.Context(), "canary"))
		require.Equal(t, []string{"canary-1"}, r.took())
		synctest.Wait()
		_, err := s.Token(t.Context())
		require.ErrorIs(t, err, credential.ErrRevoked)
		_, _, err = s.issueOne(t.Context())
		require.ErrorIs(t, err, credential.ErrRevoked)
	})
}

// What could not be revoked is revoked by another call.
func TestRevokeFails(t *testing.T) {
	onRegistry(t, func(t *testing.T, r *registry, s *V21) {
		require.Equal(t, "canary-1", tokenOf(t, s))
		var log bytes.Buffer
		r.down = true
		err := s.Close(t.Context(), "canary")
		require.EqualError(t, err, "line: status 500")
		slog.New(slog.NewTextHandler(&log, nil)).Info("closed", "source", s, "error", err)
		require.NotContains(t, log.String()+fmt.Sprintf("%+v %#v", s, s), "canary")
		r.down = false
		require.NoError(t, s.Close(t.Context(), "canary"))
		require.Equal(t, []string{"canary-1"}, r.took())

		var refusal *line.APIError
		err = Revoke(t.Context(), "1", "other", "canary-1", &Options{Client: &http.Client{Transport: r}})
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, 400, refusal.Status)
	})
}
