package richmenu

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/memnet"
)

// fakeMenu is a rich menu at the fake LINE.
type fakeMenu struct {
	ID    string `json:"richMenuId"`
	Name  string `json:"name"`
	image string
	mime  string
}

// fakeLINE keeps rich menus as LINE does, as far as set-ups need it.
type fakeLINE struct {
	t      testing.TB
	url    string
	client *http.Client

	mu      sync.Mutex
	menus   []*fakeMenu
	aliases map[string]string
	def     string
	linked  map[string]string // users
	made    int
	reads   int
	writes  []string // calls that change something
	phases  []string // of the moves to come; then "succeeded"
	names   func(n int) string
	lags    bool   // the list of menus stays as it was at first
	listed  string // that list

	// fail is asked before each call, n counting from 1, and says what happens instead or after.
	fail  func(n int, call string) fault
	calls int
}

type fault uint8

const (
	none fault = iota
	lost       // the call has no effect and no answer
	unanswered
	limited // 429
	refused // 400
)

func newFake(t testing.TB) *fakeLINE {
	f := &fakeLINE{t: t, aliases: map[string]string{}, linked: map[string]string{}}
	network := memnet.New(t)
	f.url, f.client = network.Serve("line.test", f), network.Client()
	return f
}

func (f *fakeLINE) channel() *line.Channel {
	c, err := line.New("secret", "token", &line.Options{Endpoint: f.url, Client: f.client, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(f.t, err)
	return c
}

func (f *fakeLINE) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	call := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/v2/bot/")
	what := f.next(call)
	f.mu.Lock()
	defer f.mu.Unlock()
	switch what {
	case lost:
		panic(http.ErrAbortHandler)
	case limited:
		f.answer(w, 429, `{"message":"The API rate limit has been exceeded. Try again later."}`)
		return
	case refused:
		f.answer(w, 400, `{"message":"The image size is not allowed for richmenu"}`)
		return
	}
	status, answer := f.handle(call, r, body)
	if r.Method == "GET" {
		f.reads++
	} else {
		f.writes = append(f.writes, fmt.Sprint(call, " ", status))
	}
	if what == unanswered {
		panic(http.ErrAbortHandler)
	}
	f.answer(w, status, answer)
}

// next counts a call and asks for its fault, without the lock: the function may call, too.
func (f *fakeLINE) next(call string) fault {
	f.mu.Lock()
	f.calls++
	n, fail := f.calls, f.fail
	f.mu.Unlock()
	if fail == nil {
		return none
	}
	return fail(n, call)
}

// shows returns what LINE has, in a form that does not depend on ids.
func (f *fakeLINE) shows() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	name := func(id string) string {
		if m := f.menu(id); m != nil {
			return m.Name
		}
		return "nothing"
	}
	var all []string
	for _, m := range f.menus {
		all = append(all, fmt.Sprintf("menu %s, %s of %d bytes", m.Name, m.mime, len(m.image)))
	}
	for alias, id := range f.aliases {
		all = append(all, "alias "+alias+": "+name(id))
	}
	for user, id := range f.linked {
		all = append(all, "user "+user+": "+name(id))
	}
	if f.def != "" {
		all = append(all, "default: "+name(f.def))
	}
	slices.Sort(all)
	return all
}

// took returns the calls that changed something since the last call of it.
func (f *fakeLINE) took() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	w := f.writes
	f.writes = nil
	return w
}

