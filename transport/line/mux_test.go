package line

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

func TestMux(t *testing.T) {
	var got []string
	bots := map[string]http.Handler{}
	for _, name := range []string{"a", "b"} {
		c, err := New("secret-"+name, "token", &Options{Name: name})
		require.NoError(t, err)
		bots["U"+name] = c.Handler(func(_ context.Context, events []transport.Event) error {
			for _, ev := range events {
				got = append(got, name+" "+ev.Source.Channel+" "+ev.Text)
			}
			return nil
		})
	}
	m, err := NewMux(bots, 1000)
	require.NoError(t, err)
	const events = `"events":[{"type":"message","message":{"type":"text","text":"hi","id":"1"},"source":{"type":"user","userId":"U1"},"timestamp":1}]`
	tests := []struct {
		name, method, secret, body string
		status                     int
		want                       []string
	}{
		{"one", "POST", "secret-a", `{"destination":"Ua",` + events + `}`, 200, []string{"a a hi"}},
		{"the other, said last", "POST", "secret-b", `{` + events + `,"destination":"Ub"}`, 200, []string{"b b hi"}},
		{"probe", "POST", "secret-b", `{"destination":"Ub","events":[]}`, 200, nil},
		{"signed by the other", "POST", "secret-b", `{"destination":"Ua",` + events + `}`, 400, nil},
		{"unknown", "POST", "secret-a", `{"destination":"Uc",` + events + `}`, 400, nil},
		{"none", "POST", "secret-a", `{` + events + `}`, 400, nil},
		{"two", "POST", "secret-a", `{"destination":"Ub","destination":"Ua",` + events + `}`, 400, nil},
		{"not a text", "POST", "secret-a", `{"destination":["Ua"],` + events + `}`, 400, nil},
		{"no JSON", "POST", "secret-a", `destination=Ua`, 400, nil},
		{"broken behind", "POST", "secret-a", `{"destination":"Ua","events":[`, 400, nil},
		{"too large", "POST", "secret-a", `{"destination":"Ua","x":"` + strings.Repeat("x", 1000) + `",` + events + `}`, 413, nil},
		{"GET", "GET", "secret-a", ``, 405, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got = nil
			r := httptest.NewRequest(tt.method, "/webhook", strings.NewReader(tt.body))
			r.Header.Set(signatureHeader, sign(tt.secret, []byte(tt.body)))
			w := httptest.NewRecorder()
			m.ServeHTTP(w, r)
			require.Equal(t, tt.status, w.Code)
			require.Equal(t, tt.want, got)
		})
	}
	r := httptest.NewRequest("POST", "/webhook", strings.NewReader(`{"destination":"Ua"}`))
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	require.Equal(t, 400, w.Code, "not even read without a signature")
}

func TestNewMuxRefuses(t *testing.T) {
	for _, bots := range []map[string]http.Handler{nil, {}, {"": http.NotFoundHandler()}, {"U1": nil}} {
		_, err := NewMux(bots, 0)
		require.Error(t, err)
	}
	m, err := NewMux(map[string]http.Handler{"U1": http.NotFoundHandler()}, 0)
	require.NoError(t, err)
	require.Equal(t, int64(DefaultMaxBody), m.entrance.maxBody)
}
