package line

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

// A redirect to another host is not followed, whoever makes the call: no token or secret goes there.
func TestRedirectsAreNotFollowed(t *testing.T) {
	for _, tt := range []struct {
		name string
		call func(t *testing.T, address string)
	}{
		{"send", func(t *testing.T, address string) {
			c, err := New("secret", "token", &Options{Endpoint: address})
			require.NoError(t, err)
			require.Error(t, failure(c.Send(t.Context(), delivery())))
		}},
		{"send by another client", func(t *testing.T, address string) {
			c, err := New("secret", "token", &Options{Endpoint: address, Client: &http.Client{}})
			require.NoError(t, err)
			require.Error(t, failure(c.Send(t.Context(), delivery())))
		}},
		{"menu", func(t *testing.T, address string) {
			c, err := New("secret", "token", &Options{Endpoint: address})
			require.NoError(t, err)
			d := delivery()
			d.Messages, d.SwitchMenu, d.Menu = nil, true, "a"
			require.Error(t, failure(c.Send(t.Context(), d)))
		}},
		{"the rest", func(t *testing.T, address string) {
			c, err := New("secret", "token", &Options{Endpoint: address, Client: &http.Client{}})
			require.NoError(t, err)
			resp, err := c.HTTPClient().Get(address + "/v2/bot/info")
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			require.Equal(t, http.StatusTemporaryRedirect, resp.StatusCode)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			other := newPlatform(t, says(200, `{"access_token":"t","expires_in":900}`))
			here := httptest.NewServer(http.RedirectHandler(other.URL+"/v2/bot/message/push", http.StatusTemporaryRedirect))
			t.Cleanup(here.Close)
			tt.call(t, here.URL)
			require.Empty(t, other.got())
		})
	}
}