func (f *fakeLINE) answer(w http.ResponseWriter, status int, body string) {
	w.Header().Set("X-Line-Request-Id", fmt.Sprint("request-", f.calls))
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func (f *fakeLINE) handle(call string, r *http.Request, body []byte) (int, string) {
	var in struct {
		Name            string
		RichMenuID      string `json:"richMenuId"`
		RichMenuAliasID string `json:"richMenuAliasId"`
		Operations      []struct{ Type, From, To string }
	}
	_ = json.Unmarshal(body, &in)
	part := strings.Split(call, "/")
	switch {
	case call == "GET richmenu/list":
		if !f.lags || f.listed == "" {
			f.listed = toJSON(map[string]any{"richmenus": f.menus})
		}
		return 200, f.listed
	case call == "GET richmenu/alias/list":
		var all []map[string]string
		for alias, id := range f.aliases {
			all = append(all, map[string]string{"richMenuAliasId": alias, "richMenuId": id})
		}
		return 200, toJSON(map[string]any{"aliases": all})
	case call == "GET user/all/richmenu":
		return f.found(f.def != "", toJSON(map[string]string{"richMenuId": f.def}))
	case call == "GET richmenu/progress/batch":
		phase := "succeeded"
		if len(f.phases) > 0 {
			phase, f.phases = f.phases[0], f.phases[1:]
		}
		return f.found(phase != "unknown", `{"phase":"`+phase+`","acceptedTime":"2026-01-01T00:00:00Z"}`)
	case strings.HasPrefix(call, "GET richmenu/") && part[2] == "content":
		m := f.menu(part[1])
		return f.found(m != nil && m.image != "", "image")
	case call == "POST richmenu":
		return f.create(in.Name, body)
	case strings.HasPrefix(call, "POST richmenu/") && part[len(part)-1] == "content":
		return f.upload(f.menu(part[1]), r.Header.Get("Content-Type"), body)
	case strings.HasPrefix(call, "POST richmenu/alias"):
		return f.point(part, in.RichMenuAliasID, f.menu(in.RichMenuID))
	case strings.HasPrefix(call, "DELETE richmenu/alias/"):
		_, ok := f.aliases[part[2]]
		delete(f.aliases, part[2])
		return f.found(ok, `{}`)
	case strings.HasPrefix(call, "DELETE richmenu/"):
		m := f.menu(part[1])
		f.menus = slices.DeleteFunc(f.menus, func(o *fakeMenu) bool { return o == m })
		return f.found(m != nil, `{}`)
	case call == "DELETE user/all/richmenu":
		f.def = ""
		return 200, `{}`
	case strings.HasPrefix(call, "POST user/all/richmenu/"):
		m := f.menu(part[3])
		if m != nil && m.image == "" {
			return 400, `{"message":"must upload richmenu image before applying it to user"}`
		}
		f.def = part[3]
		return f.found(m != nil, `{}`)
	case call == "POST richmenu/batch":
		for _, op := range in.Operations {
			if op.Type != "link" || f.menu(op.From) == nil || f.menu(op.To) == nil || f.menu(op.To).image == "" {
				return 404, `{"message":"Not found"}`
			}
			for user, id := range f.linked {
				if id == op.From {
					f.linked[user] = op.To
				}
			}
		}
		return 202, `{}`
	}
	f.t.Errorf("unknown call %s", call)
	return 500, `{}`
}

func (f *fakeLINE) create(name string, body []byte) (int, string) {
	require.Contains(f.t, string(body), `"areas":[{"bounds"`)
	f.made++
	id := fmt.Sprintf("richmenu-%d", f.made)
	if f.names != nil {
		id = f.names(f.made)
	}
	f.menus = append(f.menus, &fakeMenu{ID: id, Name: name})
	return 200, toJSON(map[string]string{"richMenuId": id})
}

func (f *fakeLINE) upload(m *fakeMenu, mime string, body []byte) (int, string) {
	switch {
	case m == nil:
		return 404, `{"message":"Not found"}`
	case m.image != "":
		return 400, `{"message":"An image has already been uploaded to the richmenu"}`
	}
	m.image, m.mime = string(body), mime
	return 200, `{}`
}

func (f *fakeLINE) point(part []string, alias string, m *fakeMenu) (int, string) {
	update := len(part) == 3
	if update {
		alias = part[2]
	}
	_, there := f.aliases[alias]
	switch {
	case m == nil || m.image == "":
		return 400, `{"message":"richmenu not found","details":[]}`
	case update && !there:
		return 404, `{"message":"richmenu alias not found"}`
	case !update && there:
		return 400, `{"message":"conflict richmenu alias id","details":[]}`
	}
	f.aliases[alias] = m.ID
	return 200, `{}`
}

func (f *fakeLINE) menu(id string) *fakeMenu {
	for _, m := range f.menus {
		if m.ID == id {
			return m
		}
	}
	return nil
}

func (f *fakeLINE) found(ok bool, body string) (int, string) {
	if !ok {
		return 404, `{"message":"Not found"}`
	}
	return 200, body
}

func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}
