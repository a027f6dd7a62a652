package line

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

// atOnce answers each call at once.
type atOnce struct{}

func (atOnce) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{}`))}, nil
}

func quickChannel(t *testing.T, o *Options) *Channel {
	t.Helper()
	c, err := New("secret", "token", o)
	require.NoError(t, err)
	c.api.do = atOnce{}.RoundTrip
	c.http.Transport.(*caller).base = atOnce{}
	return c
}

// The first second's worth may come at once; the rest is drawn out.
func TestRates(t *testing.T) {
	call := func(method, path string) func(*Channel) error {
		return func(c *Channel) error {
			req, err := http.NewRequest(method, DefaultEndpoint+path, nil)
			if err != nil {
				return err
			}
			resp, err := c.HTTPClient().Do(req)
			if err == nil {
				err = resp.Body.Close()
			}
			return err
		}
	}
	send := func(token string) func(*Channel) error {
		return func(c *Channel) error {
			d := delivery()
			d.ReplyToken = token
			return failure(c.Send(context.Background(), d))
		}
	}
	tests := []struct {
		name      string
		processes int
		call      func(*Channel) error
		n         int
		want      time.Duration
	}{
		{"replies of one process", 1, send("token"), 5000, 1500 * time.Millisecond},
		{"replies are not slowed down by default", 0, send("token"), 5000, 0},
		{"pushes", 1, send(""), 3000, 500 * time.Millisecond},
		{"a share of replies", 4, send("token"), 1000, time.Second},
		{"nothing is held up", -1, call("POST", "/v2/bot/message/multicast"), 3000, 0},
		{"multicast", 0, call("POST", "/v2/bot/message/multicast"), 300, 500 * time.Millisecond},
		{"loading", 0, call("POST", "/v2/bot/chat/loading/start"), 150, 500 * time.Millisecond},
		{"list of rich menus", 0, call("GET", "/v2/bot/richmenu/list"), 20, time.Second},
		{"coupons", 0, call("GET", "/v2/bot/coupon"), 300, 500 * time.Millisecond},
		{"the rest", 0, call("GET", "/v2/bot/info"), 3000, 500 * time.Millisecond},
		{"more processes than calls", 1000, call("GET", "/v2/bot/richmenu/list"), 3, 2 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := quickChannel(t, &Options{Processes: tt.processes})
				start := time.Now()
				for range tt.n {
					require.NoError(t, tt.call(c))
				}
				require.InDelta(t, tt.want.Seconds(), time.Since(start).Seconds(), 0.02)
			})
		})
	}
}

// The number of processes may change while calls are made; what Options say counts more.
func TestSetProcesses(t *testing.T) {
	for _, tt := range []struct {
		name      string
		processes int
		shares    []int
		want      time.Duration // of 1,000 replies and 100 multicasts
	}{
		{"alone", 0, []int{1}, 0},
		{"one of four", 0, []int{4}, time.Second},
		{"alone again, with the calls that were left of its part", 0, []int{4, 1}, 250 * time.Millisecond},
		{"nonsense is one", 0, []int{0}, 0},
		{"fixed", 2, []int{4}, 0},
		{"not held up", -1, []int{4}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := quickChannel(t, &Options{Processes: tt.processes})
				for _, n := range tt.shares {
					c.SetProcesses("other", 1000)
					c.SetProcesses("", n)
				}
				start := time.Now()
				for i := range 1000 {
					require.NoError(t, failure(c.Send(context.Background(), delivery())))
					if i%10 > 0 {
						continue
					}
					req, err := http.NewRequest(http.MethodPost, DefaultEndpoint+"/v2/bot/message/multicast", nil)
					require.NoError(t, err)
					resp, err := c.HTTPClient().Do(req)
					require.NoError(t, err)
					require.NoError(t, resp.Body.Close())
				}
				require.InDelta(t, tt.want.Seconds(), time.Since(start).Seconds(), 0.02)
			})
		})
	}
}

// What would wait for long is told so, and a reply is not mixed up with a push.
func TestRatesDoNotHoldUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := quickChannel(t, &Options{Processes: 2000})
		var wg sync.WaitGroup
		var mu sync.Mutex
		sent, late := 0, 0
		for range 10 {
			wg.Go(func() {
				_, err := c.Send(context.Background(), delivery())
				mu.Lock()
				defer mu.Unlock()
				var se *transport.SendError
				if err == nil {
					sent++
				} else if errors.As(err, &se) && se.Disposition == transport.Retry && se.After > DefaultTimeout {
					late++
				}
			})
		}
		wg.Wait()
		require.Equal(t, 4, sent)
		require.Equal(t, 6, late)
		d := delivery()
		d.ReplyToken = ""
		start := time.Now()
		require.NoError(t, failure(c.Send(context.Background(), d)))
		require.Zero(t, time.Since(start))

		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		defer cancel()
		require.ErrorIs(t, failure(c.Send(ctx, d)), context.DeadlineExceeded)
	})
}

// 64 goroutines share a channel and a message.
func TestSharedChannel(t *testing.T) {
	p := newPlatform(t, says(200, `{}`))
	c, err := New("secret", "", &Options{Endpoint: p.URL, Tokens: &script{tokens: []string{"stateless-1"}}, Reserve: 1})
	require.NoError(t, err)
	m := Text("hello").WithSender("Ann", "").Quick(Postback("Yes", "yes"))
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for i := range 10 {
				body, err := m.AppendJSON([]byte{'['}, "abcdefgh")
				d := delivery()
				d.Messages = append(body, ']')
				if err == nil {
					_, err = c.Send(t.Context(), d)
				}
				if err == nil && i == 0 { // LINE allows 100 a second
					err = c.ShowLoading(t.Context(), chatWith("U1"), time.Second)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	bodies := map[string]int{}
	for _, call := range p.got() {
		if strings.HasSuffix(call.path, "/reply") {
			bodies[call.body]++
		}
		require.Equal(t, "Bearer stateless-1", call.auth)
	}
	require.Len(t, bodies, 1)
}
