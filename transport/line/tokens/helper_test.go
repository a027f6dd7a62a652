package tokens

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// sent is a call that the platform got.
type sent struct{ path, body, auth, contentType string }

// platform answers calls as the test says and remembers them.
type platform struct {
	*httptest.Server
	answer func(w http.ResponseWriter, call int)
	mu     sync.Mutex
	calls  []sent
}

func newPlatform(t *testing.T, answer func(w http.ResponseWriter, call int)) *platform {
	t.Helper()
	p := &platform{answer: answer}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	p.calls = append(p.calls, sent{r.URL.Path, string(body), r.Header.Get("Authorization"), r.Header.Get("Content-Type")})
	n := len(p.calls)
	p.mu.Unlock()
	p.answer(w, n)
}

// got returns the calls so far.
func (p *platform) got() []sent {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]sent(nil), p.calls...)
}

func says(status int, body string, header ...string) func(http.ResponseWriter, int) {
	return func(w http.ResponseWriter, _ int) {
		w.Header().Set("X-Line-Request-Id", "req-1")
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func hangUp(http.ResponseWriter, int) { panic(http.ErrAbortHandler) }

func breaksOff(w http.ResponseWriter, _ int) {
	w.Header().Set("Content-Length", "100")
	_, _ = io.WriteString(w, `{"mess`)
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// A redirect to another host is not followed: no secret goes there.
func TestRedirectsAreNotFollowed(t *testing.T) {
	other := newPlatform(t, says(200, goodToken))
	here := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	t.Cleanup(here.Close)
	for _, client := range []*http.Client{nil, {}} {
		o := &Options{Endpoint: here.URL, Client: client}
		s, err := Stateless("1", "secret", o)
		require.NoError(t, err)
		_, err = s.Token(t.Context())
		require.Error(t, err)
		require.Error(t, Revoke(t.Context(), "1", "secret", "token", o))
	}
	require.Empty(t, other.got())
}
