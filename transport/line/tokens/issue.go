package tokens

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/credential"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
)

// Options are the settings of Stateless, SignedStateless and Signed, and of
// Revoke.
type Options struct {
	// Endpoint is the address of the API, as in Options. The default is line.DefaultEndpoint.
	Endpoint string
	// Client makes the calls; redirects are not followed. The default is a client of its own.
	Client *http.Client
	// Life is how long the tokens of Signed are good, from one minute to 30 days. LINE
	// refuses to issue more than 30 that are good at the same time, and a process that starts
	// again asks for another: choose it shorter where processes often do, or revoke them at the end
	// of the process. The default is an hour.
	Life time.Duration
	// Logger gets an error when a token could not be renewed. The default is slog.Default.
	Logger *slog.Logger
}

// Stateless returns a source of stateless channel access tokens, which are good for 15
// minutes, from the id and the secret of the channel. Any number of processes may each have
// one. A token is asked for when it is first needed, and renewed after two thirds of its life,
// without a call waiting for that; if this fails, the old one is used to its end.
// https://developers.line.biz/en/reference/messaging-api/#issue-stateless-channel-access-token
//
// It reports an empty id or secret, and an endpoint that is no address. o may be nil.
func Stateless(channelID, channelSecret string, o *Options) (line.TokenSource, error) {
	if channelID == "" || channelSecret == "" {
		return nil, errors.New("line: empty channel id or secret")
	}
	is, err := newIssuer("oauth2/v3/token", o)
	if err != nil {
		return nil, err
	}
	key := credential.New(channelSecret)
	is.form = func(time.Time) (url.Values, error) {
		return url.Values{"client_id": {channelID}, "client_secret": {key.Reveal()}}, nil
	}
	return is.source(), nil
}

// issuer asks LINE for tokens.
type issuer struct {
	base   *url.URL
	path   string // of what issues them
	client *http.Client
	log    *slog.Logger
	// form returns what a request holds beside the type of the grant.
	form func(now time.Time) (url.Values, error)
}

func newIssuer(path string, o *Options) (*issuer, error) {
	if o == nil {
		o = &Options{}
	}
	base, err := httpcall.ParseEndpoint(cmp.Or(o.Endpoint, line.DefaultEndpoint))
	if err != nil {
		return nil, err
	}
	client := o.Client
	if client == nil {
		client = httpcall.OwnClient()
	}
	log := o.Logger
	if log == nil {
		log = slog.Default()
	}
	return &issuer{base: base, path: path, client: httpcall.NoRedirects(client), log: log}, nil
}

func (is *issuer) source() *renewer { return &renewer{issue: is.issue, log: is.log} }

// issue asks for one token. Errors show neither the address nor what was sent.
func (is *issuer) issue(ctx context.Context) (string, time.Duration, error) {
	form, err := is.form(time.Now())
	if err != nil {
		return "", 0, err
	}
	form.Set("grant_type", "client_credentials")
	body, err := is.post(ctx, is.path, form)
	if err != nil {
		return "", 0, err
	}
	var answer struct {
		Token   string `json:"access_token"`
		Seconds int64  `json:"expires_in"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || answer.Seconds <= 0 {
		return "", 0, errors.New("line: malformed answer to a request for a token")
	}
	return answer.Token, time.Duration(min(answer.Seconds, maxLife)) * time.Second, nil
}

// post sends a form, and returns the body of the answer if it is a success.
func (is *issuer) post(ctx context.Context, path string, form url.Values) ([]byte, error) {
	address := is.base.JoinPath(path).String()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("User-Agent", httpcall.UserAgent)
	resp, err := is.client.Do(req)
	if err != nil {
		return nil, httpcall.WithoutURL(err)
	}
	body, err := httpcall.Body(resp)
	if err != nil {
		return nil, err
	}
	if e := issueError(resp, body); e != nil {
		return nil, e
	}
	return body, nil
}

// maxLife keeps a life in seconds within a time.Duration.
const maxLife = 10 * 365 * 24 * 3600

// issueError reads the refusal of a token, if it is one, which has OAuth's form or LINE's.
func issueError(resp *http.Response, body []byte) *line.APIError {
	var oauth struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(body, &oauth)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	e := line.ErrorOf(resp)
	if e != nil && e.Message == "" {
		e.Message = oauth.Error
	}
	return e
}
