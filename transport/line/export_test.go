package line

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
)

// ConnectBy makes the channel's own client connect by a function.
func (c *Channel) ConnectBy(connect func(ctx context.Context, network, addr string) (net.Conn, error)) {
	c.api.pool.Connect = connect
}

// OpenAPI is LINE's description of some of its API, for the tests of what other packages call.
type OpenAPI []*schemas

// ReadOpenAPI reads these files of LINE's.
func ReadOpenAPI(t *testing.T, names ...string) (api OpenAPI) {
	t.Helper()
	for _, name := range names {
		api = append(api, readOpenAPI(t, name))
	}
	return api
}

// Wrong returns what is wrong with a request, and what LINE calls its path.
func (api OpenAPI) Wrong(t *testing.T, r *http.Request, body []byte) (path string, wrong []string) {
	t.Helper()
	for _, s := range api {
		path, op := s.operation(r)
		if op == nil {
			continue
		}
		if r.Header.Get(httpcall.RetryKey) != "" && !op.takes(httpcall.RetryKey) {
			wrong = append(wrong, "a retry key that the call does not take")
		}
		if len(op.RequestBody.Content) == 0 {
			if len(body) > 0 {
				wrong = append(wrong, "a body that the call does not take")
			}
			return path, wrong
		}
		kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
		content, ok := op.RequestBody.Content[kind]
		if _, any := op.RequestBody.Content["*/*"]; !ok && !any {
			return path, append(wrong, "a body of another type: "+kind)
		}
		if ok {
			wrong = append(wrong, s.check("body", content.Schema, bodyOf(t, kind, body))...)
		}
		return path, wrong
	}
	return "", []string{"LINE has no such call"}
}

func bodyOf(t *testing.T, kind string, body []byte) any {
	t.Helper()
	var v any
	if kind != "application/x-www-form-urlencoded" {
		require.NoError(t, json.Unmarshal(body, &v))
		return v
	}
	form, err := url.ParseQuery(string(body))
	require.NoError(t, err)
	fields := map[string]any{}
	for name := range form {
		fields[name] = form.Get(name)
	}
	return fields
}

// operation returns the call with a request's method and path: one without parameters if there
// are two.
func (s *schemas) operation(r *http.Request) (path string, op *operation) {
	for template, item := range s.Paths {
		own := map[string]*operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "DELETE": item.Delete}[r.Method]
		if own != nil && samePath(template, r.URL.Path) && (op == nil || strings.Count(template, "{") < strings.Count(path, "{")) {
			path, op = template, own
		}
	}
	return path, op
}

func samePath(template, path string) bool {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	for i := range want {
		if len(got) != len(want) || want[i] != got[i] && !strings.HasPrefix(want[i], "{") {
			return false
		}
	}
	return true
}

func (op *operation) takes(header string) bool {
	for _, p := range op.Parameters {
		if strings.EqualFold(p.Name, header) {
			return true
		}
	}
	return false
}
