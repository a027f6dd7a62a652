package emulator

import (
	"context"
	"embed"
	"errors"
	"html/template"
	"io/fs"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed page
var pageFiles embed.FS

// policy lets the page load its own files and nothing else: no inline script or style, no frames.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
	"img-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func parsePages() *template.Template {
	functions := template.FuncMap{
		"link":     link,
		"clock":    func(t time.Time) string { return t.Format("15:04") },
		"initials": initials,
		"tap":      func(it *item, n *node) tap { return tap{Seq: it.Seq, Button: *n.Button, node: n} },
		"part":     func(it *item, n *node) placed { return placed{it, n} },
	}
	return template.Must(template.New("").Funcs(functions).ParseFS(pageFiles, "page/*.html"))
}

// initials stand in for a picture: those of the first and the last word.
func initials(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return "?"
	}
	first := string([]rune(words[0])[:1])
	if len(words) > 1 {
		first += string([]rune(words[len(words)-1])[:1])
	}
	return strings.ToUpper(first)
}

// placed is a node with the message that it is part of.
type placed struct {
	Item *item
	Node *node
}

// tap is a button as the page's template sees it.
type tap struct {
	Seq int
	Button
	Place string // of an area of the rich menu: left, top, width and height in per cent
	node  *node
}

// link makes an address for a link out of a uri action; it is empty for schemes that a browser
// does not open.
func link(uri string) template.URL {
	for _, scheme := range []string{"http:", "https:", "tel:"} {
		if strings.HasPrefix(strings.ToLower(uri), scheme) {
			return template.URL(uri) // the scheme is known to be harmless
		}
	}
	return ""
}

func (p *Platform) servePage(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	if !p.hostAllowed(r.Host) {
		http.Error(w, "This page is not served under this host name.", http.StatusMisdirectedRequest)
		return
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.showChat)
	mux.HandleFunc("GET /chat/events", p.stream)
	mux.HandleFunc("POST /chat/{act}", p.act)
	mux.HandleFunc("POST /chat/upload", p.takeUpload)
	mux.HandleFunc("GET /chat/picture", p.picture)
	mux.HandleFunc("GET /chat/menu", p.menuPicture)
	mux.HandleFunc("GET /dialog/bot/accountLink", p.showLink)
	assets, _ := fs.Sub(pageFiles, "page") // the path is a constant
	mux.Handle("GET /assets/", http.StripPrefix("/assets/", http.FileServerFS(assets)))
	http.NewCrossOriginProtection().Handler(mux).ServeHTTP(w, r)
}

// hostAllowed keeps other sites from rebinding their own name to this address, which would make
// their pages look like ours.
func (p *Platform) hostAllowed(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	return host == "localhost" || net.ParseIP(host) != nil || slices.Contains(p.opt.Hosts, host)
}

// Look is the node that the button is made of.
func (t tap) Look() *node { return t.node }

// act carries out what a person did in the page. A failed webhook is no error here: the page shows
// it in its status line.
func (p *Platform) act(w http.ResponseWriter, r *http.Request) {
	// A person who leaves the page must not cut the webhook short.
	user, ctx := r.PostFormValue("user"), context.WithoutCancel(r.Context())
	var err error
	switch r.PathValue("act") {
	case "say":
		_, err = p.Say(ctx, user, r.PostFormValue("text"))
	case "press":
		seq, bad := strconv.Atoi(r.PostFormValue("seq")) // 0 is the rich menu
		index, worse := strconv.Atoi(r.PostFormValue("index"))
		if bad != nil || worse != nil {
			index = -1
		}
		_, err = p.Press(ctx, user, Button{Seq: seq, Index: index}, r.PostFormValue("value"))
	case "link":
		_, err = p.LinkAccount(ctx, user, r.PostFormValue("linkToken"), r.PostFormValue("nonce"))
	case "follow":
		_, err = p.Follow(ctx, user)
	case "block":
		_, err = p.Unfollow(ctx, user)
	case "invite":
		_, err = p.Invite(ctx, groupOf(user))
	case "remove":
		_, err = p.Remove(ctx, groupOf(user))
	default:
		http.NotFound(w, r)
		return
	}
	if err != nil && !errors.Is(err, ErrWebhook) {
		http.Error(w, reason(err), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// groupOf is the group in the name of a member.
func groupOf(name string) string {
	id, _, _ := strings.Cut(name, "/")
	return id
}

// reason puts an error into words for the status line.
func reason(err error) string {
	switch {
	case errors.Is(err, ErrBlocked):
		return "You have blocked the bot."
	case errors.Is(err, ErrNoButton):
		return "This button is gone."
	case errors.Is(err, ErrBadInput):
		return "This cannot be sent."
	default:
		return "There is no such user."
	}
}
