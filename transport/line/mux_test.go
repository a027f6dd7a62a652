package line

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

// twoAccounts are the accounts "a" and "b", whose calls the platform gets.
func twoAccounts(t *testing.T, endpoint string) (*Mux, map[string]*Channel) {
	t.Helper()
	byName, byUser := map[string]*Channel{}, map[string]*Channel{}
	for _, name := range []string{"b", "a"} {
		c, err := New("secret-"+name, "token-"+name, &Options{Name: name, Endpoint: endpoint})
		require.NoError(t, err)
		byName[name], byUser["U"+name] = c, c
	}
	m, err := NewMux(byUser, 1000)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, m.Accounts())
	return m, byName
}

func TestMux(t *testing.T) {
	var got []string
	m, _ := twoAccounts(t, "")
	h := m.Handler(func(_ context.Context, events []transport.Event) error {
		for _, ev := range events {
			got = append(got, ev.Source.Channel+" "+ev.Text)
		}
		return nil
	})
	const events = `"events":[{"type":"message","message":{"type":"text","text":"hi","id":"1"},"source":{"type":"user","userId":"U1"},"timestamp":1}]`
	tests := []struct {
		name, method, secret, body string
		status                     int
		want                       []string
	}{
		{"one", "POST", "secret-a", `{"destination":"Ua",` + events + `}`, 200, []string{"a hi"}},
		{"the other, said last", "POST", "secret-b", `{` + events + `,"destination":"Ub"}`, 200, []string{"b hi"}},
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
			h.ServeHTTP(w, r)
			require.Equal(t, tt.status, w.Code)
			require.Equal(t, tt.want, got)
			require.Zero(t, m.entrance.held.Load())
		})
	}
	r := httptest.NewRequest("POST", "/webhook", strings.NewReader(`{"destination":"Ua"}`))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	require.Equal(t, 400, w.Code, "not even read without a signature")
}

// Whatever a Mux or one of its channels is asked for an account, that account does it, or nobody.
func TestMuxSendsByTheAccount(t *testing.T) {
	p := newPlatform(t, says(200, `{}`))
	m, byName := twoAccounts(t, p.URL)
	byName["a"].DeclareMenus("main")
	seen := 0
	by := func() (tokens []string) { // of the calls since the last time
		for _, s := range p.got()[seen:] {
			tokens = append(tokens, s.auth)
			seen++
		}
		return tokens
	}
	send := func(account string) error {
		d := delivery()
		d.Source.Channel = account
		return failure(m.Send(t.Context(), d))
	}
	for _, tt := range []struct {
		account string
		want    []string
	}{{"a", []string{"Bearer token-a"}}, {"b", []string{"Bearer token-b"}}, {"", nil}, {"c", nil}} {
		t.Run(tt.account, func(t *testing.T) {
			chat := chatWith("U1")
			chat.Channel = tt.account
			d := &transport.Delivery{Source: chat}
			if served := tt.want != nil; served {
				require.NoError(t, send(tt.account))
				require.Equal(t, tt.want, by())
				require.NoError(t, m.ShowLoading(t.Context(), chat, time.Second))
				require.Equal(t, tt.want, by())
				require.Equal(t, DefaultReplyWindow, m.ReplyWindow(d))
			} else {
				require.ErrorIs(t, send(tt.account), errElsewhere)
				require.ErrorIs(t, m.ShowLoading(t.Context(), chat, time.Second), errElsewhere)
				require.Zero(t, m.ReplyWindow(d))
			}
			e, err := m.Decode(tt.account, []byte(samples[0].raw))
			require.Equal(t, tt.want != nil, err == nil)
			if err == nil {
				require.Equal(t, tt.account, e.Source.Channel)
			}
			require.Equal(t, tt.account == "a", m.HasMenu(tt.account, "main"))
			m.SetProcesses(tt.account, 4)
		})
	}
	require.Empty(t, by())
	require.EqualValues(t, 500, byName["a"].rates.push.Limit())

	d := delivery()
	d.Source.Channel = "b"
	err := failure(byName["a"].Send(t.Context(), d))
	require.ErrorIs(t, err, errElsewhere)
	var se *transport.SendError
	require.ErrorAs(t, err, &se)
	require.Equal(t, transport.Retry, se.Disposition, "it is not lost")
	require.Empty(t, by())
}

func TestNewMuxRefuses(t *testing.T) {
	one, err := New("secret", "token", &Options{Name: "one"})
	require.NoError(t, err)
	again, err := New("secret-2", "token-2", &Options{Name: "one"})
	require.NoError(t, err)
	for _, tt := range []struct {
		name     string
		accounts map[string]*Channel
		want     string
	}{
		{"nothing", nil, "line: no accounts"},
		{"none", map[string]*Channel{}, "line: no accounts"},
		{"no id", map[string]*Channel{"": one}, "line: an account without an id or a channel"},
		{"no channel", map[string]*Channel{"U1": nil}, "line: an account without an id or a channel"},
		{"one name twice", map[string]*Channel{"U1": one, "U2": again}, `line: two accounts are named "one"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := NewMux(tt.accounts, 0)
			require.EqualError(t, err, tt.want)
		})
	}
	m, err := NewMux(map[string]*Channel{"U1": one}, 0)
	require.NoError(t, err)
	require.Equal(t, int64(DefaultMaxBody), m.entrance.maxBody)
}
