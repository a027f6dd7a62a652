package line

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

// menuPlatform knows the alias "main" and remembers the calls. What fail answers comes first.
type menuPlatform struct {
	mu    sync.Mutex
	calls []string
	fail  func(call string) (status int, body string)
}

func (p *menuPlatform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call := r.Method + " " + r.URL.Path
	p.mu.Lock()
	p.calls = append(p.calls, call)
	p.mu.Unlock()
	if p.fail != nil {
		if status, body := p.fail(call); status != 0 {
			says(status, body)(w, 0)
			return
		}
	}
	switch {
	case call == "GET /v2/bot/richmenu/alias/main":
		says(200, `{"richMenuAliasId":"main","richMenuId":"richmenu-1"}`)(w, 0)
	case r.Method == "GET":
		says(404, `{"message":"richmenu alias not found"}`)(w, 0)
	default:
		says(200, `{}`)(w, 0)
	}
}

// switchOn makes a delivery of a menu on a platform, and returns the calls.
func switchOn(t *testing.T, name string, src transport.Source, fail func(string) (int, string)) ([]string, error) {
	t.Helper()
	p := &menuPlatform{fail: fail}
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	c, err := New("secret", "token", &Options{Endpoint: srv.URL, Timeout: time.Second})
	require.NoError(t, err)
	d := &transport.Delivery{Source: src, ReplyToken: "never", PushOK: true, SwitchMenu: true, Menu: name}
	receipt, err := c.Send(t.Context(), d)
	require.Equal(t, len(p.calls) > 0, receipt == transport.Receipt{RequestID: "req-1"}, "the id of the last call")
	return p.calls, err
}

const menuPath = "/v2/bot/user/" + testUser + "/richmenu"

func TestSwitchMenu(t *testing.T) {
	calls, err := switchOn(t, "main", user, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"GET /v2/bot/richmenu/alias/main", "POST " + menuPath + "/richmenu-1"}, calls)
	calls, err = switchOn(t, "", user, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"DELETE " + menuPath}, calls)
}

func TestSwitchMenuRefused(t *testing.T) {
	is := func(part string, status int, body string) func(string) (int, string) {
		return func(call string) (int, string) {
			if strings.HasPrefix(call, part) {
				return status, body
			}
			return 0, ""
		}
	}
	group := transport.Source{Chat: transport.ChatGroup, ChatID: "C1"}
	strange := transport.Source{Chat: transport.ChatUser, ChatID: "../all"}
	for _, tt := range []struct {
		name    string
		menu    string
		src     transport.Source
		fail    func(string) (int, string)
		verdict transport.Disposition
		calls   int
	}{
		{"no such alias", "other", user, nil, transport.Drop, 1},
		{"a group", "main", group, nil, transport.Drop, 0},
		{"an id that leads elsewhere", "", strange, nil, transport.Drop, 0},
		{"the menu was deleted, and the alias was left", "main", user, is("POST", 404, `{"message":"Not found"}`), transport.Drop, 3},
		{"no image", "main", user, is("POST", 400, `{"message":"must upload richmenu image"}`), transport.Drop, 2},
		{"500", "main", user, is("POST", 500, `{}`), transport.Retry, 2},
		{"a bad token", "", user, is("DELETE", 401, `{}`), transport.Hold, 1},
		{"an answer of another kind", "main", user, is("GET", 200, `[]`), transport.Retry, 1},
		{"an answer that leads elsewhere", "main", user, is("GET", 200, `{"richMenuId":"../../all"}`), transport.Retry, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			calls, err := switchOn(t, tt.menu, tt.src, tt.fail)
			var se *transport.SendError
			require.ErrorAs(t, err, &se)
			require.Equal(t, tt.verdict, se.Disposition, "%v", err)
			require.Len(t, calls, tt.calls)
			require.NotContains(t, err.Error(), testUser)
		})
	}
}

// A set-up that points the alias to another menu is met half-way.
func TestSwitchMenuThatIsReplaced(t *testing.T) {
	gone := ""
	replaced := func(call string) (int, string) {
		id := gone + "x"
		switch {
		case strings.HasPrefix(call, "GET"):
			return 200, `{"richMenuId":"` + id + `"}`
		case strings.HasSuffix(call, "/"+id) && len(id) < 3:
			gone = id
			return 404, `{"message":"Not found"}`
		default:
			return 0, ""
		}
	}
	calls, err := switchOn(t, "main", user, replaced)
	var se *transport.SendError
	require.ErrorAs(t, err, &se)
	require.Equal(t, transport.Retry, se.Disposition, "replaced twice")
	require.Len(t, calls, 4)
	gone = "x"
	calls, err = switchOn(t, "main", user, replaced)
	require.NoError(t, err, "replaced once")
	require.Equal(t, "POST "+menuPath+"/xxx", calls[3])
}

// Nothing was linked: as good as unlinked.
func TestUnlinkNothing(t *testing.T) {
	_, err := switchOn(t, "", user, func(string) (int, string) { return 404, `{"message":"Not found"}` })
	require.NoError(t, err)
}

func TestSwitchMenuWithoutAnswer(t *testing.T) {
	block := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-block }))
	defer srv.Close()
	defer close(block)
	c, err := New("secret", "token", &Options{Endpoint: srv.URL, Timeout: 20 * time.Millisecond})
	require.NoError(t, err)
	_, err = c.Send(t.Context(), &transport.Delivery{Source: user, SwitchMenu: true, Menu: "main"})
	var se *transport.SendError
	require.ErrorAs(t, err, &se)
	require.Equal(t, transport.Retry, se.Disposition)
	require.True(t, errors.Is(err, context.DeadlineExceeded), "%v", err)
	require.NotContains(t, err.Error(), srv.URL)
}
