package emulator

import (
	"net/http"
	"slices"
	"strings"
)

// endpoint is one function of the API.
type endpoint struct {
	method string
	path   string // {name} stands for one segment of any value
	handle func(*call) answer
	open   bool     // needs no access token
	retry  bool     // takes a retry key
	data   bool     // LINE serves it at api-data.line.me
	rate   rate     // how often it may be called; as usual if it is zero
	media  []string // the types that its body may have; a JSON body if nil
}

// noBody marks an endpoint that takes no body, so that its content type does not matter.
var noBody = []string{}

// routes finds endpoints by path. It does not change once it is made.
type routes struct {
	exact  map[string][]*endpoint
	shaped []*endpoint // paths with names in them
}

// endpoints are all functions of the API.
func (p *Platform) endpoints() []endpoint {
	return slices.Concat(p.sendEndpoints(), p.peopleEndpoints(), p.groupEndpoints(),
		p.quotaEndpoints(), p.tokenEndpoints(), p.contentEndpoints(),
		p.menuEndpoints(), p.menuBulkEndpoints(), p.aliasEndpoints(),
		p.webhookEndpoints(), p.readEndpoints(), p.linkEndpoints(), p.membershipEndpoints(),
		p.couponEndpoints(), p.insightEndpoints(),
		p.audienceEndpoints())
}

func (p *Platform) makeRoutes() routes {
	r := routes{exact: map[string][]*endpoint{}}
	for _, e := range p.endpoints() {
		if strings.Contains(e.path, "{") {
			r.shaped = append(r.shaped, &e)
		} else {
			r.exact[e.path] = append(r.exact[e.path], &e)
		}
	}
	return r
}

// match returns the endpoint of a call and the values of its path, or the methods that the path
// knows instead.
func (r *routes) match(method, path string) (e *endpoint, values map[string]string, allow []string) {
	for _, e := range r.exact[path] {
		if e.method == method {
			return e, nil, nil
		}
		allow = append(allow, e.method)
	}
	if allow != nil {
		return nil, nil, allow
	}
	for _, e := range r.shaped {
		values, ok := shape(e.path, path)
		switch {
		case !ok:
		case e.method == method:
			return e, values, nil
		default:
			allow = append(allow, e.method)
		}
	}
	return nil, nil, allow
}

// shape reads the values of a path out of it.
func shape(pattern, path string) (map[string]string, bool) {
	values := map[string]string{}
	for {
		want, pattern2, more := strings.Cut(pattern, "/")
		got, path2, more2 := strings.Cut(path, "/")
		named := strings.HasPrefix(want, "{")
		if more != more2 || !named && want != got || named && got == "" {
			return nil, false
		}
		if named {
			values[strings.Trim(want, "{}")] = got
		}
		if !more {
			return values, true
		}
		pattern, path = pattern2, path2
	}
}

// get and send make the endpoints of most paths.
func get(path string, handle func(*call) answer) endpoint {
	return endpoint{method: http.MethodGet, path: path, handle: handle}
}

func send(path string, handle func(*call) answer) endpoint {
	return endpoint{method: http.MethodPost, path: path, handle: handle}
}

// act is a call that needs no body.
func act(method, path string, handle func(*call) answer) endpoint {
	return endpoint{method: method, path: path, handle: handle, media: noBody}
}
